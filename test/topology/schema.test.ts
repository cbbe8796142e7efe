/**
 * The JSON Schema and the checker agree: what is valid is valid for both, and what is wrong in form is refused by
 * both. Of the graph the schema knows nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Problems, TopologyError } from '../../src/topology/index.ts';
import { topologySchema } from '../../src/topology/schema.ts';
import { root } from '../support/compiled.ts';
import { saidOf, table, topologyOf, treeOf } from './support.ts';

const given = { LANES: '4', WORDS: 'a: "b"', GEO_DB: 'x' };
const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true }).compile(
  topologySchema(table),
);
const filesOf = (folder: string) => {
  const path = join(root, 'fixtures/topology', folder);
  const names = readdirSync(path).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => ({ name, text: readFileSync(join(path, name), 'utf8') }));
};
/** What is wrong with the form of a map: the schema has to see that as well. */
const ofForm = ['unknown-key', 'missing-key', 'type', 'range', 'version', 'empty', 'scheme'];
/** Seen by the checker only: what a text or variable holds, and the difference between an anchor and a text. */
const beyond =
  /is not what|what \w+ holds|is empty|has no value|is no node|names no|circle|"x y"|one line of text|standard input|slung has no (?:source|sink) "(?:\w+:)"|"folow"/;

function codesOf(text: string): string[] {
  try {
    topologyOf(text, given);
    return [];
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    return error.problems
      .filter(({ level, message }) => level === 'error' && !beyond.test(message))
      .map(({ code }) => code);
  }
}

describe('files that are right', () => {
  test.each(filesOf('good'))('$name', ({ text }) => {
    expect(saidOf(text, given).replace(/.*warning: .*\n(?: {2}.*\n)*/g, '')).toBe('');
    expect(validate(parse(text, { merge: true, uniqueKeys: false })) ? [] : validate.errors).toEqual([]);
  });
});

describe('files that are wrong', () => {
  const readable = filesOf('mistakes').filter(({ text }) => {
    const problems = new Problems();
    return treeOf(text, problems, given) !== undefined && !problems.hasErrors;
  });

  test.each(readable)('$name', ({ text }) => {
    const isWrongInForm = codesOf(text).some((code) => ofForm.includes(code));
    const isValid = validate(parse(text, { merge: true, uniqueKeys: false }));
    // The schema never refuses what the checker takes.
    if (!isValid) expect(saidOf(text, given)).not.toBe('');
    if (isWrongInForm) expect(isValid, saidOf(text, given)).toBe(false);
  });

  test('are many of form', () => {
    const wrong = readable.filter(({ text }) => codesOf(text).some((code) => ofForm.includes(code)));
    expect(wrong.length).toBeGreaterThan(20);
  });
});
