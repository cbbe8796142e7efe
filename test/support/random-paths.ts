/**
 * Random paths, as text and as what they mean in a record (random-records.ts): places that are there, and some that
 * are not.
 */
import type { Chance } from './mutate.ts';
import { KEYS, memberOf, once, pick, stringText, type Value } from './random-records.ts';

export type Step = string | number;

export interface AskedPath {
  readonly text: string;
  /** Its keys and indexes without quotes. */
  readonly name: string;
  readonly find: (record: Value) => Value | undefined;
}

/** Keys that need no quotes anywhere in a path. */
const BARE = new Set([
  'a',
  'b',
  'c',
  '__proto__',
  '$ref',
  '@t',
  'x-id',
  'é',
  '\u{1f600}',
  '\ufffd',
  ...KEYS.filter((key) => /^(same_|x{9})/.test(key)),
]);
/** Words of the language, which need none behind another step. */
const WORDS = new Set(['not', 'in']);

function stepsOf(chance: Chance, value: Value): Step[] {
  if (value.kind === 'object' && value.members.length > 0 && !once(chance, 4)) {
    const member = pick(chance, value.members);
    return [member.key, ...stepsOf(chance, member.value)];
  }
  if (value.kind === 'array' && value.items.length > 0 && !once(chance, 4)) {
    const index = chance(value.items.length);
    return [index, ...stepsOf(chance, value.items[index]!)];
  }
  return [];
}

/** Steps to a place in the record, or anywhere. */
function randomSteps(chance: Chance, record: Value, keys: readonly string[]): [string, ...Step[]] {
  if (!once(chance, 4)) {
    const [first, ...rest] = stepsOf(chance, record);
    if (typeof first === 'string') return [first, ...rest];
  }
  const more = Array.from({ length: chance(3) }, (): Step => (once(chance, 3) ? chance(3) : pick(chance, keys)));
  return [pick(chance, keys), ...more];
}

function quotedKey(chance: Chance, key: string): string {
  const isPlain = !/['\u0000-\u001f]/.test(key);
  return isPlain && once(chance, 2) ? `'${key}'` : stringText(chance, key);
}

function writeStep(
  chance: Chance,
  step: Step,
  isFirst: boolean,
  canBeBare: boolean,
): { text: string; isQuoted: boolean } {
  if (typeof step === 'number') return { text: `[${step}]`, isQuoted: false };
  const dot = isFirst ? '' : '.';
  if (canBeBare && !once(chance, 5)) return { text: dot + step, isQuoted: false };
  const quoted = quotedKey(chance, step);
  return { text: isFirst || once(chance, 2) ? dot + quoted : `[${quoted}]`, isQuoted: true };
}

const nameOf = (steps: readonly Step[]): string =>
  steps.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');

function follow(record: Value, steps: readonly Step[]): Value | undefined {
  let value: Value | undefined = record;
  for (const step of steps) {
    if (typeof step === 'string') value = memberOf(value, step);
    else value = value?.kind === 'array' ? value.items[step] : undefined;
  }
  return value;
}

/** @param record one that the path shall find something in, mostly */
export function randomPath(chance: Chance, record: Value, keys: readonly string[]): AskedPath {
  const dotted = once(chance, 8) ? pick(chance, ['a.b', 'a[0]', 'b.c.a']) : undefined;
  if (dotted !== undefined)
    return wholeOrSteps(dotted, dotted === 'a.b' ? ['a', 'b'] : dotted === 'a[0]' ? ['a', 0] : ['b', 'c', 'a']);
  const steps = randomSteps(chance, record, keys);
  const written = steps.map((step, i) =>
    writeStep(chance, step, i === 0, BARE.has(step as string) || (WORDS.has(step as string) && i > 0)),
  );
  const text = written.map((one) => one.text).join('');
  const isQuoted = written.some((one) => one.isQuoted);
  if (!isQuoted && steps.length > 1) return wholeOrSteps(text, steps);
  return { text, name: nameOf(steps), find: (record) => follow(record, steps) };
}

/** Without quotes a path of several steps is first a key of the root. */
function wholeOrSteps(text: string, steps: readonly Step[]): AskedPath {
  return { text, name: text, find: (record) => memberOf(record, text) ?? follow(record, steps) };
}
