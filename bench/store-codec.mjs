/**
 * Bytes a point and points a second of the store's block codecs, on made-up series of which the store's figures speak
 * and on some that are harder or easier. `node bench/store-codec.mjs [--points N] [--wasm FILE]`: each line is 64
 * blocks of N points (4096 unless told), one thread, the best of several rounds, all in the cache as far as it goes.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { transformSync } from 'esbuild';

const layout = transformSync(readFileSync(new URL('../src/store/kernel/layout.ts', import.meta.url), 'utf8'), {
  loader: 'ts',
});
const { BLOCK_POINTS, E_TIME_BYTES, E_TIME_CODEC, E_VALUE_CODEC, ENCODE_ROOM, ENTRY_BYTES } = await import(
  `data:text/javascript,${encodeURIComponent(layout.code)}`
);

const { values: options } = parseArgs({
  options: {
    points: { type: 'string', default: '4096' },
    wasm: { type: 'string' },
    rounds: { type: 'string', default: '5' },
  },
});
const POINTS = Math.min(Number(options.points), BLOCK_POINTS);
const ROUNDS = Number(options.rounds);
const BLOCKS = 64;
const DEFLATE_LEVEL = 6;
const ROUND_MS = 40;

let state = 0x9e3779b9;
/** xorshift32: the same series every time. */
function chance() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 4294967296;
}
/** @param {number} from @param {number} to */
const whole = (from, to) => from + Math.floor(chance() * (to - from + 1));

const STEP_US = 10_000_000n;
/**
 * Each makes a series' clock: the next time from the last. @satisfies {Record<string, () => (time: bigint) => bigint>}
 */
const clocks = {
  // 30 % of the steps are late or early by up to 100 ms.
  jittered: () => (time) => time + STEP_US + (chance() < 0.3 ? BigInt(whole(-100, 100)) * 1000n : 0n),
  even: () => (time) => time + STEP_US,
  // Every step, by microseconds.
  restless: () => (time) => time + STEP_US + BigInt(whole(-100_000, 100_000)),
};

/**
 * A sum that grows by chance. @param {number} start @param {() => number} step @param {(sum: number) => number} value
 */
function walk(start, step, value) {
  let sum = start;
  return () => {
    sum += step();
    return value(sum);
  };
}

/** Each makes a series' gauge. @satisfies {Record<string, (block: number) => () => number>} */
const gauges = {
  synthetic: (block) =>
    block % 10 < 7
      ? walk(
          whole(0, 100_000),
          () => whole(-100, 100),
          (sum) => sum / 100,
        )
      : walk(
          0,
          () => whole(0, 100),
          (sum) => sum,
        ),
  long: () => walk(20 + chance(), swing, (sum) => Number(sum.toPrecision(15))),
  doubles: () => () => chance() + chance() / 4294967296,
  drift: () => walk(1000 * chance(), swing, (sum) => sum),
  singles: () => walk(1000 * chance(), swing, Math.fround),
  small: () => () => whole(0, 15),
  constant: () => () => 42.5,
};
/** Up to half up or down, in all bits of a double. */
function swing() {
  return chance() - 0.5 + chance() / 4294967296;
}

/** Name, clock, gauge. @type {[string, () => (time: bigint) => bigint, (block: number) => () => number][]} */
const SETS = [
  ['synthetic', clocks.jittered, gauges.synthetic],
  ['no jitter', clocks.even, gauges.synthetic],
  ['full jitter (µs)', clocks.restless, gauges.synthetic],
  ['gauges, 15 digits', clocks.even, gauges.long],
  ['random doubles', clocks.even, gauges.doubles],
  ['walks of doubles', clocks.even, gauges.drift],
  ['walks of f32', clocks.even, gauges.singles],
  ['integers 0 to 15', clocks.even, gauges.small],
  ['constants', clocks.even, gauges.constant],
];

const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536 });
const file = options.wasm ?? new URL('../src/store/kernel/store.wasm', import.meta.url);
const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { env: { memory } });
const kernel = /** @type {import('../src/store/kernel/exports.ts').KernelExports} */ (
  /** @type {unknown} */ (instance.exports)
);
const COLUMN_BYTES = BLOCK_POINTS * 8;
const TIMES = 65536;
const VALUES = TIMES + BLOCKS * COLUMN_BYTES;
const TO_TIMES = VALUES + BLOCKS * COLUMN_BYTES;
const TO_VALUES = TO_TIMES + COLUMN_BYTES;
const ENTRIES = TO_VALUES + COLUMN_BYTES;
const SUMMARY = ENTRIES + BLOCKS * ENTRY_BYTES;
const PAYLOADS = SUMMARY + 128;
const needed = PAYLOADS + BLOCKS * 2 * COLUMN_BYTES + ENCODE_ROOM;
memory.grow(Math.max(0, Math.ceil((needed - memory.buffer.byteLength) / 65536)));
const view = new DataView(memory.buffer);
const bytes = new Uint8Array(memory.buffer);

/** @param {() => (time: bigint) => bigint} clock @param {(block: number) => () => number} gauge */
function fill(clock, gauge) {
  for (let block = 0; block < BLOCKS; block++) {
    const nextTime = clock();
    const nextValue = gauge(block);
    let time = 1_700_000_000_000_000n + BigInt(whole(0, 10_000)) * 1000n;
    for (let i = 0; i < POINTS; i++) {
      view.setBigInt64(TIMES + block * COLUMN_BYTES + i * 8, time, true);
      view.setFloat64(VALUES + block * COLUMN_BYTES + i * 8, nextValue(), true);
      time = nextTime(time);
    }
  }
}

/**
 * Encodes all blocks, one behind the other. @param {number} cold @returns where each payload lies, and the end of the
 * last
 */
function encodeAll(cold) {
  const places = [];
  let end = PAYLOADS;
  for (let block = 0; block < BLOCKS; block++) {
    const [times, values] = [TIMES + block * COLUMN_BYTES, VALUES + block * COLUMN_BYTES];
    places.push(end);
    end += kernel.encodeBlock(times, values, POINTS, end, ENTRIES + block * ENTRY_BYTES, cold);
  }
  return { places, end };
}

/** @param {number[]} places @param {boolean} withTimes @param {boolean} withSum */
function decodeAll(places, withTimes, withSum) {
  for (const [block, place] of places.entries()) {
    const entry = ENTRIES + block * ENTRY_BYTES;
    if (withTimes && kernel.decodeTimes(entry, place, TO_TIMES)) throw new Error('times');
    if (kernel.decodeValues(entry, place, TO_VALUES)) throw new Error('values');
    if (!withSum) continue;
    kernel.summaryClear(SUMMARY);
    kernel.summaryAdd(SUMMARY, TO_TIMES, TO_VALUES, 0, POINTS);
  }
}

/** @param {number} a @param {number} b */
const isSame = (a, b) => Buffer.compare(bytes.subarray(a, a + POINTS * 8), bytes.subarray(b, b + POINTS * 8)) === 0;

/** @param {number[]} places */
function check(places) {
  for (const [block, place] of places.entries()) {
    kernel.decodeTimes(ENTRIES + block * ENTRY_BYTES, place, TO_TIMES);
    kernel.decodeValues(ENTRIES + block * ENTRY_BYTES, place, TO_VALUES);
    const from = block * COLUMN_BYTES;
    if (isSame(TIMES + from, TO_TIMES) && isSame(VALUES + from, TO_VALUES)) continue;
    throw new Error(`block ${block} came back wrong`);
  }
}

/** Millions of points in a second of processor time: the best of the rounds. @param {() => void} work */
function rate(work) {
  let leastUs = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    const until = performance.now() + ROUND_MS;
    let times = 0;
    for (; performance.now() < until; times++) work();
    leastUs = Math.min(leastUs, process.cpuUsage(start).user / times);
  }
  return (BLOCKS * POINTS) / leastUs;
}

console.log(
  `${BLOCKS} blocks of ${POINTS} points; millions of points in a second of processor time, the best of ${ROUNDS} rounds\n`,
);
console.log(
  '| set | times B | values B | hot B/point | cold B/point | encode | values | + times | + summary | codecs |',
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |');
for (const [name, clock, gauge] of SETS) {
  fill(clock, gauge);
  const cold = encodeAll(1);
  check(cold.places);
  let coldBytes = 0;
  for (const [block, place] of cold.places.entries()) {
    const payload = bytes.subarray(place, cold.places[block + 1] ?? cold.end);
    coldBytes += Math.min(payload.length, deflateRawSync(payload, { level: DEFLATE_LEVEL }).length);
  }
  const { places, end } = encodeAll(0);
  check(places);
  const codecs = new Set();
  let timeBytes = 0;
  for (let block = 0; block < BLOCKS; block++) {
    const entry = ENTRIES + block * ENTRY_BYTES;
    timeBytes += view.getUint32(entry + E_TIME_BYTES, true);
    codecs.add(`${bytes[entry + E_TIME_CODEC]}/${bytes[entry + E_VALUE_CODEC]}`);
  }
  const all = BLOCKS * POINTS;
  const hotBytes = end - PAYLOADS;
  const cells = [
    ...[timeBytes / all, (hotBytes - timeBytes) / all, hotBytes / all, coldBytes / all].map((size) => size.toFixed(3)),
    ...[() => encodeAll(0), () => decodeAll(places, false, false), () => decodeAll(places, true, false)].map((work) =>
      rate(work).toFixed(0),
    ),
    rate(() => decodeAll(places, true, true)).toFixed(0),
  ];
  console.log(`| ${name} | ${cells.join(' | ')} | ${[...codecs].join(' ')} |`);
}
