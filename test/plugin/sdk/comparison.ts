/**
 * Tangent's comparison of a plugin's output with what is expected, as its `plugin test` does it: one line stands for
 * itself, several are an array; the order of keys does not matter; and when the plain values differ, strings that look
 * like JSON are taken for the values that they hold, on both sides.
 */
export function outputOf(text: string): unknown {
  const lines = text.split('\n').filter((line) => line !== '');
  const values = lines.map((line) => JSON.parse(line) as unknown);
  return values.length === 1 ? values[0] : values;
}

/** A value in which embedded JSON is unpacked. */
export function unpacked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unpacked(member)]));
  }
  if (typeof value !== 'string' || !/^\s*[{[]/.test(value)) return value;
  try {
    return unpacked(JSON.parse(value));
  } catch {
    return value;
  }
}
