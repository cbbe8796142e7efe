/**
 * The table as a JSON Schema (2020-12), for editors: `slung check --schema > slung.schema.json`. It describes the form
 * of a file, not the graph: only `slung check` can tell whether a name exists or a selector is valid.
 */
import type { Key, KeyTable, Section, SectionName } from './key.ts';

/** A schema is JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Schema = { readonly [key: string]: Json };

const VARIABLE: Schema = { type: 'string', pattern: '^\\$\\{[^}]*\\}$' };
const TEXT: Schema = { type: ['string', 'number', 'boolean'] };
const TEXTS: Schema = { anyOf: [TEXT, { type: 'array', items: TEXT }] };
const NAME = '^[A-Za-z_][\\w.-]*$';

/** The whole schema. */
export function topologySchema(table: KeyTable): Schema {
  const names: readonly SectionName[] = [
    'defaults',
    'source',
    'plugin',
    'sink',
    'route',
    'branch',
    'test',
    'retry',
    'rotate',
  ];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'slung.yaml',
    description: 'A topology of slung: sources, plugins, sinks, and routes between them.',
    ...objectOf(table.top.keys),
    required: ['routes'],
    $defs: Object.fromEntries(names.map((name) => [name, sectionSchema(table[name])])),
  };
}

function sectionSchema(section: Section): Schema {
  const { short, doc, types, keys, name } = section;
  const map = types === undefined ? objectOf(keys) : typedObject(section, types);
  const more = name === 'route' ? { ...map, oneOf: [{ required: ['to'] }, { required: ['first'] }] } : map;
  if (short === undefined) return { description: doc, ...more };
  return { description: doc, anyOf: [{ type: 'string', description: short, minLength: 1 }, more] };
}

function objectOf(keys: readonly Key[]): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(
      keys.map((key) => [key.name, { description: key.doc, ...valueSchema(key), ...defaultOf(key) }]),
    ),
    required: keys.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    patternProperties: { '^x-': true },
    additionalProperties: false,
  };
}

/** One object of several kinds: `type` says which, or the scheme of `url`, or that there is a `path`. */
function typedObject({ keys }: Section, types: Readonly<Record<string, readonly Key[]>>): Schema {
  const isInferred = (type: string): Schema | undefined => {
    if (type === 'file')
      return { required: ['path'], not: { anyOf: [{ required: ['url'] }, { required: ['listen'] }] } };
    const scheme = type === 'http' ? '^https?:' : type === 'nats' ? '^(nats|tls):' : undefined;
    const hasUrl = types[type]!.some(({ name }) => name === 'url');
    if (scheme === undefined || !hasUrl) return undefined;
    return { required: ['url'], properties: { url: { type: 'string', pattern: scheme } } };
  };
  const branches = Object.entries(types).map(([type, own]) => {
    const named: Schema = { required: ['type'], properties: { type: { const: type } } };
    const inferred = isInferred(type);
    const untyped = inferred && { allOf: [{ not: { required: ['type'] } }, inferred] };
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
    return { if: untyped === undefined ? named : { anyOf: [named, untyped] }, then: objectOf([...keys, ...own]) };
  });
  return {
    type: 'object',
    properties: { type: { enum: Object.keys(types) } },
    anyOf: [{ required: ['type'] }, { required: ['url'] }, { required: ['path'] }],
    allOf: branches,
  };
}

function valueSchema(key: Key): Schema {
  const { type, min, max, choices = [], of } = key;
  switch (type) {
    case 'switch':
      return { anyOf: [{ type: 'boolean' }, VARIABLE] };
    case 'integer':
      return {
        anyOf: [{ type: 'integer', minimum: min ?? 0, ...(max === undefined ? {} : { maximum: max }) }, VARIABLE],
      };
    case 'choice':
      return { anyOf: [{ enum: choices }, VARIABLE] };
    case 'size':
      return patterned('^\\s*\\d+(\\.\\d+)?([kKmMgGtT]([iI]?[bB])?|[bB])?\\s*$', { type: 'integer', minimum: 0 });
    case 'duration':
      return patterned('^\\s*(0+(\\.0+)?|\\d+(\\.\\d+)?([uUmM]?[sS]|[mMhH]))\\s*$', { const: 0 });
    case 'age':
      return patterned('^\\s*(0|\\d+(\\.\\d+)?([uUmM]?[sS]|[mMhHdDwW]))\\s*$', { const: 0 });
    case 'texts':
    case 'fields':
      return TEXTS;
    case 'nodes':
      return { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }] };
    case 'selector':
      return selectorSchema;
    case 'values':
      return { type: 'object' };
    case 'headers':
      return { type: 'object', additionalProperties: TEXT };
    case 'expect':
      return { type: 'object', additionalProperties: { anyOf: [{ type: 'integer', minimum: 0 }, TEXTS] } };
    case 'section':
      return { anyOf: [{ $ref: `#/$defs/${of}` }, { type: 'null' }] };
    case 'named':
      return {
        anyOf: [
          { type: 'object', propertyNames: { pattern: NAME }, additionalProperties: { $ref: `#/$defs/${of}` } },
          { type: 'null' },
        ],
      };
    case 'sections':
      return { type: 'array', items: { $ref: `#/$defs/${of}` }, minItems: 1 };
    default:
      return TEXT;
  }
}

/** A text of that form, or one with a variable in it. */
function patterned(pattern: string, number: Schema): Schema {
  return {
    anyOf: [{ type: 'string', pattern }, number, { type: 'string', pattern: '\\$\\{[^}]*\\}' }],
  };
}

const predicate: Schema = {
  type: 'object',
  propertyNames: { enum: ['has', 'eq', 'prefix', 'in', 'gt', 'regex'] },
  minProperties: 1,
  maxProperties: 1,
};
const predicates: Schema = { anyOf: [{ type: 'array', items: predicate }, { type: 'null' }] };
const selectorSchema: Schema = {
  anyOf: [
    { type: 'string', minLength: 1 },
    { type: 'array', items: { type: 'string', minLength: 1 } },
    {
      type: 'array',
      items: {
        type: 'object',
        properties: { any: predicates, all: predicates, none: predicates },
        additionalProperties: false,
      },
    },
  ],
};

/** As the values of the key are written. */
function defaultOf({ type, default: text }: Key): Schema {
  if (text === undefined) return {};
  if (type === 'switch') return { default: text === 'true' };
  return { default: type === 'integer' ? Number(text) : text };
}
