// @ts-check
/**
 * Questions of store.mjs that need values or windows again and again: percentiles by windows, and windows that
 * overlap. One million points of a thousand series, in a store that is open; of a percentile, sorted values say
 * whether it is right.
 */
import { PointGenerator } from './generate/points.mjs';
import { summarize } from './measure.mjs';
import { repeat } from './plugin-measure.mjs';
import { ask, SERIES, SMALL_POINTS, smallStore, snapshotOf } from './store-questions.mjs';

/** @typedef {import('./plugin-measure.mjs').Answer} Answer */
/** @typedef {import('./store-questions.mjs').StoreSetup} StoreSetup */

/**
 * A row for each question. @param {StoreSetup} setup @param {string} name
 * @param {readonly (readonly [text: string, must: number, aim: number])[]} questions milliseconds
 * @returns {Answer}
 */
function answered(setup, name, questions) {
  const directory = smallStore(setup, name);
  const snapshot = snapshotOf(setup, directory);
  const rows = questions.map(([text, must, aim]) => ({
    ...{ what: `${text}, 1 M points`, unit: 'ms', isMost: true, must, aim },
    got: summarize(repeat(setup, () => ask(setup, snapshot, text).ms)),
  }));
  checkMedian(ask(setup, snapshot, 'P50:*:[] EVERY 1h').rows);
  snapshot.close();
  return { rows };
}

/** @param {StoreSetup} setup @returns {Answer} */
export function percentiles(setup) {
  return answered(setup, 'percentiles', [
    ['P95:*:[] EVERY 1m', 20, 10],
    ['P50:*:[] EVERY 1h', 20, 10],
    ['P95:*:[]', 20, 10],
    ['P95:*:[] BY host EVERY 1m', 40, 20],
    ['P95:*:[] BY host EVERY 1h', 40, 20],
    ['P95:*:[] BY host, unit EVERY 1m', 100, 60],
  ]);
}

/** @param {StoreSetup} setup @returns {Answer} */
export function moving(setup) {
  return answered(setup, 'moving', [
    ['AVG:*:[] EVERY 1m OVER 1h', 20, 6],
    ['STDDEV:*:[] EVERY 1m OVER 1h', 60, 40],
    ['RATE:*:[] EVERY 1m OVER 1h', 40, 20],
    ['P95:*:[] EVERY 1m OVER 1h', 200, 80],
  ]);
}

/** @param {readonly { timeUs: bigint | undefined, value: number | undefined }[]} rows of P50 EVERY 1h */
function checkMedian(rows) {
  const generator = new PointGenerator(SERIES);
  const [ids, timesMs, values] = [
    new Uint32Array(SMALL_POINTS),
    new Float64Array(SMALL_POINTS),
    new Float64Array(SMALL_POINTS),
  ];
  generator.fill(ids, timesMs, values);
  for (const { timeUs, value } of rows) {
    const fromMs = Number(timeUs) / 1000;
    const those = values.filter((_, i) => {
      const timeMs = /** @type {number} */ (timesMs[i]);
      return timeMs >= fromMs && timeMs < fromMs + 3_600_000;
    });
    const sorted = those.sort();
    const middle = (sorted.length - 1) / 2;
    const [low = 0, high = 0] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
    const expected = low + (high - low) * (middle % 1);
    if (value !== expected) throw new Error(`${value} instead of ${expected}`);
  }
}
