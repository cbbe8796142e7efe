/**
 * Edits as they are typed: `--drop a.b`, `--set env="prod"`, `--set to=source.name`, `--rename old=new`. All speak of
 * the record as it was read, so their order means nothing; two that are about the same place contradict each other.
 */
import type { Edits, Path, PathStep } from '../engine/program.ts';
import { SelectorError } from './errors.ts';
import { isJsonNumber } from './numbers.ts';
import { parseField, parsePath, scanPath } from './paths.ts';
import { isQuote, scanString } from './strings.ts';

/** What was typed, item by item. */
export interface EditTexts {
  readonly drop: readonly string[];
  readonly set: readonly string[];
  readonly rename: readonly string[];
  readonly flatten: string | undefined;
  readonly explode: string | undefined;
}

export type EditKind = 'drop' | 'set' | 'rename' | 'explode';

/** A mistake in one of them. */
export class EditError extends Error {
  override readonly name: string = 'EditError';
  readonly kind: EditKind;
  override readonly cause: SelectorError;

  constructor(kind: EditKind, cause: SelectorError) {
    super(cause.message);
    this.kind = kind;
    this.cause = cause;
  }
}

const utf8 = new TextEncoder();

/** What is edited, for contradictions. */
interface Edited {
  readonly kind: EditKind;
  readonly text: string;
  readonly steps: readonly PathStep[];
  /** It takes all that is below. */
  readonly isWhole: boolean;
}

/** @throws EditError for the first item that is faulty, or contradicts one before it */
export function parseEdits({ drop, set, rename, flatten, explode }: EditTexts): Edits {
  const edited: Edited[] = [];
  const read = <T>(kind: EditKind, parse: () => T): T => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      throw new EditError(kind, error);
    }
  };
  const note = (kind: EditKind, text: string, { wholeKey, steps }: Path, isWhole: boolean): void => {
    // A path without quotes may be one key of the root.
    const keys: PathStep[][] = wholeKey === undefined ? [] : [[{ kind: 'key', key: wholeKey }]];
    const places = [steps, ...keys].map((place): Edited => ({ kind, text, steps: place, isWhole }));
    for (const place of places) read(kind, () => refuseContradiction(edited, place));
    edited.push(...places);
  };
  const drops = drop.map((text) => {
    const path = read('drop', () => parsePath(text));
    note('drop', text, path, true);
    return path;
  });
  const sets = set.map((text) => {
    const one = read('set', () => parseSet(text));
    note('set', text, one.path, true);
    return one;
  });
  const exploded = explode === undefined ? undefined : read('explode', () => parsePath(explode));
  if (exploded !== undefined) note('explode', explode!, exploded, true);
  const renames = rename.map((text) => {
    const one = read('rename', () => parseRename(text));
    note('rename', text, one.path, false);
    return { ...one, text };
  });
  // What gets a name takes the place of what has it, unless that is dropped or gets another one.
  for (const { path, name, text } of renames) {
    const steps: PathStep[] = [...path.steps.slice(0, -1), { kind: 'key', key: name }];
    const isLeaving = edited.some((one) => isLeft(one) && isSame(one.steps, steps));
    if (!isLeaving) note('rename', text, { text, wholeKey: undefined, steps }, true);
  }
  return { drop: drops, set: sets, rename: renames, flatten, explode: exploded };
}

/** Whether nothing is at the place afterwards. */
const isLeft = ({ kind, isWhole }: Edited): boolean => kind === 'drop' || (kind === 'rename' && !isWhole);
const keyOf = (step: PathStep): string | number => (step.kind === 'key' ? step.key : step.index);
const isBelow = (steps: readonly PathStep[], above: readonly PathStep[]): boolean =>
  above.length <= steps.length && above.every((step, i) => keyOf(step) === keyOf(steps[i]!));
const isSame = (a: readonly PathStep[], b: readonly PathStep[]): boolean => a.length === b.length && isBelow(a, b);

/** @throws SelectorError */
function refuseContradiction(edited: readonly Edited[], one: Edited): void {
  const other = edited.find(
    (each) =>
      isSame(each.steps, one.steps) ||
      (each.isWhole && isBelow(one.steps, each.steps)) ||
      (one.isWhole && isBelow(each.steps, one.steps)),
  );
  if (other === undefined) return;
  throw new SelectorError({
    message: `it contradicts --${other.kind} ${other.text}`,
    text: one.text,
    offset: 0,
    length: one.text.length,
    expected: 'each place to be edited once',
    suggestion: 'do one of the two, or the second in another slung behind a pipe',
  });
}

function parseSet(text: string): Edits['set'][number] {
  const { path, at } = pathBeforeEquals(text, 'PATH=VALUE, such as env="prod" or to=source.name');
  const value = text.slice(at).trim();
  const start = at + text.slice(at).search(/\S|$/);
  return { path, value: literalOf(text, start, value) ?? sourceOf(text, start, value) };
}

/** A literal as the bytes that it is written with; undefined when it is none. */
function literalOf(text: string, start: number, value: string): Uint8Array | undefined {
  if (/^(?:true|false|null)$/.test(value) || isJsonNumber(value)) return utf8.encode(value);
  if (/^[[{]/.test(value)) {
    try {
      JSON.parse(value);
    } catch {
      throw faulty(text, start, value.length, 'this is not JSON', 'an array or object as JSON writes it');
    }
    // Line ends in valid JSON stand between tokens.
    return utf8.encode(value.replace(/[\r\n]/g, ' '));
  }
  if (!isQuote(value, 0)) return undefined;
  const { value: content, end } = scanString(text, start, 'text');
  if (end === start + value.length) return utf8.encode(JSON.stringify(content));
  if (text[end] === '.' || text[end] === '[') return undefined;
  throw faulty(text, end, text.length - end, 'the text goes on behind its quotes', 'nothing behind the quotes');
}

function sourceOf(text: string, start: number, value: string): Path {
  if (value === '') throw faulty(text, start, 1, 'a value is missing', 'a literal or a path');
  if (/^[-+.]?[0-9]/.test(value)) {
    throw faulty(text, start, value.length, `\`${value}\` is not a number as JSON writes it`, 'a literal or a path');
  }
  if (/^@(?:now(?![\w.[])|[0-9])/.test(value)) {
    throw faulty(text, start, value.length, 'a time is for conditions, and is not set', 'a literal or a path');
  }
  try {
    return parseField(value);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    const { message, offset, length, expected, suggestion } = error;
    throw new SelectorError({ message, text, offset: start + offset, length, expected, suggestion });
  }
}

function parseRename(text: string): Edits['rename'][number] {
  const { path, at } = pathBeforeEquals(text, 'OLD=NEW, such as msg=message');
  const value = text.slice(at).trim();
  const start = at + text.slice(at).search(/\S|$/);
  if (path.steps.at(-1)?.kind === 'index') {
    throw faulty(text, 0, path.text.length, 'an element has no name', 'a path that ends with a key');
  }
  if (value === '') throw faulty(text, start, 1, 'a name is missing', 'a key');
  if (!isQuote(value, 0)) return { path, name: value };
  const { value: name, end } = scanString(text, start, 'text');
  if (end !== start + value.length)
    throw faulty(text, end, text.length - end, 'the name goes on behind its quotes', 'a key');
  return { path, name };
}

/** The path in front of the `=`, and the offset behind that. */
function pathBeforeEquals(text: string, expected: string): { path: Path; at: number } {
  const { path, end } = scanPath(text, 0);
  const equals = end + text.slice(end).search(/\S|$/);
  if (text[equals] !== '=') throw faulty(text, equals, 1, 'a `=` is missing here', expected);
  parsePath(path.text);
  return { path, at: equals + 1 };
}

function faulty(text: string, offset: number, length: number, message: string, expected: string): SelectorError {
  return new SelectorError({ message, text, offset, length: Math.max(1, length), expected });
}
