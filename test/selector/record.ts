/**
 * A small JSON reader for tests that keeps what JSON.parse loses: the text of numbers (so that integers beyond 2^53
 * stay exact) and keys such as `__proto__`. Duplicate keys: the last one wins. Strings go through JSON.parse one by
 * one.
 */
import type { NumberValue, Path } from '../../src/engine/program.ts';

export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;

export interface JsonNumber {
  readonly numberText: string;
}

/** Reads one JSON text. @throws SyntaxError when it is none */
export function readRecord(text: string): JsonValue {
  JSON.parse(text); // The grammar is checked here, so the reader below may trust it.
  return readValue(tokensOf(text));
}

type Tokens = { readonly list: readonly string[]; at: number };

function tokensOf(text: string): Tokens {
  return { list: text.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g) ?? [], at: 0 };
}

function take(tokens: Tokens): string {
  const token = tokens.list[tokens.at];
  tokens.at += 1;
  return token ?? '';
}

function readValue(tokens: Tokens): JsonValue {
  const token = take(tokens);
  if (token === '{') return readObject(tokens);
  if (token === '[') return readArray(tokens);
  if (token.startsWith('"')) return JSON.parse(token) as string;
  if (token === 'null') return null;
  return token === 'true' || token === 'false' ? token === 'true' : { numberText: token };
}

function readObject(tokens: Tokens): JsonObject {
  const members = new Map<string, JsonValue>();
  while (tokens.list[tokens.at] !== '}') {
    if (tokens.list[tokens.at] === ',') take(tokens);
    const key = JSON.parse(take(tokens)) as string;
    take(tokens);
    members.set(key, readValue(tokens));
  }
  take(tokens);
  return members;
}

function readArray(tokens: Tokens): readonly JsonValue[] {
  const elements: JsonValue[] = [];
  while (tokens.list[tokens.at] !== ']') {
    if (tokens.list[tokens.at] === ',') take(tokens);
    elements.push(readValue(tokens));
  }
  take(tokens);
  return elements;
}

/** What is at `path`; undefined when nothing is. The whole key of the root wins, and no steps at all find nothing. */
export function lookup(path: Path, root: JsonValue): JsonValue | undefined {
  if (!(root instanceof Map)) return undefined;
  if (path.wholeKey !== undefined && root.has(path.wholeKey)) return root.get(path.wholeKey);
  if (path.steps.length === 0) return undefined;
  let value: JsonValue | undefined = root;
  for (const step of path.steps) {
    if (step.kind === 'key') value = value instanceof Map ? (value.get(step.key) as JsonValue | undefined) : undefined;
    else value = Array.isArray(value) ? (value[step.index] as JsonValue | undefined) : undefined;
  }
  return value;
}

/** The numeric value of a number in a record. Written apart from src/selector/numbers.ts, to check it. */
export function exactValue(number: JsonNumber): NumberValue {
  const text = number.numberText;
  if (!/[.eE]/.test(text)) {
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) === value) return { type: 'i64', value };
    if (BigInt.asUintN(64, value) === value) return { type: 'u64', value };
  }
  return { type: 'f64', value: Number(text) };
}
