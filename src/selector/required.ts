/**
 * Texts of which every record that a selector accepts has at least one in its bytes, unless something in its line is
 * spelled with escapes: otherwise keys and strings are there as they are, between quotes. A number may be spelled in
 * many ways (500, 5e2), and of a negation nothing has to be there; but a key that is asked for has to be.
 */
import type { Path, Scalar } from '../engine/program.ts';
import type { SearchFor } from '../engine/search-image.ts';
import { MOST_SEARCHED, SEARCH_TEXT_BYTES } from '../engine/search-layout.ts';
import type { Comparison, Expression } from './ast.ts';
import { treesOf } from './trees.ts';

/**
 * One of these has to be there, bytes as Latin-1; of none at all, nothing matches. With each, how often it is found in
 * lines that do not match, by the look of it.
 */
type Texts = ReadonlyMap<string, number>;

/** Shorter ones are in too many lines. */
const LEAST_BYTES = 3;
/** Stands for what cannot be spelled without a backslash. */
const BACKSLASH = '\\';
/** A key is in many lines, a value in fewer. */
const COSTS = { key: 10, escape: 5, value: 1 } as const;

/**
 * What has to be in a line for all these expressions to accept its record.
 * @returns undefined when nothing has to, or only one of too many
 * @throws SelectorError
 */
export function requiredTexts(where: readonly string[]): SearchFor | undefined {
  const texts = textsOf({ kind: 'and', operands: treesOf(where) });
  if (texts === undefined) return undefined;
  const plain = [...texts.keys()].filter((text) => text !== BACKSLASH);
  return {
    texts: plain.map((text) => Buffer.from(text, 'latin1').subarray(0, SEARCH_TEXT_BYTES)),
    needsEscape: texts.has(BACKSLASH),
  };
}

function textsOf(expression: Expression): Texts | undefined {
  if (expression.kind === 'test') return textsOfTest(expression.test);
  if (expression.kind === 'not') return undefined;
  const each = expression.operands.map(textsOf);
  // No operands: rules in a file, which is not read here.
  if (expression.kind === 'or') return each.length === 0 ? undefined : oneOf(each);
  return best(each);
}

/** All of the alternatives; undefined when one of them needs nothing, or there are too many. */
function oneOf(alternatives: readonly (Texts | undefined)[]): Texts | undefined {
  const all = new Map<string, number>();
  for (const texts of alternatives) {
    if (texts === undefined) return undefined;
    for (const [text, cost] of texts) all.set(text, cost);
  }
  return all.size > MOST_SEARCHED ? undefined : all;
}

/** What is found in the fewest lines, by the look of it. */
function best(conditions: readonly (Texts | undefined)[]): Texts | undefined {
  let found: Texts | undefined;
  for (const texts of conditions) {
    if (texts !== undefined && (found === undefined || costOf(texts) < costOf(found))) found = texts;
  }
  return found;
}

function costOf(texts: Texts): number {
  let sum = 0;
  for (const cost of texts.values()) sum += cost;
  return sum;
}

function textsOfTest(test: Comparison): Texts | undefined {
  switch (test.op) {
    case 'eq':
      return valueTexts(test.path, test.value);
    case 'in':
      if (test.values.length > MOST_SEARCHED) return keyTexts(test.path);
      return oneOf(test.values.map((value) => valueTexts(test.path, value))) ?? keyTexts(test.path);
    case 'prefix':
      return stringTexts(test.path, test.bytes, '"', '');
    case 'suffix':
      return stringTexts(test.path, test.bytes, '', '"');
    case 'contains':
      return stringTexts(test.path, test.bytes, '', '');
    default:
      return keyTexts(test.path);
  }
}

function valueTexts(path: Path, value: Scalar): Texts | undefined {
  return value.type === 'string' ? stringTexts(path, value.bytes, '"', '"') : keyTexts(path);
}

function stringTexts(path: Path, bytes: Uint8Array, before: string, behind: string): Texts | undefined {
  // In JSON that is a string everything is spelled once more.
  if (path.below?.some(({ kind }) => kind === 'json')) return keyTexts(path);
  const text = before + Buffer.from(bytes).toString('latin1') + behind;
  if (!isPlain(bytes)) return new Map([[BACKSLASH, COSTS.escape]]);
  return text.length < LEAST_BYTES ? keyTexts(path) : new Map([[text, COSTS.value + 1 / text.length]]);
}

/** The whole key at the root, or the longest of the keys of the steps. */
function keyTexts({ wholeKey, steps }: Path): Texts | undefined {
  const keys = steps.flatMap((step) => (step.kind === 'key' ? [Buffer.from(step.key)] : []));
  const places = [...(wholeKey === undefined ? [] : [[Buffer.from(wholeKey)]]), ...(keys.length === 0 ? [] : [keys])];
  return oneOf(places.map(keyText));
}

/** Of keys that all have to be there. */
function keyText(keys: readonly Buffer[]): Texts | undefined {
  if (!keys.every(isPlain)) return new Map([[BACKSLASH, COSTS.escape]]);
  const longest = keys.reduce((one, other) => (other.length > one.length ? other : one));
  return longest.length === 0
    ? undefined
    : new Map([[`"${longest.toString('latin1')}"`, COSTS.key + 1 / longest.length]]);
}

/** JSON needs no backslash for it. */
function isPlain(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte !== 0x22 && byte !== 0x5c);
}
