// @ts-check
/**
 * Guests that read the whole stream: a Slung program that polls a live query, beside a JSON.parse loop that does the
 * same in JavaScript, and WASI filters in C, beside the same source compiled by gcc for this machine. One lane, one
 * core.
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureData } from './generate.mjs';
import { summarize } from './measure.mjs';
import { baseline } from './plugin-mappers.mjs';
import { compared, fixture, repeat, run, slungRun } from './plugin-measure.mjs';
import { ensureRecords } from './plugin-records.mjs';
import { round, spread, table } from './report.mjs';

/** @typedef {import('./plugin-measure.mjs').Setup} Setup */
/** @typedef {import('./plugin-measure.mjs').Answer} Answer */

const FILTER_MIB = 256;
/** Found in one of seven records. */
const WORD = '"dns"';

/** With the core to itself, as every bench here, and with a core for reading and writing. @param {Setup} setup */
const unpinned = (setup) => ({ ...setup, means: { ...setup.means, core: undefined } });

/** How they read the value of an event: see threshold.c. */
const PROGRAMS = [
  { file: 'threshold', what: 'Slung program that polls a live query' },
  { file: 'threshold-own', what: 'the same with allocator and numbers of slung.h instead of malloc and strtod' },
];

/** @param {Setup} setup @returns {Answer} */
export function program(setup) {
  const events = setup.records;
  setup.tell(`program: ${events} events`);
  const input = ensureRecords('events', events);
  const inMillions = (/** @type {number[]} */ seconds) => summarize(seconds.map((one) => events / 1e6 / one));
  const rows = [];
  const lines = [];
  let failed = false;
  const loopSeconds = (where = setup) => run(where, baseline('events', input), 'expected').wallSeconds;
  const argsOf = (/** @type {string} */ file) => ['-q', fixture(`slung/${file}.wasm`), input];
  loopSeconds();
  const agreed = PROGRAMS.map(({ file }) => {
    slungRun(setup, argsOf(file));
    return compared(setup, 'expected', 'out');
  });
  // One loop a round for all programs, pinned and not.
  const rounds = repeat(setup, () => {
    const loops = { loop: loopSeconds(), freeLoop: loopSeconds(unpinned(setup)) };
    return PROGRAMS.map(({ file }) => ({
      own: slungRun(setup, argsOf(file)),
      free: slungRun(unpinned(setup), argsOf(file)),
      ...loops,
    }));
  });
  for (const [i, { file, what }] of PROGRAMS.entries()) {
    const same = agreed[i] ?? { text: '', failed: true };
    failed ||= same.failed;
    const turns = rounds.flatMap((one) => one[i] ?? []);
    const got = inMillions(turns.map(({ own }) => own.wallSeconds));
    rows.push({ what, unit: 'M events/s', must: 1, aim: 3, isMost: false, got });
    const loop = inMillions(turns.map((turn) => turn.loop));
    const ratio = summarize(turns.map((turn) => turn.loop / turn.own.wallSeconds));
    const free = inMillions(turns.map((turn) => turn.free.wallSeconds));
    const freeRatio = summarize(turns.map((turn) => turn.freeLoop / turn.free.wallSeconds));
    const ratios = [spread(ratio, '×'), spread(freeRatio, '×')];
    lines.push([`${file}.wasm`, spread(got), spread(free), spread(loop), ...ratios, same.text]);
  }
  const head = [
    'M events/s',
    'slung, one core',
    'not pinned',
    'JSON.parse loop',
    'slung is',
    'neither pinned',
    'output',
  ];
  const title = `${events} events of ${round(statSync(input).size / events)} bytes, three of four for the query:`;
  return { rows, failed, more: `### Program\n\n${title}\n\n${table(head, lines)}` };
}

/**
 * The C source of a fixture, compiled for this machine. @param {Setup} setup @param {string} name @returns {string |
 * undefined} undefined: no gcc
 */
function native(setup, name) {
  const file = join(setup.folder, name);
  const done = spawnSync('gcc', ['-O2', '-o', file, fixture(`wasi/${name}.c`)], { stdio: 'ignore' });
  return done.status === 0 ? file : undefined;
}

/** @param {Setup} setup @returns {Answer} */
export function filter(setup) {
  const input = ensureData('zeek', FILTER_MIB);
  const megabytes = statSync(input).size / 1e6;
  const perSecond = (/** @type {number[]} */ seconds) => summarize(seconds.map((one) => megabytes / one));
  const rows = [];
  const lines = [];
  let failed = false;
  for (const { name, words, limits } of [
    { name: 'word', words: [WORD], limits: { must: 400, aim: 600 } },
    { name: 'copy', words: [], limits: {} },
  ]) {
    setup.tell(`filter: ${name}`);
    const own = native(setup, name);
    const args = ['-q', fixture(`wasi/${name}.wasm`), input, '--', ...words];
    const once = () => ({
      own: slungRun(setup, args),
      free: slungRun(unpinned(setup), args),
      native: own === undefined ? undefined : run(setup, { command: own, args: words, stdinFile: input }, 'expected'),
    });
    once();
    const same = own === undefined ? { text: 'no gcc here', failed: false } : compared(setup, 'expected', 'out');
    failed ||= same.failed;
    const turns = repeat(setup, once);
    const got = perSecond(turns.map((turn) => turn.own.wallSeconds));
    if ('must' in limits)
      rows.push({ what: `WASI filter in C (${name}.c)`, unit: 'MB/s', ...limits, isMost: false, got });
    const free = perSecond(turns.map((turn) => turn.free.wallSeconds));
    const theirs = turns.flatMap((turn) => (turn.native === undefined ? [] : [turn.native.wallSeconds]));
    const beside = theirs.length === 0 ? 'not installed' : spread(perSecond(theirs));
    lines.push([`${name}.c`, spread(got), spread(free), beside, same.text]);
  }
  const head = ['MB/s', 'slung, one core', 'not pinned', 'gcc -O2, no sandbox', 'output'];
  const title = `${round(megabytes)} MB of connection records (475 bytes): word.c passes one line in seven and reads in large pieces, copy.c is fgets and fputs:`;
  return { rows, failed, more: `### Filters\n\n${title}\n\n${table(head, lines)}` };
}
