// @ts-check
/**
 * The tools that are compared: how to find each, and its command for a spec. A tool that is not installed, or that
 * cannot do a task, says why in one phrase; the bench prints the phrase and goes on.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { jqArguments, millerArguments, slungArguments } from './dialects.mjs';
import { nativePeer } from './native.mjs';

/** @typedef {import('./measure.mjs').Command} Command */
/** @typedef {import('./tasks.mjs').Spec} Spec */
/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {boolean} parses false: a yardstick that never looks at JSON; its output is not compared
 * @property {boolean} [native] compared in every setting, not only on one core
 * @property {() => string | undefined} missing why it cannot run here
 * @property {(spec: Spec, input: string, output: string, threads?: number) => Command | string} command or why it cannot
 * do the task; `threads` is 1 unless the tool is native, or slung
 */

export const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
/** The program, as it is started. */
export const slungBin = `${root}bin/slung.js`;

/** @param {string} name of a program @returns {string | undefined} */
function notOnPath(name) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' }).status === 0
    ? undefined
    : 'not installed';
}

/** @param {string} name of an npm package, native or not @returns {string | undefined} */
function notInstalled(name) {
  try {
    const found = require(name);
    // Without its install script simdjson loads, and can do little.
    const isBuilt = name !== 'simdjson' || found.lazyParse !== undefined;
    return isBuilt ? undefined : 'not built (npm rebuild --prefix bench)';
  } catch {
    return 'not installed (npm i --prefix bench)';
  }
}

/**
 * @param {string} program in baselines/ @param {string} [name] @param {string} [dependency] @param {readonly string[]}
 * [more] @returns {Tool}
 */
function baseline(program, name = program, dependency, more = []) {
  const file = fileURLToPath(new URL(`baselines/${program}.mjs`, import.meta.url));
  return {
    name,
    parses: true,
    missing: () => (dependency === undefined ? undefined : notInstalled(dependency)),
    command: (spec, input) => ({ command: process.execPath, args: [file, JSON.stringify(spec), input, ...more] }),
  };
}

/** Found out once: whether `slung --version` runs, whatever files the build makes. @type {boolean | undefined} */
let slungAbsent;

/** @returns {string | undefined} why slung cannot run */
export function slungMissing() {
  slungAbsent ??= spawnSync(process.execPath, [slungBin, '--version'], { stdio: 'ignore' }).status !== 0;
  return slungAbsent ? 'not built (npm run build)' : undefined;
}

/** @param {readonly string[]} args after `slung select` @returns {Command} */
export function slungCommand(args) {
  return { command: process.execPath, args: [slungBin, 'select', ...args] };
}

/** @type {Tool} */
export const slung = {
  name: 'slung',
  parses: true,
  missing: slungMissing,
  command: (spec, input, _output, threads = 1) => slungCommand(['-j', String(threads), ...slungArguments(spec), input]),
};

/** What simdjson's lazy modes would do for validate. */
const VALIDATES_LESS = 'does not validate what it skips';
/**
 * simdjson in C++ (native/).
 * @param {string} name @param {'dom' | 'minify' | 'ondemand' | 'lines'} mode @returns {Tool}
 */
function native(name, mode) {
  return {
    name,
    parses: true,
    native: true,
    missing: () => {
      const peer = nativePeer();
      return 'missing' in peer ? peer.missing : undefined;
    },
    command: (spec, input, _output, threads = 1) => {
      const peer = nativePeer();
      if ('missing' in peer) return peer.missing;
      if (spec.kind === 'validate' && (mode === 'ondemand' || mode === 'lines')) return VALIDATES_LESS;
      if (spec.kind === 'filter' && spec.op === 'regex') return NO_SUCH_TASK;
      if (mode === 'minify' && spec.kind !== 'project' && spec.kind !== 'csv') return NO_SUCH_TASK;
      return { command: peer.file, args: [mode, String(threads), JSON.stringify(spec), input] };
    },
  };
}

/** The names of the native peers that README's headline gives. */
export const HEADLINE = { dom: 'simdjson DOM', ondemand: 'simdjson on-demand' };

/** A yardstick has nothing to do with the task; not worth a row. */
export const NO_SUCH_TASK = 'no such task';

/** The baseline whose output every other output is compared with. */
export const reference = baseline('json-parse', 'JSON.parse loop');

/** @type {readonly Tool[]} */
export const peers = [
  native(HEADLINE.dom, 'dom'),
  native('simdjson DOM minify', 'minify'),
  native(HEADLINE.ondemand, 'ondemand'),
  native('simdjson per line', 'lines'),
  reference,
  baseline('split2', 'split2 + JSON.parse', 'split2'),
  baseline('ndjson', 'ndjson', 'ndjson'),
  baseline('simdjson', 'simdjson parse', 'simdjson'),
  {
    ...baseline('simdjson', 'simdjson lazyParse', 'simdjson', ['--lazy']),
    command: (spec, input, output) =>
      stepsOf(spec).some((step) => String(step).includes('.'))
        ? 'cannot name a key that contains a dot'
        : baseline('simdjson', '', 'simdjson', ['--lazy']).command(spec, input, output),
  },
  {
    ...baseline('duckdb', 'DuckDB', '@duckdb/node-api'),
    command: (spec, input, output) => baseline('duckdb', '', '', [output]).command(spec, input, output),
  },
  {
    name: 'jq',
    parses: true,
    missing: () => notOnPath('jq'),
    command: (spec, input) => ({ command: 'jq', args: [...jqArguments(spec), input] }),
  },
  {
    name: 'mlr',
    parses: true,
    missing: () => notOnPath('mlr'),
    command: (spec, input) => ({ command: 'mlr', args: [...millerArguments(spec), input] }),
  },
  {
    name: 'grep',
    parses: false,
    missing: () => notOnPath('grep'),
    command: (spec, input) =>
      spec.kind === 'filter' && spec.grep !== undefined
        ? { command: 'grep', args: [...spec.grep, input], env: { LC_ALL: 'C' } }
        : NO_SUCH_TASK,
  },
  {
    name: 'wc -l',
    parses: false,
    missing: () => notOnPath('wc'),
    command: (spec, input) => (spec.kind === 'validate' ? { command: 'wc', args: ['-l', input] } : NO_SUCH_TASK),
  },
];

/** @param {Spec} spec @returns {readonly (string | number)[]} every step of every path */
function stepsOf(spec) {
  if (spec.kind === 'validate') return [];
  return spec.kind === 'filter' ? spec.path.steps : spec.columns.flatMap((one) => one.path.steps);
}
