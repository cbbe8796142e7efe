/**
 * Paths as Tangent reads them, for plugins' `probe()` and for predicate lists: no quotes, no escapes, and no errors.
 * What Tangent's loop would do with odd texts is kept: text after a `]` is ignored, indexes are Rust `usize` literals
 * (`+1` and `00` pass, `-1` and ` 0` do not), and empty segments are empty keys.
 */
import type { Path, PathStep } from '../engine/program.ts';

/**
 * What an index may be to match anything: no record is long enough for more. Larger ones parse in Tangent but find
 * nothing.
 */
const maxIndex = 2 ** 32 - 2;

/**
 * Reads a path exactly as Tangent's lookup does: the whole text is a root key that wins; then segments between dots,
 * each a key with indexes behind it. Never throws. When a segment has an index that can find nothing, `steps` is empty
 * and only the whole key can match.
 */
export function parseTangentPath(text: string): Path {
  const steps: PathStep[] = [];
  for (const segment of text.split('.')) {
    const open = segment.indexOf('[');
    steps.push({ kind: 'key', key: open < 0 ? segment : segment.slice(0, open) });
    if (open < 0) continue;
    const indexes = indexesOf(segment, open);
    if (indexes === undefined) return { text, wholeKey: text, steps: [] };
    for (const index of indexes) steps.push({ kind: 'index', index });
  }
  const isPlainKey = steps.length === 1;
  return { text, wholeKey: isPlainKey ? undefined : text, steps };
}

/** The indexes of a segment from its first `[` on, or undefined when one of them is unclosed or not a number. */
function indexesOf(segment: string, firstOpen: number): number[] | undefined {
  const indexes: number[] = [];
  for (let open = firstOpen; open >= 0; ) {
    const close = segment.indexOf(']', open);
    if (close < 0) return undefined;
    const digits = segment.slice(open + 1, close);
    if (!/^\+?[0-9]+$/.test(digits)) return undefined;
    const index = Number(digits);
    if (index > maxIndex) return undefined;
    indexes.push(index);
    open = segment.indexOf('[', close);
  }
  return indexes;
}
