/**
 * Random records and random paths: what a guest reads by learned paths, by paths that are searched for, and through a
 * pinned view must be what a model of Tangent's rules reads. The model walks values that JSON.parse makes of the same
 * text, in which numbers and repeated keys are marked first, because JSON.parse forgets what they were.
 */
import { expect, test } from 'vitest';
import { sized } from '../../support/full.ts';
import { engineWith, type GuestScalar, type Method, TestGuest } from './logview.ts';

const LOOKUPS = sized(60_000, 200_000);
const RECORDS = 60;
const PATHS = 64;

/** xorshift32; the same numbers in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const keys = ['a', 'b', 'aa', 'a.b', 'a[0]', '', 'é', 'k\n', '"', '\\', '.', '[0]', 'source', 'name', 'source.name'];
keys.push('a key of more than sixteen bytes', 'sixteen bytes ok', 'x'.repeat(40), '😀', 'b.a[1]', 'tags');
const numbers = ['0', '-0', '1', '-17', '123456789', '9007199254740993', '-9223372036854775808', '9223372036854775807'];
numbers.push('9223372036854775808', '18446744073709551615', '18446744073709551616', '1.0', '-0.0', '1e3', '2.5E-3');
numbers.push('0.1', '1234567.89012', '1e400', '31415926535897932384626433');
const strings = [
  '',
  'x',
  'hello',
  'sixteen bytes ok',
  'seventeen bytes !',
  'é€😀',
  '"\\\n\u0001',
  'y'.repeat(100),
  '\ufffd',
];

/** Makes JSON texts; marked is the same text with every number as a string and every key with its place in front. */
class Maker {
  readonly #random: (below: number) => number;
  #members = 0;

  constructor(next: (below: number) => number) {
    this.#random = next;
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random(from.length)]!;
  }

  #space(): string {
    return this.#random(12) === 0 ? this.#pick([' ', '\t', '  ']) : '';
  }

  /** A string literal, some of its characters escaped though they need not be. */
  #literal(text: string): string {
    if (this.#random(3) > 0) return JSON.stringify(text);
    let out = '';
    for (const unit of text.split('')) {
      const hex = `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
      const mustNotSplit = unit >= '\ud800' && unit <= '\udfff';
      out += mustNotSplit || this.#random(3) === 0 ? hex : JSON.stringify(unit).slice(1, -1);
    }
    return `"${out}"`;
  }

  value(depth: number): [text: string, marked: string] {
    const kind = this.#random(depth > 0 ? 10 : 6);
    if (kind < 2) {
      const number = this.#pick(numbers);
      return [number, `"n${number}"`];
    }
    if (kind < 4) {
      const text = this.#pick(strings);
      return [this.#literal(text), JSON.stringify(`s${text}`)];
    }
    if (kind < 6) {
      const word = this.#pick(['true', 'false', 'null']);
      return [word, word];
    }
    return kind < 8 ? this.object(depth - 1) : this.#array(depth - 1);
  }

  object(depth: number): [string, string] {
    const members = Array.from({ length: this.#random(12) }, () => {
      // The first keys are the most frequent, so that paths of one record lead somewhere in others.
      const key = keys[Math.min(this.#random(keys.length), this.#random(keys.length))]!;
      const [text, marked] = this.value(depth);
      const before = this.#space();
      const place = JSON.stringify(`${this.#members++}:${key}`);
      return [`${before}${this.#literal(key)}${this.#space()}:${this.#space()}${text}${before}`, `${place}:${marked}`];
    });
    const join = (i: 0 | 1) => `{${members.map((member) => member[i]).join(',')}}`;
    return [join(0), join(1)];
  }

  #array(depth: number): [string, string] {
    const items = Array.from({ length: this.#random(5) }, () => this.value(depth));
    const space = this.#space();
    const join = (i: 0 | 1) => `[${items.map((item) => item[i]).join(`,${i === 0 ? space : ''}`)}]`;
    return [join(0), join(1)];
  }

  /** A path that leads somewhere in `record`, one time in four with a change that may lead it astray. */
  pathIn(record: Value): string {
    let path = '';
    for (let at: Value | undefined = record; at !== undefined; ) {
      if (at instanceof Map && at.size > 0) {
        const key: string = this.#pick([...at.keys()]);
        path += (path === '' ? '' : '.') + key;
        at = at.get(key);
      } else if (Array.isArray(at) && at.length > 0) {
        const index = this.#random(at.length);
        path += `[${this.#pick(['', '', '+', '0'])}${index}]`;
        at = at[index];
      } else break;
      if (this.#random(3) === 0) break;
    }
    if (this.#random(4) > 0) return path;
    return path + this.#pick(['.', '[0]', '[1]junk', '[-1]', '[', '[]', '.a', '.b[0]', 'x', `.${this.#pick(keys)}`]);
  }
}

/** A value of the model: objects are maps in which the last value of a key has the place of the first. */
type Value = null | boolean | string | Value[] | Map<string, Value>;

function modelOf(parsed: unknown): Value {
  if (Array.isArray(parsed)) return parsed.map(modelOf);
  if (typeof parsed !== 'object' || parsed === null) return parsed as Value;
  return new Map(Object.entries(parsed).map(([key, value]) => [key.slice(key.indexOf(':') + 1), modelOf(value)]));
}

/** Tangent's algorithm as its reference states it. */
function lookUp(root: Value, path: string): Value | undefined {
  if (root instanceof Map && root.has(path)) return root.get(path);
  let value: Value | undefined = root;
  for (const segment of path.split('.')) {
    const open = segment.indexOf('[');
    value = value instanceof Map ? value.get(open < 0 ? segment : segment.slice(0, open)) : undefined;
    for (let rest = open < 0 ? '' : segment.slice(open); rest !== ''; ) {
      const index = /^\[\+?([0-9]+)\]/.exec(rest);
      value = Array.isArray(value) && index !== null ? value[Number(index[1])] : undefined;
      if (index === null) return undefined;
      const next = rest.indexOf('[', index[0].length);
      rest = next < 0 ? '' : rest.slice(next);
    }
    if (value === undefined) return undefined;
  }
  return value;
}

function scalarOf(value: Value | undefined): GuestScalar | undefined {
  if (typeof value === 'boolean') return { bool: value };
  if (typeof value !== 'string') return undefined;
  const text = value.slice(1);
  if (value[0] === 's') return { str: text };
  if (!/^-?[0-9]+$/.test(text)) return { float: Number(text) };
  const whole = BigInt(text);
  return BigInt.asIntN(64, whole) === whole ? { int: whole } : { float: Number(text) };
}

function expected(method: Method, value: Value | undefined): unknown {
  switch (method) {
    case 'has':
      return value !== undefined;
    case 'get':
      return scalarOf(value);
    case 'len':
      if (Array.isArray(value)) return value.length;
      return typeof value === 'string' && value[0] === 's' ? Buffer.byteLength(value.slice(1)) : undefined;
    case 'get-list':
      return Array.isArray(value) ? value.flatMap((item) => scalarOf(item) ?? []) : undefined;
    case 'get-map': {
      if (!(value instanceof Map)) return undefined;
      return [...value].flatMap(([key, item]) => (scalarOf(item) === undefined ? [] : [[key, scalarOf(item)]]));
    }
    default:
      return value instanceof Map ? [...value.keys()] : [];
  }
}

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, item) => {
    if (typeof item === 'bigint') return `${item}n`;
    if (Object.is(item, -0)) return '-0.0';
    return item === Number.POSITIVE_INFINITY ? 'inf' : item;
  }) ?? 'none';

test(`${LOOKUPS} lookups agree with the model, learned, searched and pinned`, () => {
  const next = random(20);
  const maker = new Maker(next);
  const methods: Method[] = ['get', 'get', 'get', 'has', 'len', 'get-list', 'get-map', 'keys'];
  let lookups = 0;
  let found = 0;
  while (lookups < LOOKUPS) {
    const made = Array.from({ length: RECORDS }, () => maker.object(4));
    const texts = made.map(([text]) => text);
    for (const text of texts) JSON.parse(text);
    const models = made.map(([, marked]) => modelOf(JSON.parse(marked)));
    const paths = [...new Set(Array.from({ length: PATHS }, () => maker.pathIn(models[next(RECORDS)]!)))];
    const guests = [paths, [], []].map((learned) => new TestGuest(engineWith(texts, { learned, pinBytes: 1 << 20 })));
    for (const [i, guest] of guests.entries()) {
      guest.views.beginCall(1, 0, RECORDS);
      for (const path of paths) guest.ask('has', 1, path);
      if (i === 2) guest.views.endCall();
    }
    for (let record = 0; record < RECORDS; record++) {
      for (const path of paths) {
        const method = methods[next(methods.length)]!;
        const value = lookUp(models[record]!, path);
        if (value !== undefined) found++;
        const want = shown(expected(method, value));
        const got = guests.map((guest) => shown(guest.ask(method, record + 1, path)));
        lookups += 3;
        if (got.some((one) => one !== want)) {
          expect({ record: texts[record], path, method, got }).toEqual({
            record: texts[record],
            path,
            method,
            got: [want, want, want],
          });
        }
      }
    }
  }
  // Most paths lead nowhere; the test means something when many do not.
  expect(found).toBeGreaterThan(LOOKUPS / 30);
});
