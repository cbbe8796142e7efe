/**
 * The test cases of a plugin, as files: tests/CASE/{input.ndjson|input.json, expected.ndjson|expected.json,
 * options.json}, and Tangent's own form, tests/input.json with tests/expected.json. This file finds and reads them and
 * writes expected output anew; running is the caller's business, comparing that of test-compare.ts.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sourceEndings } from './build.ts';
import { type Comparison, comparisons, type Expected } from './test-compare.ts';
import { compact, type Json, parseJson, pretty, printJson } from './test-json.ts';

/** A test case or its folder is not as it has to be. The message names the file, and is one line. */
export class CaseError extends Error {
  override readonly name = 'CaseError';
}

/** options.json, with what is left out filled in. */
export interface CaseOptions {
  readonly compare: Comparison;
  /** Options of `slung run`. */
  readonly run: readonly string[];
  readonly exit: number;
  /** The plugin's file, relative to the case's folder; undefined for the folder's own plugin. */
  readonly plugin: string | undefined;
}

export interface TestCase {
  readonly name: string;
  readonly folder: string;
  readonly options: CaseOptions;
  /** NDJSON. */
  readonly input: string;
  /** Undefined when there is no file yet. */
  readonly expected: Expected | undefined;
  /** Where --update writes. */
  readonly expectedFile: string;
}

/** The plugin that lies in `folder`: its source, or NAME.wasm. The path, or undefined when there is none. */
export function pluginOfFolder(folder: string): string | undefined {
  const name = basename(folder);
  const own = [...sourceEndings, '.wasm'].map((ending) => join(folder, name + ending)).find((path) => existsSync(path));
  if (own !== undefined) return own;
  const others = filesIn(folder).filter((file) => file.endsWith('.wasm'));
  return others.length === 1 ? join(folder, others[0]!) : undefined;
}

/** Whether `folder` has test cases. */
export function hasTests(folder: string): boolean {
  return statSync(join(folder, 'tests'), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** All cases below `folder`/tests, by name. @throws CaseError */
export function readCases(folder: string): TestCase[] {
  const tests = join(folder, 'tests');
  const folders = filesIn(tests)
    .map((name) => join(tests, name))
    .filter((path) => statSync(path).isDirectory() && inputOf(path) !== undefined);
  const cases = [...(inputOf(tests) === undefined ? [] : [tests]), ...folders].map(readCase);
  if (cases.length > 0) return cases;
  throw new CaseError(`${tests}: there is no test case; one is a folder with input.ndjson and expected.ndjson`);
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function inputOf(folder: string): string | undefined {
  return ['input.ndjson', 'input.json'].map((name) => join(folder, name)).find((path) => existsSync(path));
}

function readCase(folder: string): TestCase {
  const inputFile = inputOf(folder)!;
  const options = readOptions(join(folder, 'options.json'));
  const existing = ['expected.ndjson', 'expected.json']
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
  const isLines = existing === undefined ? inputFile.endsWith('.ndjson') : existing.endsWith('.ndjson');
  const expectedFile = existing ?? join(folder, isLines ? 'expected.ndjson' : 'expected.json');
  if (options.compare === 'exact' && !isLines) {
    throw new CaseError(`${expectedFile}: exact compares bytes and needs expected.ndjson`);
  }
  return {
    name: basename(folder),
    folder,
    options,
    input: readInput(inputFile),
    expected: existing === undefined ? undefined : { text: readFileSync(existing, 'utf8'), isLines },
    expectedFile,
  };
}

/** NDJSON as it is; of JSON, the elements of an array or the one value, each on a line with its digits. */
function readInput(file: string): string {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.ndjson')) return text;
  const value = parsed(file, text);
  const records = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return records.map((record) => `${printJson(record, compact)}\n`).join('');
}

function readOptions(file: string): CaseOptions {
  const value = existsSync(file) ? parsed(file, readFileSync(file, 'utf8')) : new Map<string, Json>();
  if (!(value instanceof Map)) throw new CaseError(`${file}: it has to be an object`);
  const options = value as ReadonlyMap<string, Json>;
  const known = ['compare', 'run', 'exit', 'plugin'];
  const unknown = [...options.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new CaseError(`${file}: there is no option ${unknown}; there are ${known.join(', ')}`);
  const compare = comparisons.find((name) => name === (options.get('compare') ?? 'tangent'));
  if (compare === undefined) throw new CaseError(`${file}: compare is one of ${comparisons.join(', ')}`);
  const run = options.get('run') ?? [];
  if (!Array.isArray(run) || !run.every((word) => typeof word === 'string')) {
    throw new CaseError(`${file}: run is an array of strings, options of slung run`);
  }
  const exit = options.has('exit') ? Number(printJson(options.get('exit')!, compact)) : 0;
  if (!Number.isInteger(exit) || exit < 0 || exit > 255) throw new CaseError(`${file}: exit is a number from 0 to 255`);
  const plugin = options.get('plugin');
  if (plugin !== undefined && typeof plugin !== 'string') throw new CaseError(`${file}: plugin is the path of a file`);
  return { compare, run, exit, plugin };
}

function parsed(file: string, text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw new CaseError(`${file}: ${(error as Error).message}`);
  }
}

/**
 * `output` as what is expected, in the form that the file has: NDJSON as it came, JSON as one value or an array.
 * @throws CaseError when the output cannot be written as JSON
 */
export function expectedOf(test: TestCase, output: string): Expected {
  const isLines = test.expectedFile.endsWith('.ndjson');
  return { text: isLines ? output : asJson(test, output), isLines };
}

/** Writes what is expected. @returns false when that is what the file says already */
export function updateExpected(test: TestCase, { text }: Expected): boolean {
  if (test.expected?.text === text) return false;
  writeFileSync(test.expectedFile, text);
  return true;
}

function asJson(test: TestCase, output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const values = lines.map((line) => parsed(`the output of ${test.name} in ${dirname(test.folder)}`, line));
  return `${printJson(values.length === 1 ? values[0]! : values, pretty)}\n`;
}
