/**
 * Hints about literals and the values they were compared with, from a sample of the records: a literal of a type that
 * the path never has ("`status` was text in 2 of 2 records, never a number"), and times whose text is of another form
 * than the literal's, so that their order by bytes is not that of time. It runs once, after a run.
 */
import type { Path, Scalar } from '../engine/program.ts';
import { excerpt, quoted } from '../text/printable.ts';
import type { Comparison, Expression } from './ast.ts';
import { placeOf } from './grouped.ts';
import { slashedPattern } from './idioms.ts';
import { sampledRecords } from './sample.ts';
import { treesOf } from './trees.ts';

type Kind = 'text' | 'number' | 'boolean' | 'null' | 'object' | 'array';

const withArticle: Readonly<Record<Kind, string>> = {
  text: 'text',
  number: 'a number',
  boolean: 'a boolean',
  null: 'null',
  object: 'an object',
  array: 'an array',
};

/** What a run knows at its end. */
export interface Sampled {
  /** The expressions of --where, which have been compiled. */
  readonly where: readonly string[];
  /** NDJSON bytes from the start of the input, which do not change. */
  readonly sampleLines: Uint8Array;
  /** All records of the run: a hint says when it speaks of the first ones only. */
  readonly records: number;
  /** The texts of paths that no record had: there is nothing to look for in the sample. */
  readonly absent?: ReadonlySet<string>;
}

/** So many sentences are shown; nobody reads a thousand. */
const MOST_HINTS = 10;

/** One sentence for each comparison of a run without a match that no value of the sample could pass by its type. */
export function misfitHints({ where, sampleLines, records, absent }: Sampled): string[] {
  const tests = treesOf(where).flatMap(testsOf);
  const sample = tests.length === 0 ? [] : sampledRecords(sampleLines);
  const of = sample.length < records ? `the first ${sample.length}` : String(sample.length);
  const kinds = new KindTable(sample);
  const misfitOf = (test: Comparison) => (absent?.has(test.path.text) ? undefined : misfit(test, kinds, of));
  const hints = new Set(tests.flatMap((test) => misfitOf(test) ?? slashes(test) ?? []));
  const shown = [...hints].slice(0, MOST_HINTS);
  return hints.size === shown.length ? shown : [...shown, 'more comparisons of the selector are like these'];
}

type KindCounts = ReadonlyMap<Kind, number>;

/** Which kinds of values the paths have in the sample: looked up once for each path, however many rules ask for it. */
class KindTable {
  readonly sample: readonly object[];
  readonly #known = new Map<string, KindCounts>();

  constructor(sample: readonly object[]) {
    this.sample = sample;
  }

  at(path: Path): KindCounts {
    const known = this.#known.get(placeOf(path));
    if (known !== undefined) return known;
    const found = new Map<Kind, number>();
    for (const record of this.sample) {
      const value = valueAt(record, path);
      if (value !== undefined) found.set(kindOf(value), (found.get(kindOf(value)) ?? 0) + 1);
    }
    this.#known.set(placeOf(path), found);
    return found;
  }
}

/** The comparisons that are not below a negation: those that let records through by being true. */
function testsOf(expression: Expression): Comparison[] {
  if (expression.kind === 'test') return [expression.test];
  return expression.kind === 'not' ? [] : expression.operands.flatMap(testsOf);
}

function misfit(test: Comparison, table: KindTable, of: string): string | undefined {
  const wanted = test.path.below === undefined ? wantedKinds(test) : [];
  if (wanted.length === 0) return undefined;
  const { sample } = table;
  const found = table.at(test.path);
  if (found.size === 0 || wanted.some((kind) => found.has(kind))) return undefined;
  const count = [...found.values()].reduce((sum, each) => sum + each, 0);
  const kinds = [...found.keys()].map((kind) => withArticle[kind]).join(' or ');
  const never = wanted.map((kind) => withArticle[kind]).join(' or ');
  const isOne = sample.length === 1 ? 'record' : 'records';
  return `\`${test.path.text}\` was ${kinds} in ${count} of ${of} ${isOne}, never ${never}${instead(test, [...found.keys()])}`;
}

/** The types that the comparison can hold for; empty when any will do, or none. */
function wantedKinds(test: Comparison): Kind[] {
  switch (test.op) {
    case 'has':
    case 'kinds':
    case 'paths':
    case 'list':
      return [];
    case 'time':
      return ['text', 'number'];
    case 'length':
      return ['text', 'array', 'object'];
    case 'in':
      return [...new Set(test.values.map(kindOfScalar))];
    case 'prefix':
    case 'suffix':
    case 'contains':
    case 'regex':
      return ['text'];
    default:
      return [kindOfScalar(test.value)];
  }
}

function kindOfScalar({ type }: Scalar): Kind {
  if (type === 'string') return 'text';
  return type === 'boolean' || type === 'null' ? type : 'number';
}

function kindOf(value: unknown): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' || typeof value === 'boolean' ? (typeof value as 'number' | 'boolean') : 'object';
}

/** `; write status == "500"`, where the same literal in the other type is what can be equal. */
function instead(test: Comparison, found: readonly Kind[]): string {
  if (test.op !== 'eq') return '';
  const { value, path } = test;
  const [kind] = found;
  if (value.type !== 'string') {
    return kind === 'text' && 'value' in value ? `; write ${path.text} == "${String(value.value)}"` : '';
  }
  const text = new TextDecoder().decode(value.bytes);
  const isWritten =
    kind === 'number' ? /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/.test(text) : kind === 'boolean' || kind === 'null';
  if (!isWritten || (kind !== 'number' && !/^(?:true|false|null)$/.test(text))) return '';
  return `; write ${path.text} == ${text}`;
}

/** A pattern that has kept its slashes from another language. */
function slashes(test: Comparison): string | undefined {
  if (test.op !== 'regex') return undefined;
  const { source } = test.pattern;
  const pattern = slashedPattern(source);
  // A path such as /api/v1/ has more of them.
  if (pattern === undefined || /[^\\]\//.test(source.slice(1, source.lastIndexOf('/')))) return undefined;
  return `the pattern ${JSON.stringify(source)} looks for the slashes, too; without them it is ${pattern}`;
}

/** The texts of paths that are compared with like a value, and that no record had: words that lack their quotes. */
export function bareWords(where: readonly string[], isAbsent: (path: Path) => boolean): ReadonlySet<string> {
  const tests = treesOf(where).flatMap(allTests);
  return new Set(tests.flatMap((test) => (test.op === 'paths' && isAbsent(test.other) ? [test.other.text] : [])));
}

/** A sentence for each. */
export function bareWordHints(words: ReadonlySet<string>): string[] {
  const hintOf = (text: string): string =>
    `\`${excerpt(text)}\` is a path here, and no record has it; text is written in quotes: ${quoted(text)}`;
  return [...words].slice(0, MOST_HINTS).map(hintOf);
}

/** All comparisons, below negations, too. */
function allTests(expression: Expression): Comparison[] {
  if (expression.kind === 'test') return [expression.test];
  return expression.kind === 'not' ? allTests(expression.operand) : expression.operands.flatMap(allTests);
}

/** RFC 3339, with or without seconds, fraction and zone. */
const timeText = /^(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d)?)((?:[.,]\d+)?)((?:[Zz]|[+-]\d\d:?\d\d)?)$/;

/** The beginning of a time, with which the bytes of times are in order: a year, a month, a day, an hour. */
const timeBeginning = /^\d{4}(?:-\d\d(?:-\d\d(?:[Tt ]\d\d)?)?)?$/;

/** Whether an expression may order times: cheap, and true for some that do not. */
const mayOrderTimes = (text: string): boolean => /[<>]=?\s*["']/.test(text);

/** One sentence for each path that is ordered against a time of another form than the times of the sample. */
export function timeHints({ where, sampleLines }: Omit<Sampled, 'records' | 'absent'>): string[] {
  if (!where.some(mayOrderTimes)) return [];
  const sample = sampledRecords(sampleLines);
  const hints = treesOf(where)
    .flatMap(orderedTimes)
    .flatMap((each) => timeHint(each, sample) ?? []);
  // Each path once: the other literals of the same form are no other news.
  const heads = hints.map((hint) => hint.split(';')[0]);
  return hints.filter((_, i) => heads.indexOf(heads[i]) === i);
}

interface OrderedTime {
  readonly path: Path;
  readonly time: string;
}

/** All comparisons of order with text, below negations, too. */
function orderedTimes(expression: Expression): OrderedTime[] {
  if (expression.kind === 'not') return orderedTimes(expression.operand);
  if (expression.kind !== 'test') return expression.operands.flatMap(orderedTimes);
  const { test } = expression;
  if (test.op !== 'lt' && test.op !== 'le' && test.op !== 'gt' && test.op !== 'ge') return [];
  if (test.value.type !== 'string' || test.path.below !== undefined) return [];
  return [{ path: test.path, time: new TextDecoder().decode(test.value.bytes) }];
}

function timeHint({ path, time }: OrderedTime, sample: readonly object[]): string | undefined {
  const asked = timeText.exec(time);
  if (asked === null && timeBeginning.test(time)) return undefined;
  for (const record of sample) {
    const value = valueAt(record, path);
    const found = typeof value === 'string' ? timeText.exec(value) : null;
    if (found === null || (asked !== null && formOf(found) === formOf(asked))) continue;
    const form = `\`${path.text}\` has times of another form, such as "${excerpt(found[0])}"`;
    return `times compare as text, byte by byte, and ${form}; ${rewritten(asked, found)}`;
  }
  return undefined;
}

/** The literal in the form of the records, where only its fraction has to grow. */
function rewritten(asked: RegExpExecArray | null, found: RegExpExecArray): string {
  if (asked === null) return 'write the literal in the form of the records';
  const [, seconds = '', fraction = '', zone = ''] = asked;
  const { length } = found[2] ?? '';
  const grows = zone === found[3] && seconds.length === found[1]?.length && length > fraction.length && length <= 10;
  if (!grows) return 'write the literal in the form of the records';
  return `write "${seconds}${(fraction || '.').padEnd(length, '0')}${zone}"`;
}

/** Two times of one form are in the order of time when their bytes are in order. */
function formOf([, seconds = '', fraction = '', zone = '']: RegExpExecArray): string {
  return `${seconds.replace(/\d/g, '0')} ${fraction.length} ${zone}`;
}

/** The value at a path as the engine finds it: one key of the root first, when the path may be that. */
function valueAt(record: object, path: Path): unknown {
  const root = record as Readonly<Record<string, unknown>>;
  if (path.wholeKey !== undefined && Object.hasOwn(root, path.wholeKey)) return root[path.wholeKey];
  let value: unknown = path.steps.length === 0 ? undefined : root;
  for (const step of path.steps) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) !== (step.kind === 'index')) return undefined;
    const key = step.kind === 'key' ? step.key : String(step.index);
    value = Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  return value;
}
