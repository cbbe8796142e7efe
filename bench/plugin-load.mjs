// @ts-check
/**
 * Loads a component once, in a fresh process, with the very code of the lane's thread, and prints the milliseconds of
 * each step as one line of JSON. `node plugin-load.mjs FOLDER COMPONENT`; FOLDER holds what plugin-limits.mjs has
 * bundled. The clock starts with the component's bytes in memory and with an engine that is ready; what an engine
 * costs is a step of its own, because a lane pays it whatever its plugin is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { callRecord } from './plugin-records.mjs';

const [folder = '', file = ''] = process.argv.slice(2);
const BLOCK_BYTES = 65_536;
const MEMORY_LIMIT_BYTES = 256 << 20;

const slung = await import(pathToFileURL(join(folder, 'slung.mjs')).href);

/** An engine whose only block holds one record. */
function makeEngine() {
  const plan = slung.buildPlan(slung.compileExpressions([]), { to: 'rows', fields: [], select: undefined });
  const rows = { forAll: false, tableBytes: BLOCK_BYTES, pinBytes: BLOCK_BYTES, longBlockBytes: BLOCK_BYTES };
  const limits = { blockBytes: BLOCK_BYTES, blockCount: 1, maxDepth: 64, maxRecordBytes: BLOCK_BYTES };
  const options = { ...limits, keepRejects: false, strictKeys: false, rows };
  const { memory, map } = slung.createMemory(plan, options);
  const engine = new slung.RowEngine(memory, map, options, plan);
  const line = Buffer.from(`${JSON.stringify(callRecord(0, 0))}\n`);
  const from = engine.inputStart(0);
  engine.bytes().set(line, from);
  engine.setWord(0, slung.B_FROM, from);
  engine.setWord(0, slung.B_TO, from + line.length);
  return { engine, views: slung.viewsOf(engine), from };
}

/** Nothing that the guest could learn or do. */
const wasi = {
  args: [],
  environment: {},
  stderr: () => {},
  wallClockNs: () => 0n,
  monotonicNs: () => 0n,
  fillRandom: () => {},
  sleep: () => {},
};

const bytes = new Uint8Array(readFileSync(file));
const times = [process.hrtime.bigint()];
const lap = () => times.push(process.hrtime.bigint());
const { engine, views, from } = makeEngine();
lap();
const module = slung.compileComponent(bytes, { maxMemoryBytes: MEMORY_LIMIT_BYTES });
lap();
const around = { services: slung.noServices, config: {}, wasi, maxOutputBytes: MEMORY_LIMIT_BYTES };
const guest = new slung.TangentGuest(module, engine, views, around, 1);
lap();
guest.metadata();
guest.selectors();
lap();
engine.collect(0, from, 1);
let outBytes = 0;
guest.processLogs(0, 1, (/** @type {Uint8Array} */ out) => {
  outBytes = out.length;
});
lap();
if (outBytes === 0) throw new Error('the guest output nothing');
const steps = ['engine', 'compile', 'instantiate', 'probe', 'firstCall'];
const ms = steps.map((step, at) => [step, Number((times[at + 1] ?? 0n) - (times[at] ?? 0n)) / 1e6]);
console.log(JSON.stringify(Object.fromEntries(ms)));
