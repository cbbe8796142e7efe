// @ts-check
/**
 * What one look at a record costs a guest, through the real `slung run`: two runs that differ only in how often the
 * guest makes the call, and the difference of their time in the guest. Everything else cancels out: starting,
 * compiling, learning the paths, the first calls in code that V8 has not optimised yet. The guest's own loop and its
 * freeing of strings stay in; the first row shows what the loop alone costs. bench/views.mjs measures the layers
 * below, without a process around them.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPlugin, fixture, repeat, scaled, slungRun } from './plugin-measure.mjs';
import { askJco, ratioRow } from './plugin-peer.mjs';
import { CALL_KINDS, callScript } from './plugin-records.mjs';
import { round, spread, table } from './report.mjs';

/** @typedef {import('./plugin-measure.mjs').Setup} Setup */
/** @typedef {import('./plugin-measure.mjs').Row} Row */
/** @typedef {import('./plugin-measure.mjs').Summary} Summary */

/**
 * V8 optimises a function after some hundred thousand turns of its loops, but only what is called after that gains.
 */
const WARM = { lines: 40, calls: 20_000 };
const MEASURED_LINES = 10;
/** A millisecond of noise in a run is then a tenth of a nanosecond. */
const CALLS = 1_000_000;
const JCO_CALLS = 20_000;
const JCO_SECONDS = 0.5;

/** Runs take one record a batch, because a bench guest looks at the first record of each call only. */
const FLAGS = ['--batch-records', '1', '--time-limit', '60s', '-q'];

/** @param {Setup} setup @param {string} plugin @param {number} mode @returns {Summary} ns */
function nsPerCall(setup, plugin, mode) {
  /** @param {number} calls in the lines that count */
  const seconds = (calls) => {
    const input = join(setup.folder, 'calls.ndjson');
    writeFileSync(input, callScript(mode, WARM, { lines: MEASURED_LINES, calls }));
    const { stats } = slungRun(setup, [...FLAGS, plugin, input]);
    const batches = WARM.lines + MEASURED_LINES;
    if (stats.calls !== batches) throw new Error(`${batches} calls were to be made, ${stats.calls} were`);
    return stats.secondsInGuest;
  };
  const more = repeat(setup, () => seconds(CALLS + WARM.calls) - seconds(WARM.calls));
  return scaled(more, 1e9 / (MEASURED_LINES * CALLS));
}

/** @param {Setup} setup @returns {import('./plugin-measure.mjs').Answer} */
export function calls(setup) {
  const component = fixture('tangent/bench.wasm');
  const ours = buildPlugin(setup, fixture('as/bench/plugin.ts'), 'bench-as');
  const measured = CALL_KINDS.map((kind) => {
    setup.tell(`calls: ${kind.name}`);
    return { kind, c: nsPerCall(setup, component, kind.mode), as: nsPerCall(setup, ours, kind.mode) };
  });
  setup.tell('calls: jco');
  const asked = CALL_KINDS.slice(1);
  const modes = asked.map(({ mode }) => mode).join(',');
  const question = ['calls', component, setup.folder, modes, String(JCO_CALLS), String(JCO_SECONDS)];
  const jco = askJco(question)?.ns;
  const quiet = askJco([...question, '--quiet'])?.ns;

  /** @type {Row[]} */
  const rows = [];
  for (const [name, of] of /** @type {const} */ ([
    ['component in C', 'c'],
    ['AssemblyScript', 'as'],
  ])) {
    for (const one of measured) {
      if (one.kind.must === undefined) continue;
      const { must, aim } = one.kind;
      rows.push({
        what: `${one.kind.name}, ${name}`,
        unit: 'ns',
        must,
        ...(aim === undefined ? {} : { aim }),
        isMost: true,
        got: one[of],
      });
    }
  }
  const ratios = asked.map((_, at) => (jco?.[at] ?? Number.NaN) / (measured[at + 1]?.c.median ?? Number.NaN));
  rows.push(ratioRow('the same calls by way of jco, least and most', jco === undefined ? undefined : ratios));
  const lines = measured.map(({ kind, c, as }, at) => {
    const theirs = (/** @type {number[] | undefined} */ ns) =>
      ns === undefined || at === 0 ? '–' : round(ns[at - 1] ?? Number.NaN);
    const times = at === 0 || jco === undefined ? '–' : `${round(ratios[at - 1] ?? Number.NaN)}×`;
    return [kind.name, spread(c), spread(as), theirs(jco), times, theirs(quiet)];
  });
  const head = [
    'ns a call',
    'component in C',
    'AssemblyScript',
    'component in C, jco',
    'jco / slung',
    'jco without its trace questions',
  ];
  return { rows, more: `### Calls\n\n${table(head, lines)}` };
}
