import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  expectedOf,
  hasTests,
  pluginOfFolder,
  readCases,
  updateExpected,
} from '../../../src/plugin/authoring/test-cases.ts';

let folder = '';

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'slung-cases-')), 'mapper');
  mkdirSync(folder);
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

function put(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

describe('readCases', () => {
  test('finds every form, and reads input as NDJSON with its digits', () => {
    put({
      'tests/input.json': '[{"a": 9007199254740993},\n 2.50]',
      'tests/expected.json': '[1]',
      'tests/b/input.ndjson': '{"x" : 1}\n\n',
      'tests/b/expected.ndjson': '1\n',
      'tests/c/input.json': '{"one": "record"}',
      'tests/c/options.json': '{"compare": "empty", "run": ["--where", "a"], "exit": 1, "plugin": "../../other.wasm"}',
      'tests/not-a-case/readme.txt': '',
    });
    expect(hasTests(folder)).toBe(true);
    const cases = readCases(folder).map(({ name, input, expected, expectedFile, options }) => ({
      ...{ name, input, expected, file: basename(expectedFile), options },
    }));
    const plain = { compare: 'tangent', run: [], exit: 0, plugin: undefined };
    expect(cases).toEqual([
      {
        ...{ name: 'tests', input: '{"a":9007199254740993}\n2.50\n', expected: { text: '[1]', isLines: false } },
        ...{ file: 'expected.json', options: plain },
      },
      {
        ...{ name: 'b', input: '{"x" : 1}\n\n', expected: { text: '1\n', isLines: true } },
        ...{ file: 'expected.ndjson', options: plain },
      },
      {
        ...{ name: 'c', input: '{"one":"record"}\n', expected: undefined, file: 'expected.json' },
        options: { compare: 'empty', run: ['--where', 'a'], exit: 1, plugin: '../../other.wasm' },
      },
    ]);
  });

  test.each<[Record<string, string>, string]>([
    [{}, 'there is no test case'],
    [{ 'tests/a/expected.json': '' }, 'there is no test case'],
    [{ 'tests/a/input.json': '{' }, 'input.json: it is not JSON near line 1'],
    [{ 'tests/a/input.ndjson': '', 'tests/a/options.json': '[]' }, 'options.json: it has to be an object'],
    [{ 'tests/a/input.ndjson': '', 'tests/a/options.json': '{"cmp":1}' }, 'there is no option cmp; there are compare'],
    [{ 'tests/a/input.ndjson': '', 'tests/a/options.json': '{"compare":"x"}' }, 'compare is one of tangent, exact'],
    [{ 'tests/a/input.ndjson': '', 'tests/a/options.json': '{"run":"-w a"}' }, 'run is an array of strings'],
    [{ 'tests/a/input.ndjson': '', 'tests/a/options.json': '{"exit":256}' }, 'exit is a number from 0 to 255'],
    [{ 'tests/a/input.ndjson': '', 'tests/a/options.json': '{"plugin":1}' }, 'plugin is the path of a file'],
    [
      { 'tests/a/input.ndjson': '', 'tests/a/expected.json': '1', 'tests/a/options.json': '{"compare":"exact"}' },
      'exact compares bytes and needs expected.ndjson',
    ],
  ])('%j is refused', (files, message) => {
    put(files);
    expect(() => readCases(folder)).toThrow(message);
  });
});

test('the plugin of a folder is its source, its .wasm, or the only .wasm', () => {
  expect(pluginOfFolder(folder)).toBeUndefined();
  put({ 'other.wasm': '' });
  expect(pluginOfFolder(folder)).toBe(join(folder, 'other.wasm'));
  put({ 'third.wasm': '' });
  expect(pluginOfFolder(folder)).toBeUndefined();
  put({ 'mapper.wasm': '' });
  expect(pluginOfFolder(folder)).toBe(join(folder, 'mapper.wasm'));
  put({ 'mapper.rs': '' });
  expect(pluginOfFolder(folder)).toBe(join(folder, 'mapper.rs'));
});

describe('updateExpected', () => {
  const update = (output: string) => {
    const [test] = readCases(folder);
    return updateExpected(test!, expectedOf(test!, output));
  };
  const written = (name: string) => readFileSync(join(folder, 'tests/a', name), 'utf8');

  test('writes NDJSON as it came', () => {
    put({ 'tests/a/input.ndjson': '' });
    expect(update('{"a":5.0}\n2\n')).toBe(true);
    expect(written('expected.ndjson')).toBe('{"a":5.0}\n2\n');
    expect(update('{"a":5.0}\n2\n')).toBe(false);
  });

  test('writes JSON with the digits as they came, one line as a value', () => {
    put({ 'tests/a/input.json': '1', 'tests/a/expected.json': '' });
    update('{"b":9007199254740993,"a":[]}\n');
    expect(written('expected.json')).toBe('{\n  "b": 9007199254740993,\n  "a": []\n}\n');
    update('1\n2\n');
    expect(written('expected.json')).toBe('[\n  1,\n  2\n]\n');
    expect(() => update('x\n')).toThrow('the output of a in');
  });
});
