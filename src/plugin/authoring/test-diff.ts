/**
 * The difference of two texts, line by line, with a little of what is around: the longest common subsequence by the
 * textbook table, after what is equal at both ends has been taken off. Where the table would be too large, the middle
 * is shown as removed and added whole; the answer is then longer, never wrong.
 */

/** ` ` in both, `-` only expected, `+` only came, `~` a gap: `text` says how many equal lines are left out. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+' | '~';
  readonly text: string;
}

/** Equal lines shown on each side of a difference. */
const CONTEXT = 3;
/** Entries of the table: a few MiB, a few hundredths of a second. */
const MAX_TABLE = 4_000_000;
/** More lines than this are left out at the end. */
const MAX_SHOWN = 200;

/** The difference; empty when the texts are equal. */
export function diffLines(expected: readonly string[], output: readonly string[]): DiffLine[] {
  let from = 0;
  while (from < expected.length && from < output.length && expected[from] === output[from]) from++;
  let same = 0;
  const most = Math.min(expected.length, output.length) - from;
  while (same < most && expected.at(-1 - same) === output.at(-1 - same)) same++;
  const middle = diffMiddle(expected.slice(from, expected.length - same), output.slice(from, output.length - same));
  if (middle.length === 0) return [];
  const equal = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ sign: ' ', text }));
  const all = [...equal(expected.slice(0, from)), ...middle, ...equal(expected.slice(expected.length - same))];
  return shorten(all);
}

function diffMiddle(expected: readonly string[], output: readonly string[]): DiffLine[] {
  const removed = expected.map((text): DiffLine => ({ sign: '-', text }));
  const added = output.map((text): DiffLine => ({ sign: '+', text }));
  const width = output.length + 1;
  if ((expected.length + 1) * width > MAX_TABLE) return [...removed, ...added];
  // table[i * width + j]: length of the longest common subsequence of the rests from i and j.
  const table = new Uint32Array((expected.length + 1) * width);
  for (let i = expected.length - 1; i >= 0; i--) {
    for (let j = output.length - 1; j >= 0; j--) {
      table[i * width + j] =
        expected[i] === output[j]
          ? table[(i + 1) * width + j + 1]! + 1
          : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < expected.length || j < output.length) {
    if (i < expected.length && j < output.length && expected[i] === output[j]) {
      lines.push({ sign: ' ', text: expected[i]! });
      i++;
      j++;
    } else if (
      j >= output.length ||
      (i < expected.length && table[(i + 1) * width + j]! >= table[i * width + j + 1]!)
    ) {
      lines.push(removed[i++]!);
    } else lines.push(added[j++]!);
  }
  return lines;
}

/** Leaves out equal lines that are far from any difference, and everything beyond MAX_SHOWN. */
function shorten(lines: readonly DiffLine[]): DiffLine[] {
  const isNear = new Uint8Array(lines.length);
  lines.forEach(({ sign }, at) => {
    if (sign !== ' ') isNear.fill(1, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  });
  const shown: DiffLine[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (isNear[at] === 1) {
      shown.push(lines[at]!);
      continue;
    }
    let end = at;
    while (end < lines.length && isNear[end] === 0) end++;
    shown.push({ sign: '~', text: gap(end - at, 'equal') });
    at = end - 1;
  }
  if (shown.length <= MAX_SHOWN) return shown;
  return [...shown.slice(0, MAX_SHOWN), { sign: '~', text: gap(shown.length - MAX_SHOWN, 'more') }];
}

function gap(count: number, kind: string): string {
  return `${count} ${kind} line${count === 1 ? '' : 's'}`;
}
