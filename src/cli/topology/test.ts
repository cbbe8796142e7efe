/**
 * The tests of a topology: records go into one of its nodes, through the graph that `slung run -c` would run, and what
 * arrives at the sinks is compared. Each test runs twice, with all of its records at once and with each of them alone:
 * a plugin that mixes up the records of a batch is found by that.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../config/errors.ts';
import { counted } from '../../format/count.ts';
import type { RunHost } from '../../graph/host.ts';
import { enteredAt, type Kept, memoryEnds } from '../../pipeline/topology/memory.ts';
import { runTopology } from '../../pipeline/topology/run.ts';
import type { TopologySettings } from '../../pipeline/topology/settings.ts';
import { compareOutput } from '../../plugin/authoring/test-compare.ts';
import type { DiffLine } from '../../plugin/authoring/test-diff.ts';
import { compact, type Json, parseJson, printJson } from '../../plugin/authoring/test-json.ts';
import { excerpt } from '../../text/printable.ts';
import { placeText, type Records, type TopologyTest } from '../../topology/index.ts';
import { reasonOf } from '../plugin/read.ts';
import type { World } from '../world.ts';

/** How a test has ended. */
export interface TestResult {
  readonly name: string;
  readonly passed: boolean;
  /** One line; empty when it passed. */
  readonly reason: string;
  readonly diff: readonly DiffLine[];
  /** What the run said. */
  readonly talk: readonly string[];
}

const unseen = { metrics: undefined, status: undefined };

type Difference = Pick<TestResult, 'reason' | 'diff'>;

/** A test whose files cannot be read, or are no JSON, has failed; the others can be run all the same. */
export async function runTest(test: TopologyTest, settings: TopologySettings, world: World): Promise<TestResult> {
  try {
    return await resultOf(test, settings, world);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const reason = `${placeText(test.place)}: ${error.message}`;
    return { name: test.name, passed: false, reason, diff: [], talk: error.detail === '' ? [] : [error.detail] };
  }
}

/** @throws UsageError when a file of the test cannot be read, or is no JSON */
async function resultOf(test: TopologyTest, settings: TopologySettings, world: World): Promise<TestResult> {
  const { directory } = settings.topology;
  const input = Buffer.from(textOf(test.input, directory));
  for (const way of ['all at once', 'each record alone'] as const) {
    const batches = way === 'all at once' ? settings.batches : { ...settings.batches, batchRecords: 1 };
    const kept = memoryEnds(input);
    const talk: string[] = [];
    const entered = { ...settings, batches, topology: enteredAt(settings.topology, test.into), ...unseen };
    await runTopology(entered, hostOf(talk, world), kept.ends);
    const difference = compared(test, kept, directory);
    if (difference === undefined) continue;
    const reason = way === 'all at once' ? difference.reason : `${way}: ${difference.reason}`;
    return { name: test.name, passed: false, ...difference, reason, talk };
  }
  return { name: test.name, passed: true, reason: '', diff: [], talk: [] };
}

function hostOf(talk: string[], world: World): RunHost {
  const say = (text: string): void => void talk.push(text);
  return {
    talk: {
      error: say,
      warn: say,
      info: () => {},
      guest: (plugin, line) => say(`${plugin}: ${line}`),
      verbose: () => {},
    },
    progress: undefined,
    onSignal: () => () => {},
    clockMs: () => world.clockMs(),
  };
}

/** The first sink to which something else came than was expected. */
function compared({ expect, unordered }: TopologyTest, kept: Kept, directory: string): Difference | undefined {
  for (const [sink, expected] of expect) {
    const difference =
      typeof expected === 'number'
        ? countDiffers(kept.recordsOf(sink), expected)
        : linesDiffer(kept.textOf(sink), textOf(expected, directory), unordered);
    if (difference !== undefined) return { ...difference, reason: `${excerpt(sink)}: ${difference.reason}` };
  }
  return undefined;
}

function countDiffers(records: number, expected: number): Difference | undefined {
  if (records === expected) return undefined;
  return { reason: `${counted(expected, 'record')} expected, ${records} came`, diff: [] };
}

function linesDiffer(output: string, text: string, isUnordered: boolean): Difference | undefined {
  if (output === text) return undefined;
  const isJson = /^\s*[[{]/.test(text) || text.trim() === '';
  const how = !isJson ? 'exact' : isUnordered ? 'unordered' : 'tangent';
  try {
    const verdict = compareOutput(output, { text, isLines: !/^\s*\[/.test(text) }, text.trim() === '' ? 'empty' : how);
    return verdict.passed ? undefined : verdict;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`what is expected is no JSON: ${error.message}`);
  }
}

/** Of one value, or an array as in the tests of Tangent, each record on a line; anything else are lines already. */
function linesOfJson(text: string): string {
  let value: Json;
  try {
    value = parseJson(text);
  } catch {
    return text;
  }
  const records = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return records.map((record) => `${printJson(record, compact)}\n`).join('');
}

/** Records as lines. @throws UsageError */
function textOf(records: Records, directory: string): string {
  if ('records' in records) return records.records.map((line) => `${line}\n`).join('');
  try {
    const text = readFileSync(resolve(directory, records.file), 'utf8');
    return records.file.endsWith('.json') ? linesOfJson(text) : text;
  } catch (error) {
    const hint = `Relative paths start from ${excerpt(directory)}`;
    throw new UsageError(`${excerpt(records.file)}: ${reasonOf(error)}`, hint);
  }
}
