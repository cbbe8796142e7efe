// @ts-check
/**
 * Tangent's scaffold mapper over records as Tangent's own bench makes them: slung with the mapper in C, Rust and
 * AssemblyScript by hand, with our templates and with our SDK, beside a JSON.parse loop that does the same in
 * JavaScript, one lane, all on one core, in turns. Output goes to a file and is compared by value (how a float is spelled is the guest's affair).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { summarize } from './measure.mjs';
import { buildPlugin, compared, fixture, repeat, run, scaled, slungRun } from './plugin-measure.mjs';
import { askJco, ratioRow } from './plugin-peer.mjs';
import { ensureRecords } from './plugin-records.mjs';
import { round, spread, table } from './report.mjs';

/** @typedef {import('./plugin-measure.mjs').Setup} Setup */

const BASELINE = fileURLToPath(new URL('plugin-baseline.mjs', import.meta.url));
/** jco would take minutes for what the others get. */
const JCO_RECORDS = 100_000;

/** @param {string} task @param {string} input @returns {import('./measure.mjs').Command} */
export const baseline = (task, input) => ({ command: process.execPath, args: [BASELINE, task, input] });

/**
 * The loop twice a round, pinned and not, then each plugin with the core to itself and with all cores: the loop takes most of the time, and
 * six of it would say nothing more.
 * @param {Setup} setup @param {readonly (readonly string[])[]} guests name and file @param {string} input
 */
function inTurns(setup, guests, input) {
  const loop = (where = setup) => run(where, baseline('mapper', input), 'expected');
  const own = (/** @type {string} */ plugin) => slungRun(setup, ['-q', plugin, input]);
  // Not pinned: reading and writing get a core of their own, if there is one.
  const unpinned = { ...setup, means: { ...setup.means, core: undefined } };
  const free = (/** @type {string} */ plugin) => slungRun(unpinned, ['-q', plugin, input]);
  loop();
  const same = guests.map(([, plugin = '']) => {
    own(plugin);
    return compared(setup, 'expected', 'out');
  });
  let round = 0;
  const rounds = repeat(setup, () => {
    setup.tell(`mappers: round ${++round}`);
    const loops = { loop: loop().wallSeconds, freeLoop: loop(unpinned).wallSeconds };
    return guests.map(([, plugin = '']) => ({ own: own(plugin), free: free(plugin), ...loops }));
  });
  return guests.map(([name = ''], i) => ({
    name,
    same: /** @type {{ text: string, failed: boolean }} */ (same[i]),
    turns: rounds.flatMap((one) => one[i] ?? []),
  }));
}

/** @param {Setup} setup @returns {import('./plugin-measure.mjs').Answer} */
export function mappers(setup) {
  const { records } = setup;
  setup.tell(`mappers: ${records} records`);
  const input = ensureRecords('mapper', records);
  const inMillions = (/** @type {number[]} */ seconds) => summarize(seconds.map((one) => records / 1e6 / one));
  const guests = [
    ['C', fixture('tangent/scaffold-c.wasm')],
    ['Rust', fixture('tangent/scaffold-rust.wasm')],
    ['AssemblyScript by hand', fixture('tangent/scaffold-as.wasm')],
    ['C, our template', fixture('tangent/mapper-c.wasm')],
    ['Rust, our template', fixture('tangent/mapper-rust.wasm')],
    ['AssemblyScript, our SDK', buildPlugin(setup, fixture('as/scaffold/plugin.ts'), 'scaffold-sdk')],
  ];
  const rows = [];
  const lines = [];
  let failed = false;
  for (const { name, same, turns } of inTurns(setup, guests, input)) {
    failed ||= same.failed;
    const got = inMillions(turns.map(({ own }) => own.wallSeconds));
    rows.push({ what: `scaffold mapper, ${name}`, unit: 'M records/s', must: 1, aim: 2, isMost: false, got });
    const inGuest = scaled(
      turns.map(({ own }) => own.stats.secondsInGuest),
      1e9 / records,
    );
    const ratio = summarize(turns.map(({ own, loop }) => loop / own.wallSeconds));
    const rss = summarize(turns.map(({ own }) => (own.peakRssBytes ?? Number.NaN) / 1e6));
    const free = inMillions(turns.map((turn) => turn.free.wallSeconds));
    const freeRatio = summarize(turns.map((turn) => turn.freeLoop / turn.free.wallSeconds));
    const loop = inMillions(turns.map((turn) => turn.loop));
    lines.push([
      name,
      spread(got),
      spread(free),
      spread(inGuest),
      spread(loop),
      spread(ratio, '×'),
      spread(freeRatio, '×'),
      round(rss.median),
      same.text,
    ]);
  }
  const bytes = readFileSync(input).length;
  const head = [
    'mapper in',
    'M records/s, one core',
    'not pinned',
    'ns a record in the guest',
    'JSON.parse loop, M records/s',
    'slung is',
    'neither pinned',
    'peak RSS, MB',
    'output',
  ];
  const title = `${records} records of ${round(bytes / records)} bytes, wall time of the whole process:`;
  rows.push(throughJco(setup));
  return { rows, failed, more: `### Mappers\n\n${title}\n\n${table(head, lines)}` };
}

/**
 * The mapper in C by both ways over fewer records. Neither process's start is counted, nor that jco has to transpile.
 * @param {Setup} setup
 */
function throughJco(setup) {
  setup.tell('mappers: jco');
  const plugin = fixture('tangent/scaffold-c.wasm');
  const input = ensureRecords('mapper', JCO_RECORDS);
  const theirs = askJco(['map', plugin, setup.folder, input, join(setup.folder, 'jco')])?.seconds;
  const what = `scaffold mapper in C by way of jco, ${JCO_RECORDS} records`;
  if (theirs === undefined) return ratioRow(what, undefined);
  const own = repeat(setup, () => slungRun(setup, ['-q', plugin, input]).stats.runSeconds);
  const same = compared(setup, 'out', 'jco');
  if (same.failed) throw new Error(`jco and slung output different things: ${same.text}`);
  return ratioRow(
    what,
    own.map((seconds) => theirs / seconds),
  );
}
