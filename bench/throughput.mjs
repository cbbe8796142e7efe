// @ts-check
/**
 * One cell of the table: a task on a file by slung and by one other tool, in turns, after a first run of each that is
 * not counted but whose output is compared with the reference's. Throughput is input bytes over wall time of the whole
 * process.
 */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareOutputs } from './check.mjs';
import { interleave, measure, summarize } from './measure.mjs';
import { reference, slung } from './tools.mjs';

/** @typedef {import('./tools.mjs').Tool} Tool */
/** @typedef {import('./tasks.mjs').Spec} Spec */
/** @typedef {import('./measure.mjs').Cost} Cost */
/** @typedef {import('./measure.mjs').Summary} Summary */
/**
 * @typedef {object} Row
 * @property {string} tool
 * @property {boolean} [native] compared in every setting
 * @property {string} [absent] why there are no figures
 * @property {string} [output] how its output compares
 * @property {boolean} failed its output is wrong, or it failed
 * @property {Summary} [mbPerSecond] 10^6 input bytes per second
 * @property {Summary} [slungTimes] slung's throughput over this tool's, pair by pair
 * @property {Summary} [slungTimesCpu] the same by processor time instead of wall time
 * @property {number} [peakRssBytes] median
 * @property {number} [cpuSeconds] median
 */

export class Bench {
  /**
   * @param {import('./measure.mjs').Means} means
   * @param {number} runs measured pairs per tool
   * @param {string} folder for outputs
   * @param {number} [threads] of slung and of the native peers
   */
  constructor(means, runs, folder, threads = 1) {
    this.threads = threads;
    this.means = means;
    this.runs = runs;
    this.expected = join(folder, 'expected');
    this.actual = join(folder, 'actual');
    this.stderr = join(folder, 'stderr');
  }

  /**
   * @param {Spec} spec @param {string} input @param {readonly Tool[]} tools without slung
   * @param {(tool: string) => void} onTool told before each tool
   * @returns {Row[]} slung first (if it is built), then each of `tools`
   */
  task(spec, input, tools, onTool) {
    this.#run(reference, spec, input, this.expected);
    const withSlung = slung.missing() === undefined;
    /** @type {Row} */
    let slungRow = { tool: slung.name, absent: slung.missing() ?? '', failed: false };
    if (withSlung) {
      onTool(slung.name);
      slungRow = this.#checked(slung, spec, input);
    }
    const compare = withSlung && !slungRow.failed;
    /** @type {Cost[]} */
    const slungCosts = [];
    /** @type {Row[]} */
    const rows = [];
    for (const tool of tools) {
      onTool(tool.name);
      const row = this.#row(tool, spec, input, compare ? slungCosts : undefined);
      rows.push({ ...row, ...(tool.native ? { native: true } : {}) });
    }
    if (compare && slungCosts.length === 0) {
      try {
        for (let run = 0; run < this.runs; run++) slungCosts.push(this.#run(slung, spec, input, this.actual));
      } catch (error) {
        slungRow = failure(slung.name, error);
      }
    }
    if (slungCosts.length > 0 && !slungRow.failed) Object.assign(slungRow, figures(slungCosts, input));
    rmSync(this.expected, { force: true });
    rmSync(this.actual, { force: true });
    return [slungRow, ...rows];
  }

  /**
   * @param {Tool} tool @param {Spec} spec @param {string} input @param {Cost[] | undefined} slungCosts filled with
   * slung's runs; undefined: without slung @returns {Row}
   */
  #row(tool, spec, input, slungCosts) {
    const missing = tool.missing();
    const command = missing ?? tool.command(spec, input, this.actual, this.threads);
    if (typeof command === 'string') return { tool: tool.name, absent: command, failed: false };
    const row = this.#checked(tool, spec, input);
    if (row.failed) return row;
    try {
      return { ...row, ...this.#paired(tool, spec, input, slungCosts) };
    } catch (error) {
      return failure(tool.name, error);
    }
  }

  /**
   * The counted runs. @param {Tool} tool @param {Spec} spec @param {string} input @param {Cost[] | undefined}
   * slungCosts @returns {Partial<Row>} @throws when a run fails
   */
  #paired(tool, spec, input, slungCosts) {
    const runTool = () => this.#run(tool, spec, input, this.actual);
    const runSlung = () => (slungCosts === undefined ? undefined : this.#run(slung, spec, input, this.actual));
    const { a, b } = interleave(this.runs, runSlung, runTool);
    const ratios = [];
    const cpuRatios = [];
    for (const [at, cost] of a.entries()) {
      if (cost === undefined) continue;
      slungCosts?.push(cost);
      const other = /** @type {Cost} */ (b[at]);
      ratios.push(other.wallSeconds / cost.wallSeconds);
      if (other.cpuSeconds !== undefined && cost.cpuSeconds !== undefined)
        cpuRatios.push(other.cpuSeconds / cost.cpuSeconds);
    }
    return {
      ...figures(b, input),
      ...(ratios.length > 0 ? { slungTimes: summarize(ratios) } : {}),
      ...(cpuRatios.length > 0 ? { slungTimesCpu: summarize(cpuRatios) } : {}),
    };
  }

  /** The first, uncounted run. @param {Tool} tool @param {Spec} spec @param {string} input @returns {Row} */
  #checked(tool, spec, input) {
    try {
      this.#run(tool, spec, input, this.actual);
      if (!tool.parses) return { tool: tool.name, output: 'does not parse', failed: false };
      const said = tool === slung && spec.kind === 'validate' ? this.stderr : this.actual;
      const result = compareOutputs(spec, this.expected, said);
      if ('agreement' in result) return { tool: tool.name, output: result.agreement, failed: false };
      return { tool: tool.name, output: `DIFFERENT: ${result.difference}`, failed: true };
    } catch (error) {
      return failure(tool.name, error);
    }
  }

  /**
   * @param {Tool} tool @param {Spec} spec @param {string} input @param {string} output @returns {Cost} @throws when
   * the tool fails
   */
  #run(tool, spec, input, output) {
    const command = tool.command(spec, input, output, this.threads);
    if (typeof command === 'string') throw new Error(command);
    // slung's validate task is `slung select --stats > /dev/null`; the other tools print one count.
    const stdoutFile = tool === slung && spec.kind === 'validate' ? '/dev/null' : output;
    const cost = measure(command, this.means, { stdoutFile, stderrFile: this.stderr });
    if (cost.exitCode !== 0) {
      throw new Error(`exit code ${cost.exitCode}: ${readFileSync(this.stderr, 'utf8').trim().slice(0, 300)}`);
    }
    return cost;
  }
}

/** @param {string} tool @param {unknown} error @returns {Row} */
function failure(tool, error) {
  return { tool, output: `FAILED: ${error instanceof Error ? error.message : error}`, failed: true };
}

/** @param {readonly Cost[]} costs @param {string} input */
function figures(costs, input) {
  const megabytes = statSync(input).size / 1e6;
  /** @param {(number | undefined)[]} values */
  const median = (values) => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : summarize(known).median;
  };
  const peakRssBytes = median(costs.map((cost) => cost.peakRssBytes));
  const cpuSeconds = median(costs.map((cost) => cost.cpuSeconds));
  return {
    mbPerSecond: summarize(costs.map((cost) => megabytes / cost.wallSeconds)),
    ...(peakRssBytes === undefined ? {} : { peakRssBytes }),
    ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
  };
}
