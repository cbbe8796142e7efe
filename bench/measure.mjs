// @ts-check
/**
 * Runs a command as a whole process and says what it cost: wall time from spawn to exit, user + system CPU and peak
 * RSS. The child is pinned to one core with taskset and accounted for by GNU time, where these are present. Peak RSS
 * must come from wait4 (GNU time): /proc/PID/status read "just before the exit" is always too early. Without GNU time
 * the shell's `times` gives CPU seconds and RSS stays unknown. spawnSync keeps this process's event loop out of it.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {object} Command
 * @property {string} command
 * @property {readonly string[]} args
 * @property {string} [stdinFile] standard input; /dev/null when neither this nor `stdinPipe` is given
 * @property {{ file: string, times: number }} [stdinPipe] a file that `cat` sends through a pipe, so many times over
 * @property {Readonly<Record<string, string>>} [env] added to the environment, which has no NODE_EXTRA_CA_CERTS
 */
/**
 * @typedef {object} Cost
 * @property {number} wallSeconds
 * @property {number | undefined} cpuSeconds user + system
 * @property {number | undefined} peakRssBytes
 * @property {number | null} exitCode null when a signal ended it
 */
/** @typedef {{ median: number, min: number, max: number }} Summary */
/**
 * @typedef {{ core: number | string | undefined, gnuTime: boolean }} Means `core` is a core, or cores as taskset names
 * them; undefined: not pinned
 */

/**
 * The environment of all that is timed. Node 20 reads the certificates at each start, which costs it 90 ms, and
 * nothing that is timed asks a server.
 */
export const environment = { ...process.env };
delete environment.NODE_EXTRA_CA_CERTS;

const TIME = '/usr/bin/time';
const TIME_FORMAT = 'slung-bench user=%U sys=%S rss=%M';

/** @returns {boolean} the command exists and succeeds */
function works(/** @type {string} */ command, /** @type {readonly string[]} */ args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/**
 * What this machine offers for measuring; the core is the last one, which interrupts and other work like least.
 * @returns {Means}
 */
export function probe() {
  let core = availableParallelism() - 1;
  while (core >= 0 && !works('taskset', ['-c', String(core), 'true'])) core--;
  return {
    core: core < 0 ? undefined : core,
    gnuTime: works(TIME, ['-f', TIME_FORMAT, '-o', '/dev/null', 'true']),
  };
}

/**
 * The same means with so many cores: the last ones. @param {Means} means @param {number} cores
 * @returns {Means | undefined} undefined: this machine has not so many, or cannot be asked for them
 */
export function withCores(means, cores) {
  if (cores === 1) return means;
  const last = Number(means.core);
  const core = `${last - cores + 1}-${last}`;
  return works('taskset', ['-c', core, 'true']) && last + 1 >= cores ? { ...means, core } : undefined;
}

/**
 * @param {string} text what GNU time wrote with TIME_FORMAT (it may say first that the command failed)
 * @returns {{ cpuSeconds: number, peakRssBytes: number }}
 */
export function parseTimeReport(text) {
  const parts = /slung-bench user=([\d.]+) sys=([\d.]+) rss=(\d+)/.exec(text);
  if (parts === null) throw new Error(`no report by ${TIME} in: ${text}`);
  const [, user, system, rssKib] = parts;
  return { cpuSeconds: Number(user) + Number(system), peakRssBytes: Number(rssKib) * 1024 };
}

/**
 * @param {string} text output of the POSIX shell's `times`: the shell's own line, then its children's
 * @returns {number} user + system seconds of the children
 */
export function parseShellTimes(text) {
  const children = text.trim().split('\n')[1] ?? '';
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new Error(`not the output of times: ${text}`);
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

/**
 * The `cat` runs outside of taskset and time: on another core if there is one, and its cost is not the tool's.
 * @param {Command} command @returns {string[]} words to put before the command
 */
function feed({ stdinPipe }) {
  if (stdinPipe === undefined) return [];
  const script = 'file=$1 n=$2; shift 2; while [ "$n" -gt 0 ]; do cat "$file"; n=$((n - 1)); done | "$@"';
  return ['sh', '-c', script, 'sh', stdinPipe.file, String(stdinPipe.times)];
}

/**
 * @param {Command} command
 * @param {Means} means
 * @param {{ stdoutFile: string, stderrFile: string }} to
 * @returns {Cost}
 */
export function measure(command, means, to) {
  const folder = mkdtempSync(join(tmpdir(), 'slung-measure-'));
  const reportFile = join(folder, 'time');
  const pinned = means.core !== undefined ? ['taskset', '-c', String(means.core)] : [];
  const counted = means.gnuTime
    ? [TIME, '-f', TIME_FORMAT, '-o', reportFile]
    : ['sh', '-c', 'report=$1; shift; "$@"; code=$?; times >"$report"; exit $code', 'sh', reportFile];
  const words = [...feed(command), ...pinned, ...counted, command.command, ...command.args];
  const stdin = openSync(command.stdinFile ?? '/dev/null', 'r');
  const stdout = openSync(to.stdoutFile, 'w');
  const stderr = openSync(to.stderrFile, 'w');
  try {
    const start = process.hrtime.bigint();
    const done = spawnSync(words[0] ?? '', words.slice(1), {
      stdio: [stdin, stdout, stderr],
      env: { ...environment, ...command.env },
    });
    const wallSeconds = Number(process.hrtime.bigint() - start) / 1e9;
    if (done.error !== undefined) throw done.error;
    const report = readFileSync(reportFile, 'utf8');
    const cost = means.gnuTime
      ? parseTimeReport(report)
      : { cpuSeconds: parseShellTimes(report), peakRssBytes: undefined };
    return { wallSeconds, ...cost, exitCode: done.status };
  } finally {
    for (const fd of [stdin, stdout, stderr]) closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs A B A B …, so that both see the same weather on a noisy machine, and compares neighbours only.
 * @template A, B
 * @param {number} runs
 * @param {() => A} runA
 * @param {() => B} runB
 * @returns {{ a: A[], b: B[] }}
 */
export function interleave(runs, runA, runB) {
  /** @type {{ a: A[], b: B[] }} */
  const results = { a: [], b: [] };
  for (let run = 0; run < runs; run++) {
    results.a.push(runA());
    results.b.push(runB());
  }
  return results;
}

/** @param {readonly number[]} values at least one @returns {Summary} */
export function summarize(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/**
 * A folder for output files, in memory where possible so that no disk is measured. The caller removes it. @returns
 * {string}
 */
export function outputFolder() {
  try {
    return mkdtempSync('/dev/shm/slung-bench-');
  } catch {
    return mkdtempSync(join(tmpdir(), 'slung-bench-out-'));
  }
}
