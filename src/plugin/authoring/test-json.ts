/**
 * JSON for comparing and for writing expected output: numbers keep their digits, so that 9007199254740993 is not taken
 * for its neighbour and 5 is not taken for 5.0. Numbers are distinguished as Tangent's parser does: without point and
 * exponent and within 64 bits an integer, anything else a double. Strings and literals go through JSON.parse, piece by
 * piece.
 */

/** A number, with the text it was written as. */
export class JsonNumber {
  readonly text: string;
  /** Two numbers are equal when this is. */
  readonly canonical: string;

  constructor(text: string) {
    this.text = text;
    this.canonical = canonicalNumber(text);
  }
}

export type Json = null | boolean | string | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>;

const LEAST = -(2n ** 63n);
const MOST = 2n ** 64n - 1n;

function canonicalNumber(text: string): string {
  if (/^-?\d+$/.test(text) && text !== '-0') {
    const integer = BigInt(text);
    if (integer >= LEAST && integer <= MOST) return String(integer);
  }
  const double = String(Number(text));
  return /^-?\d+$/.test(double) ? `${double}.0` : double;
}

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\["\\/bfnrtu])*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;
const SPACE = /[ \t\r\n]*$/y;
/** Deeper values are refused before the stack is exhausted. */
const MAX_DEPTH = 2000;

/** The one value that `text` is. Of a key that occurs twice, the last one holds. @throws SyntaxError */
export function parseJson(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new SyntaxError('it is nested too deep');
    const [, sign, string, number, literal] = this.#next();
    if (string !== undefined) return JSON.parse(string) as string;
    if (number !== undefined) return new JsonNumber(number);
    if (literal !== undefined) return literal === 'null' ? null : literal === 'true';
    if (sign === '[') return this.#array(depth);
    if (sign === '{') return this.#object(depth);
    throw this.#unexpected();
  }

  end(): void {
    SPACE.lastIndex = this.#at;
    if (!SPACE.test(this.#text)) throw this.#unexpected();
  }

  #array(depth: number): Json[] {
    const items: Json[] = [];
    if (this.#takes(']')) return items;
    for (;;) {
      items.push(this.value(depth + 1));
      if (this.#comma(']')) return items;
    }
  }

  #object(depth: number): Map<string, Json> {
    const members = new Map<string, Json>();
    if (this.#takes('}')) return members;
    for (;;) {
      const key = this.#next()[2];
      if (key === undefined) throw this.#unexpected();
      if (this.#next()[1] !== ':') throw this.#unexpected();
      members.set(JSON.parse(key) as string, this.value(depth + 1));
      if (this.#comma('}')) return members;
    }
  }

  /** True at `close`, false after a comma. */
  #comma(close: string): boolean {
    const sign = this.#next()[1];
    if (sign !== close && sign !== ',') throw this.#unexpected();
    return sign === close;
  }

  #takes(sign: string): boolean {
    const before = this.#at;
    if (this.#next()[1] === sign) return true;
    this.#at = before;
    return false;
  }

  #next(): RegExpExecArray {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) throw this.#unexpected();
    this.#at = TOKEN.lastIndex;
    return match;
  }

  #unexpected(): SyntaxError {
    const before = this.#text.slice(0, this.#at).split('\n');
    return new SyntaxError(`it is not JSON near line ${before.length}, column ${before.at(-1)!.length + 1}`);
  }
}

/** How a value is written: `sorted` orders members by key; `canonical` writes equal numbers alike. */
export interface PrintOptions {
  readonly indent: string;
  readonly sorted: boolean;
  readonly canonical: boolean;
}

/** One line, in the order and with the digits it was written with. */
export const compact: PrintOptions = { indent: '', sorted: false, canonical: false };
/** Several lines, for files. */
export const pretty: PrintOptions = { indent: '  ', sorted: false, canonical: false };
/** Several lines; equal values give equal text. */
export const comparable: PrintOptions = { indent: '  ', sorted: true, canonical: true };

/** The value as JSON, without a final newline. */
export function printJson(value: Json, options: PrintOptions, margin = ''): string {
  if (value instanceof JsonNumber) return options.canonical ? value.canonical : value.text;
  if (Array.isArray(value)) {
    return printList(
      '[]',
      value.map((item: Json) => printJson(item, options, margin + options.indent)),
      options,
      margin,
    );
  }
  if (!(value instanceof Map)) return JSON.stringify(value);
  const members = [...(value as ReadonlyMap<string, Json>)];
  if (options.sorted) members.sort(([a], [b]) => (a < b ? -1 : 1));
  const colon = options.indent === '' ? ':' : ': ';
  const items = members.map(
    ([key, item]) => `${JSON.stringify(key)}${colon}${printJson(item, options, margin + options.indent)}`,
  );
  return printList('{}', items, options, margin);
}

function printList(brackets: string, items: readonly string[], { indent }: PrintOptions, margin: string): string {
  const [open, close] = brackets;
  if (items.length === 0) return brackets;
  if (indent === '') return `${open}${items.join(',')}${close}`;
  const inner = items.map((item) => `${margin}${indent}${item}`).join(',\n');
  return `${open}\n${inner}\n${margin}${close}`;
}
