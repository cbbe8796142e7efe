/**
 * Is what came out what was expected? By default as Tangent's `plugin test` compares, with two corrections: an array
 * of one record is a list of one record, and no output is the empty list. Values are brought into one form (members by
 * key, equal numbers alike, strings that hold JSON as what they hold) and compared as text, which is also what the
 * difference shows.
 */
import { counted } from '../../format/count.ts';
import { type DiffLine, diffLines } from './test-diff.ts';
import { comparable, type Json, parseJson, printJson } from './test-json.ts';

export const comparisons = ['tangent', 'exact', 'unordered', 'empty'] as const;
export type Comparison = (typeof comparisons)[number];

/** Expected output as its file says it. `isLines`: one value a line (expected.ndjson); otherwise one JSON text. */
export interface Expected {
  readonly text: string;
  readonly isLines: boolean;
}

export type Verdict =
  | { readonly passed: true }
  /** `reason` is one line; `diff` may be empty. */
  | { readonly passed: false; readonly reason: string; readonly diff: readonly DiffLine[] };

/**
 * Compares the bytes of a run's output with what is expected.
 * @throws SyntaxError when `expected` is not JSON; the message has the place
 */
export function compareOutput(output: string, expected: Expected, comparison: Comparison): Verdict {
  if (comparison === 'empty') {
    if (output === '') return { passed: true };
    const lines = linesOf(output).length;
    return failed(`no output is expected; there ${lines === 1 ? 'was' : 'were'} ${counted(lines, 'line')}`, '', output);
  }
  if (comparison === 'exact') {
    if (output === expected.text) return { passed: true };
    return failed('the output is not what was expected, byte for byte', expected.text, output);
  }
  const wanted = expected.isLines ? linesOf(expected.text).map(parseLine) : undefined;
  const whole = wanted === undefined ? parseJson(expected.text) : undefined;
  let produced: Json[];
  try {
    produced = linesOf(output).map(parseLine);
  } catch (error) {
    const reason = `the output is not NDJSON: ${(error as Error).message}`;
    return failed(reason, wanted === undefined ? expected.text : printAll(wanted), output);
  }
  // One line may be expected as a value or as a list of one; a line that is an array itself fits the value.
  if (whole !== undefined && produced.length === 1 && formOf(whole) === formOf(produced[0]!)) return { passed: true };
  const list = wanted ?? (Array.isArray(whole) ? (whole as Json[]) : [whole!]);
  return compareLists(list, produced, comparison === 'unordered');
}

function compareLists(wanted: readonly Json[], produced: readonly Json[], anyOrder: boolean): Verdict {
  const expectedForms = wanted.map(formOf);
  const forms = produced.map(formOf);
  if (anyOrder) for (const list of [expectedForms, forms]) list.sort();
  const at = expectedForms.findIndex((form, i) => form !== forms[i]);
  if (at < 0 && forms.length === expectedForms.length) return { passed: true };
  const sizes =
    forms.length === expectedForms.length
      ? `record ${at + 1} of ${forms.length} is not what was expected`
      : `${counted(expectedForms.length, 'record')} expected, ${forms.length} came`;
  return failed(sizes, expectedForms.join('\n'), forms.join('\n'));
}

/** Lines without their ends; a last line needs none, blank lines are none. */
function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function parseLine(line: string, index: number): Json {
  try {
    return parseJson(line);
  } catch (error) {
    throw new SyntaxError(`value ${index + 1}: ${(error as Error).message}`);
  }
}

function printAll(values: readonly Json[]): string {
  return values.map(formOf).join('\n');
}

function formOf(value: Json): string {
  return printJson(unpacked(value), comparable);
}

/** Strings that are JSON objects or arrays, replaced by what they say, at every depth. */
function unpacked(value: Json): Json {
  if (typeof value === 'string') {
    if (!/^\s*[{[]/.test(value)) return value;
    try {
      return unpacked(parseJson(value));
    } catch {
      return value;
    }
  }
  if (Array.isArray(value)) return value.map((item: Json) => unpacked(item));
  if (!(value instanceof Map)) return value;
  return new Map([...(value as ReadonlyMap<string, Json>)].map(([key, item]) => [key, unpacked(item)]));
}

function failed(reason: string, expected: string, output: string): Verdict {
  const split = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
  const diff = diffLines(split(expected), split(output));
  // Bytes can differ where lines do not: at the very end.
  const isEnd = diff.length === 0;
  return { passed: false, reason: isEnd ? `${reason}: only the last newline differs` : reason, diff };
}
