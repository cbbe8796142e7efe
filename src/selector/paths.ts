/**
 * Paths: `a.b`, `a[0].c`, `"dotted.key".x`, `a["any key"]`. A bare key is any run of characters that mean nothing else
 * here, so `@timestamp`, `x-id` and `$ref` need no quotes (there is no arithmetic, so `-` is never an operator).
 * Surprising part: an unquoted path of several steps is first tried as one key of the root object, as in Tangent,
 * because `msg.level` is a common name for a flat key; quotes anywhere in the path switch that off.
 */
import type { Path, PathStep, StepBelow } from '../engine/program.ts';
import { SelectorError } from './errors.ts';
import { typographicText } from './idioms.ts';
import { isQuote, scanString } from './strings.ts';
import { scanSubscript } from './subscripts.ts';

/** Words that mean something else where a path may stand; as a key of their own they need quotes. */
export const reservedWords: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'has', 'true', 'false', 'null']);

/**
 * `^ $ *` belong to a key unless `=` makes them an operator, so `$ref` is a key and `a$="x"` a comparison. A key that
 * begins with a typographic quote is one that an editor has put there: a real one takes straight quotes around it.
 */
const bareKey = /(?![“”„‟‘’‚‛«])(?:[^\s.[\]"'(),!=<>~&|^$*]|[\^$*](?!=))+/y;

/**
 * The most steps that a path may have: as many as records are deep unless --max-depth says otherwise. What is made of
 * paths nests as deep as they do, and uses the stack.
 */
export const maxPathSteps = 1024;

/** `json(` where a path may begin. */
const jsonCall = /json\s*\(\s*/y;

/**
 * Reads a path that is the whole of `text`, and names a place that the walk over a record finds.
 * @throws SelectorError that points into `text`
 */
export function parsePath(text: string): Path {
  const path = parseField(text);
  if (path.origin !== undefined) return scanPath(text, 0).path;
  if (path.below === undefined) return path;
  throw new SelectorError({
    message: 'a place in the record itself is wanted here',
    text,
    offset: 0,
    length: text.length,
    expected: 'a path such as a.b or a[0].c',
    suggestion: 'json( ) is for conditions and for the fields that are output',
  });
}

/** Fields that say where a record is from; a key of that name is written in quotes. */
const origins: ReadonlyMap<string, 'file' | 'line'> = new Map([
  ['@file', 'file'],
  ['@line', 'line'],
]);

/**
 * The same for what is output of a record: it may be in the JSON that a string is, or where the record is from.
 * @throws SelectorError
 */
export function parseField(text: string): Path {
  const origin = origins.get(text);
  if (origin !== undefined) return { text, wholeKey: undefined, steps: [], origin };
  const { path, end } = scanPath(text, 0);
  if (end === text.length) return onePlace(path, text);
  throw new SelectorError({
    message: `\`${shown(text, end)}\` does not belong in a path`,
    text,
    offset: end,
    length: 1,
    expected: 'a ., a [ or the end',
    suggestion: `a key with other characters is written in quotes${/["'[\].]/.test(text) ? '' : `: ${JSON.stringify(text)}`}`,
  });
}

/** @throws SelectorError when the path has a wildcard */
function onePlace(path: Path, text: string): Path {
  if (path.below?.some(({ kind }) => kind === 'any') !== true) return path;
  throw new SelectorError({
    message: 'one place is wanted here, and [*] names many',
    text,
    offset: text.indexOf('[*]'),
    length: 3,
    expected: 'an index such as [0], or a key in quotes such as ["key"]',
    suggestion: 'name one element, such as [0]; [*] is for the conditions of --where',
  });
}

/**
 * Reads the longest path that starts at `start` of `source`.
 * @returns the path and the offset just after it
 * @throws SelectorError when no path starts there, or when a step is malformed
 */
export function scanPath(source: string, start: number): { path: Path; end: number } {
  jsonCall.lastIndex = start;
  if (jsonCall.test(source)) return scanBelow(source, start, ...insideJson(source, start, jsonCall.lastIndex));
  const steps: PathStep[] = [];
  let isQuoted = false;
  let at = start;
  for (;;) {
    const key = scanKey(source, at, steps.length === 0);
    isQuoted ||= isQuote(source, at);
    steps.push({ kind: 'key', key: key.key });
    at = key.end;
    while (source[at] === '[' && !isWildcard(source, at)) {
      const subscript = scanSubscript(source, at);
      isQuoted ||= subscript.step.kind === 'key';
      steps.push(subscript.step);
      at = subscript.end;
    }
    if (steps.length > maxPathSteps) throw tooManySteps(source, start);
    if (source[at] !== '.') break;
    at += 1;
  }
  const text = source.slice(start, at);
  const path = { text, wholeKey: isQuoted || steps.length === 1 ? undefined : text, steps };
  return isWildcard(source, at) ? scanBelow(source, start, path, at) : { path, end: at };
}

const isWildcard = (source: string, at: number): boolean => source.startsWith('[*]', at);

/** The path in the parentheses of `json(`, and the offset behind them. */
function insideJson(source: string, start: number, from: number): [path: Path, at: number] {
  const { path, end } = scanPath(source, from);
  const close = source.slice(end).search(/\S/) + end;
  if (close < end || source[close] !== ')') {
    throw new SelectorError({
      message: '`json(` takes one path',
      text: source,
      offset: close < end ? start : close,
      length: 1,
      expected: ') after the path',
    });
  }
  return [{ ...path, below: [...(path.below ?? []), { kind: 'json' }] }, close + 1];
}

/** The steps from `at` on go below the value of `base`. */
function scanBelow(source: string, start: number, base: Path, at: number): { path: Path; end: number } {
  const below: StepBelow[] = [...(base.below ?? [])];
  for (;;) {
    if (isWildcard(source, at)) {
      below.push({ kind: 'any' });
      at += 3;
    } else if (source[at] === '[') {
      const subscript = scanSubscript(source, at);
      below.push(subscript.step);
      at = subscript.end;
    } else if (source[at] === '.') {
      const { key, end } = scanKey(source, at + 1, false);
      below.push({ kind: 'key', key });
      at = end;
    } else break;
    if (base.steps.length + below.length > maxPathSteps) throw tooManySteps(source, start);
  }
  return { path: { ...base, text: source.slice(start, at), below }, end: at };
}

/** Steps without quotes, for reading: `a b.c[0]`. It cannot be parsed again, see formatPath. */
export function spellingOf(steps: readonly PathStep[]): string {
  let text = '';
  steps.forEach((step, i) => {
    if (step.kind === 'index') text += `[${step.index}]`;
    else text += i === 0 ? step.key : `.${step.key}`;
  });
  return text;
}

/** @param place how messages call it, when it was not typed */
export function tooManySteps(text: string, offset: number, place?: string): SelectorError {
  return new SelectorError({
    message: `the path has more than ${maxPathSteps} steps`,
    text,
    offset,
    length: 1,
    place,
    expected: 'a shorter path',
  });
}

/** The offset just after the bare key that starts at `at`; `at` itself when none does. */
export function bareKeyEnd(source: string, at: number): number {
  bareKey.lastIndex = at;
  return bareKey.test(source) ? bareKey.lastIndex : at;
}

function scanKey(source: string, at: number, isFirst: boolean): { key: string; end: number } {
  if (isQuote(source, at)) {
    const { value, end } = scanString(source, at, 'text');
    return { key: value, end };
  }
  const end = bareKeyEnd(source, at);
  if (end > at) return { key: source.slice(at, end), end };
  if (isFirst && source[at] === '[') {
    throw new SelectorError({
      message: 'a path starts with a key',
      text: source,
      offset: at,
      length: 1,
      expected: 'a key, such as items[0]',
      suggestion: /^\[\s*["']/.test(source.slice(at))
        ? 'the first key stands without brackets: "a key".b'
        : 'a record that is an array itself has no paths',
    });
  }
  const meant = meantKey(source, at, isFirst);
  throw new SelectorError({
    message: isFirst && at >= source.length ? 'the path is empty' : 'a key is missing here',
    text: source,
    offset: at,
    length: 1,
    expected: 'a key',
    suggestion: meant ?? 'an empty key is written "", and a key with other characters in quotes',
  });
}

/** jq's leading dot, and quotes of typographers. */
function meantKey(source: string, at: number, isFirst: boolean): string | undefined {
  const curly = typographicText(source.slice(at));
  if (curly !== undefined) return `a key is quoted with straight quotes: ${JSON.stringify(curly.text)}`;
  const dotted = isFirst ? /^\.+([^\s.=!<>~()[\]"',&|][^\s=!<>~(),&|]*)/.exec(source.slice(at)) : null;
  return dotted === null ? undefined : `a path begins with its key, without a dot: ${dotted[1]}`;
}

/**
 * Writes steps as the path syntax does, with quotes only where they are needed.
 * A single root key such as `msg.level` stays bare: unquoted, the whole key wins anyway.
 */
export function formatPath(steps: readonly PathStep[]): string {
  const [first] = steps;
  if (steps.length === 1 && first?.kind === 'key' && isDottedBareKey(first.key)) return first.key;
  let text = '';
  for (const step of steps) {
    if (step.kind === 'index') text += `[${step.index}]`;
    else text += `${text === '' ? '' : '.'}${isBareKey(step.key) ? step.key : JSON.stringify(step.key)}`;
  }
  return steps.length === 1 && reservedWords.has(text) ? JSON.stringify(text) : text;
}

function isBareKey(key: string): boolean {
  return key !== '' && bareKeyEnd(key, 0) === key.length;
}

function isDottedBareKey(key: string): boolean {
  return !reservedWords.has(key) && key.split('.').every(isBareKey);
}

/** The character at `at`, whole also when it takes two units. */
function shown(source: string, at: number): string {
  const codePoint = source.codePointAt(at);
  return codePoint === undefined ? '' : String.fromCodePoint(codePoint);
}
