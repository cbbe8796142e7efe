/**
 * From the text of a scalar to its value, by the type of its key. Messages never show what a variable holds: it may be
 * a secret in the wrong place.
 */

import { UsageError } from '../config/errors.ts';
import { splitFields } from '../config/fields.ts';
import type { SettingValue } from '../config/layers.ts';
import { formatSize, parseAge, parseCount, parseDuration, parseSize } from '../config/quantity.ts';
import type { FieldSetting } from '../config/settings.ts';
import { nearest, parseField, SelectorError } from '../selector/index.ts';
import { excerpt, quoted } from '../text/printable.ts';
import type { Key } from './key.ts';
import { isNothing, type ListNode, type MapNode, type Node, type Scalar, shapeOf } from './node.ts';
import type { Problems } from './problem.ts';
import { placeIn } from './variables.ts';

/** What a value is called, and how one is written. */
const kinds: Readonly<Record<string, readonly [called: string, example: string]>> = {
  size: ['a size', 'write 512KiB'],
  duration: ['a time', 'write 5ms, 30s or 10m'],
  age: ['an age', 'write 12h, 7d or 4w'],
  integer: ['a whole number', ''],
  switch: ['true or false', ''],
};

const IN_QUOTES = `Text with braces, such as JSON, stands in quotes: '{"level":"error"}'`;
const TABLE_HINT = 'A table is for people, who look at one output: slung run -c FILE | slung select --to table.';

export class ValueReader {
  readonly #problems: Problems;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** The value of a key that has one, or undefined when a problem was reported. `path` is `sources.app.lanes`. */
  read(key: Key, node: Node, path: string): SettingValue | undefined {
    if (key.type === 'texts') return this.#texts(key, node, path);
    if (node.kind !== 'scalar') {
      const hint = key.type === 'text' && node.kind === 'map' ? IN_QUOTES : undefined;
      return this.#fail(node, path, 'type', `${key.name}: ${shapeOf(node)} is no ${wantedOf(key)}`, hint);
    }
    if (node.tag !== undefined) return undefined;
    if (isNothing(node)) {
      return this.#fail(
        node,
        path,
        'type',
        `${key.name} has no value`,
        node.text === ''
          ? `Write one behind the colon, or leave ${key.name} out.`
          : `Text is in quotes where YAML takes it for nothing: '${excerpt(node.text, 20)}'.`,
      );
    }
    switch (key.type) {
      case 'switch':
        return this.#switch(key, node, path);
      case 'choice':
        return this.#choice(key, node, path);
      case 'integer':
        return this.#number(key, node, path, node.isPlain ? parseCount(node.text) : undefined);
      case 'size':
        return this.#number(key, node, path, parseSize(node.text));
      case 'duration':
        return this.#number(key, node, path, parseDuration(node.text));
      case 'age':
        return this.#number(key, node, path, parseAge(node.text));
      default:
        return this.#text(key, node, path);
    }
  }

  #text(key: Key, node: Scalar, path: string): string | undefined {
    if (node.text === '') return this.#fail(node, path, 'type', `${key.name} is empty`);
    if (!node.text.includes('\0')) return node.text;
    return this.#fail(node, path, 'type', `${key.name} has a NUL in it`);
  }

  #texts(key: Key, node: Node, path: string): readonly string[] | undefined {
    if (node.kind === 'map')
      return this.#fail(node, path, 'type', `${key.name}: a map is no ${wantedOf(key)}`, IN_QUOTES);
    const items = node.kind === 'list' ? node.items : [node];
    const texts = items.map((item, i) => {
      const below = node.kind === 'list' ? `${path}[${i}]` : path;
      return this.read({ ...key, type: 'text' }, item, below);
    });
    return texts.every((text) => typeof text === 'string') ? Object.freeze(texts as string[]) : undefined;
  }

  #switch(key: Key, node: Scalar, path: string): boolean | undefined {
    if (node.isPlain && /^(?:true|True|TRUE)$/.test(node.text)) return true;
    if (node.isPlain && /^(?:false|False|FALSE)$/.test(node.text)) return false;
    const isYes = /^(?:yes|on|no|off|1|0)$/i.test(node.text);
    const hint = isYes ? `Write ${/^(?:yes|on|1)$/i.test(node.text) ? 'true' : 'false'}.` : undefined;
    return this.#fail(node, path, 'type', `${key.name}: ${shownValue(node)} is neither true nor false`, hint);
  }

  #choice(key: Key, node: Scalar, path: string): string | undefined {
    const choices = key.choices ?? [];
    if (choices.includes(node.text)) return node.text;
    const near = node.variable === undefined ? nearest(node.text, choices) : undefined;
    const meant = near === undefined ? '' : `; did you mean ${near}?`;
    return this.#fail(
      node,
      path,
      'type',
      `${key.name}: ${shownValue(node)} is not one of ${choices.join(', ')}${meant}`,
      key.name === 'format' && node.text === 'table' ? TABLE_HINT : undefined,
    );
  }

  #number(key: Key, node: Scalar, path: string, value: number | undefined): number | undefined {
    const [called, example] = kinds[key.type] ?? ['a number', ''];
    if (key.name === 'version' && value !== 1) {
      return this.#fail(node, path, 'version', `version: this slung reads version 1, not ${shownValue(node)}`);
    }
    if (value === undefined) {
      const more = example === '' ? '' : `; ${example}`;
      return this.#fail(node, path, 'type', `${key.name}: ${shownValue(node)} is not ${called}${more}`);
    }
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = key;
    if (value >= min && value <= max) return value;
    const limit =
      value < min
        ? `too small; the least is ${shownLimit(key, min)}`
        : `too large; the most is ${shownLimit(key, max)}`;
    return this.#fail(node, path, 'range', `${key.name}: ${shownValue(node)} is ${limit}`);
  }

  /** `[time, service=source.name]`, or one text with commas. */
  fields(node: Node, path: string): readonly FieldSetting[] | undefined {
    const items = node.kind === 'list' ? node.items : [node];
    const fields: FieldSetting[] = [];
    for (const [i, item] of items.entries()) {
      const below = node.kind === 'list' ? `${path}[${i}]` : path;
      if (item.kind !== 'scalar' || item.text.trim() === '') {
        return this.#fail(
          item,
          below,
          'type',
          `fields: ${item.kind === 'scalar' ? 'a path is missing' : `${shapeOf(item)} is no path`}`,
        );
      }
      const found = this.#fieldsOf(item, below);
      if (found === undefined) return undefined;
      for (const field of found) {
        const twice = fields.some(({ name }) => name === field.name);
        if (twice)
          return this.#fail(
            item,
            below,
            'fields',
            `fields: two columns are named ${excerpt(field.name)}`,
            'Rename one of them: name=path.',
          );
        fields.push(Object.freeze(field));
      }
    }
    return Object.freeze(fields);
  }

  #fieldsOf(item: Scalar, path: string): FieldSetting[] | undefined {
    try {
      const fields = splitFields(item.text, 'fields');
      for (const field of fields) parseField(field.path);
      return fields;
    } catch (error) {
      if (error instanceof UsageError) return this.#fail(item, path, 'fields', error.message);
      if (!(error instanceof SelectorError)) throw error;
      const at = Math.max(0, item.text.indexOf(error.text));
      const place = placeIn(item, at + error.offset, error.length);
      this.#problems.error({ code: 'fields', message: `fields: ${error.message}`, place, path, hint: hintOf(error) });
      return undefined;
    }
  }

  /** The members of `config` or `headers`, as text; what is no text, as JSON. */
  values(key: Key, node: Node, path: string): Readonly<Record<string, string>> | undefined {
    if (node.kind !== 'map') return this.#fail(node, path, 'type', `${key.name}: ${shapeOf(node)} is no map`);
    const values = Object.create(null) as Record<string, string>;
    for (const { key: name, value, keyPlace } of node.entries) {
      if (key.type === 'headers' && !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
        this.#problems.error({
          code: 'type',
          message: `${quoted(name)} is not the name of a header`,
          place: keyPlace,
          path,
        });
        continue;
      }
      if (key.type === 'headers' && (value.kind !== 'scalar' || /[\r\n\0]/.test(value.text))) {
        this.#fail(
          value,
          `${path}.${name}`,
          'type',
          `${key.name}: the value of ${excerpt(name, 60)} is not one line of text`,
        );
        continue;
      }
      values[name] = value.kind === 'scalar' ? value.text : JSON.stringify(jsonOf(value));
    }
    return Object.freeze(values);
  }

  #fail(node: Node, path: string, code: string, message: string, hint?: string): undefined {
    this.#problems.error({ code, message, place: node.place, path, hint });
    return undefined;
  }
}

/** One line of help of a selector's error. */
export function hintOf({ suggestion, expected }: SelectorError): string | undefined {
  if (suggestion !== undefined) return suggestion;
  return expected === undefined ? undefined : `expected ${expected}`;
}

function wantedOf({ type }: Key): string {
  if (type === 'texts') return 'text; write one or a list';
  const [called = 'text'] = kinds[type] ?? [];
  return type === 'switch' ? called : called.replace(/^an? /, '');
}

/** In quotes when it was no number; never the contents of a variable. */
function shownValue({ text, variable }: Scalar): string {
  if (variable !== undefined) return `what ${variable} holds`;
  return /^[-+]?[\d.]+$/.test(text) ? excerpt(text, 40) : quoted(text, 60);
}

function shownLimit({ type }: Key, value: number): string {
  if (type === 'size') return formatSize(value);
  return type === 'duration' || type === 'age' ? `${value / 1000} s` : String(value);
}

/** As JavaScript has it. Integers that it has not exactly are BigInts, for selectors. */
export function plainValue(node: Node): unknown {
  if (node.kind === 'list') return node.items.map(plainValue);
  if (node.kind === 'map') return objectOf(node, plainValue);
  return scalarValue(node);
}

function scalarValue(node: Scalar): unknown {
  const { text, isPlain } = node;
  if (!isPlain) return text;
  if (isNothing(node)) return null;
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : text;
}

/** For JSON text: a number that JavaScript has not exactly stays text. */
function jsonOf(node: MapNode | ListNode | Scalar): unknown {
  if (node.kind === 'list') return node.items.map(jsonOf);
  if (node.kind === 'map') return objectOf(node, jsonOf);
  const value = scalarValue(node);
  return typeof value === 'bigint' ? node.text : value;
}

function objectOf(node: MapNode, of: (value: Node) => unknown): object {
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, of(value)]));
}
