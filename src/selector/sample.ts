/** The records of a sample, for hints at the end of a run: JSON.parse, once, over a bounded number of lines. */

const maxSampleBytes = 1 << 20;
const maxLines = 200;

/** What was made of a sample: a run with many selectors asks for the same one again and again. */
const known = new WeakMap<Uint8Array, readonly object[]>();

/**
 * The objects among the first lines, made once for each array.
 * @param sampleLines NDJSON bytes from the start of the input, which do not change. Lines that do not parse, such as
 *                    a last one cut short, are left out
 */
export function sampledRecords(sampleLines: Uint8Array): readonly object[] {
  const found = known.get(sampleLines) ?? recordsOf(sampleLines);
  known.set(sampleLines, found);
  return found;
}

function recordsOf(sampleLines: Uint8Array): object[] {
  // Copied, since TextDecoder refuses views of shared memory, which the engine's is.
  const text = new TextDecoder().decode(sampleLines.slice(0, maxSampleBytes));
  return text.split('\n', maxLines).flatMap((line) => {
    const record = parsed(line);
    return typeof record === 'object' && record !== null && !Array.isArray(record) ? [record] : [];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
