/**
 * From a character of a YAML scalar's value back to its place in the file, so that an error inside a selector has its
 * caret in the file, even in folded text. The value is compared with its source from left to right: escapes and
 * doubled quotes are stepped over, and folded white space (a line break and the indentation behind it) is one
 * character.
 */

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

/**
 * For each UTF-16 unit of `value` its offset in `source`, then the offset of the end; undefined when the two do not
 * fit.
 * @param from where the scalar begins in `source`, with its quote or `|`
 * @param to   where it ends
 */
export function offsetsOf(
  source: string,
  from: number,
  to: number,
  value: string,
  style: ScalarStyle,
): readonly number[] | undefined {
  if (style === 'literal' || style === 'folded') return blockOffsets(source, from, to, value);
  return flowOffsets(source, from, to, value, style);
}

function flowOffsets(
  source: string,
  from: number,
  to: number,
  value: string,
  style: 'plain' | 'single' | 'double',
): readonly number[] | undefined {
  const isQuoted = style !== 'plain';
  const end = isQuoted ? to - 1 : to;
  let at = isQuoted ? from + 1 : from;
  const offsets: number[] = [];
  for (let i = 0; i < value.length; ) {
    const fold = foldAt(source, at, end);
    if (fold > at) {
      // A folded break is a space, or as many newlines as there are empty lines.
      const breaks = source.slice(at, fold).split('\n').length - 1;
      const width = breaks > 1 ? breaks - 1 : 1;
      for (let n = 0; n < width && i < value.length; n += 1, i += 1) offsets.push(at);
      at = fold;
      continue;
    }
    if (at >= end) return undefined;
    const sign = style === 'double' && source[at] === '\\' ? escapeAt(source, at) : undefined;
    if (sign !== undefined) {
      for (let n = 0; n < sign.units; n += 1, i += 1) offsets.push(at);
      at = sign.end;
      continue;
    }
    if (value[i] !== source[at]) return undefined;
    offsets.push(at);
    at += style === 'single' && source.startsWith("''", at) ? 2 : 1;
    i += 1;
  }
  offsets.push(Math.min(at, end));
  return offsets;
}

/** Behind blanks with a line break in them and the indentation; `at` when no line ends here. */
function foldAt(source: string, at: number, end: number): number {
  const blanks = /[ \t]*(?:\r?\n[ \t]*)+/y;
  blanks.lastIndex = at;
  const match = blanks.exec(source);
  return match === null || at + match[0].length > end ? at : at + match[0].length;
}

/** The units an escape stands for, and where it ends. `\` before a line break stands for nothing. */
function escapeAt(source: string, at: number): { units: number; end: number } {
  const line = /\\\r?\n[ \t]*/y;
  line.lastIndex = at;
  const broken = line.exec(source);
  if (broken !== null) return { units: 0, end: at + broken[0].length };
  const digits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
  const length = digits[source[at + 1] ?? ''];
  if (length === undefined) return { units: 1, end: at + 2 };
  const code = Number.parseInt(source.slice(at + 2, at + 2 + length), 16);
  return { units: code > 0xffff ? 2 : 1, end: at + 2 + length };
}

/** A block may say its indentation in its head, from one that is not known here: then the one that fits. */
function blockOffsets(source: string, from: number, to: number, value: string): readonly number[] | undefined {
  const head = source.indexOf('\n', from);
  if (head < 0 || head >= to) return undefined;
  const most = /^(?:[ ]*\r?\n)*([ ]*)/.exec(source.slice(head + 1, to))?.[1]?.length ?? 0;
  const least = /\d/.test(source.slice(from, head)) ? 0 : most;
  for (let indent = most; indent >= least; indent -= 1) {
    const offsets = indentedOffsets(source, head + 1, to, value, indent);
    if (offsets !== undefined) return offsets;
  }
  return undefined;
}

function indentedOffsets(
  source: string,
  from: number,
  to: number,
  value: string,
  indent: number,
): readonly number[] | undefined {
  let at = skipIndent(source, from, indent);
  const offsets: number[] = [];
  for (const wanted of value.split('')) {
    // What stands for a break: itself, or the space that it was folded to; of several empty lines all but one.
    while (at < to && source[at] !== wanted && /[\r\n]/.test(source[at]!) && wanted !== ' ') {
      at = skipIndent(source, at + 1, indent);
    }
    if (at > to) return undefined;
    offsets.push(Math.min(at, to));
    const isBreak = source[at] === '\n' || source.startsWith('\r\n', at);
    if (at < to && source[at] !== wanted && !(isBreak && wanted === ' ')) return undefined;
    at = isBreak ? skipIndent(source, source.indexOf('\n', at) + 1, indent) : at + 1;
  }
  offsets.push(Math.min(at, to));
  return offsets;
}

function skipIndent(source: string, at: number, indent: number): number {
  let skipped = at;
  while (skipped < at + indent && source[skipped] === ' ') skipped += 1;
  return skipped;
}
