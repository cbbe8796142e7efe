/**
 * Text that looks right and is not YAML: for a place where the parser gave up, what the user probably meant. It looks
 * only at the line of the error, and only at its shape.
 */
import { excerpt } from '../text/printable.ts';
import { COVER, isSecretKey } from './problem.ts';

export interface Trap {
  readonly message: string;
  readonly hint: string | undefined;
  /** In the text. */
  readonly offset: number;
  readonly length: number;
}

interface Shape {
  readonly pattern: RegExp;
  /** Which group the caret is under. */
  readonly group: number;
  readonly say: (match: RegExpExecArray) => { readonly message: string; readonly hint?: string };
}

const shapes: readonly Shape[] = [
  {
    // where: "level" == 1
    pattern: /^\s*(?:[-{]\s+)*(["']?[\w.-]+["']?):\s+("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s+([^#\s}\],].*?)\s*$/d,
    group: 3,
    say: ([, key = '', value = '']) => ({
      message: `${key}: the value ends after ${isSecretKey(key) ? COVER : excerpt(value, 60)}; put all of it in single quotes`,
      hint: `For example: ${key}: '"a key" == 1'. In single quotes, '' is a quote.`,
    }),
  },
  {
    // - [files, hook] -> geo
    pattern: /^\s*-\s+(\[([^\]]*)\]\s*->\s*(.*?))\s*$/d,
    group: 1,
    say: ([, whole = '', list = '', rest = '']) => ({
      message: `${excerpt(whole, 80)}: write ${excerpt(list.trim(), 60)} -> ${excerpt(rest, 60)}`,
      hint: 'Commas stand between names; brackets make a YAML list.',
    }),
  },
  {
    // routes: [ geo -> [a, b] ]
    pattern: /->\s*(\[([^\]]*)\])/d,
    group: 1,
    say: ([, whole = '', list = '']) => ({
      message: `-> ${excerpt(whole, 60)}: write -> ${excerpt(list.trim(), 60)}`,
      hint: 'Commas stand between names; in a flow list, a text with commas needs quotes.',
    }),
  },
  {
    pattern: /^\s*(?:-\s+)*["']?([\w.-]+)["']?:\s+([[{][^'"]*?)(\$\{[^}\s]*\}?)/d,
    group: 3,
    say: () => ({
      message: 'a variable inside of { } or [ ] needs quotes around it',
      hint: `Write "\${NAME}": the brace would begin a map.`,
    }),
  },
  {
    pattern: /^( *\t)/d,
    group: 1,
    say: () => ({ message: 'tabs are not allowed as indentation', hint: 'Use spaces.' }),
  },
  {
    pattern: /^\s*(?:[-{]\s+)*([\w.-]+):\s+([@`%&*!|>].*?)\s*$/d,
    group: 2,
    say: ([, key = '', value = '']) => ({
      message: `${key}: a value that begins with ${value.charAt(0)} is not text in YAML: put it in quotes`,
    }),
  },
  {
    pattern: /^\s*(?:[-{]\s+)*(where):\s+(\S.*?:\s.*)$/d,
    group: 2,
    say: () => ({
      message: 'where: a colon with a space behind it begins a map: put the selector in single quotes',
    }),
  },
];

/**
 * The trap in the line of `offset`, or of the line before when that one is unfinished; undefined when there is none.
 */
export function trapAt(text: string, offset: number): Trap | undefined {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', offset);
  const line = text.slice(start, Math.min(newline < 0 ? text.length : newline, start + 2000));
  for (const { pattern, group, say } of shapes) {
    const match = pattern.exec(line);
    const found = match?.[group];
    if (match === null || found === undefined) continue;
    const { message, hint } = say(match);
    const at = match.indices?.[group]?.[0] ?? match.index;
    return { message, hint, offset: start + at, length: found.length };
  }
  return undefined;
}

/** Where a quote stands that is not closed in its line, before `end`; undefined when there is none. */
export function openQuoteBefore(text: string, end: number): number | undefined {
  let start = 0;
  for (const line of text.slice(0, end).split('\n')) {
    // In a plain text an apostrophe is no quote: one opens a value where a value begins.
    const opened = /(?:^|[:,[{-])\s*(?:("(?:[^"\\]|\\.)*$)|('[^']*$))/d.exec(line);
    const at = opened?.indices?.[1]?.[0] ?? opened?.indices?.[2]?.[0];
    if (at !== undefined) return start + at;
    start += line.length + 1;
  }
  return undefined;
}
