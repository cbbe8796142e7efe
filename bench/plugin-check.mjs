// @ts-check
/**
 * What the check of a plugin's output costs: the scaffold mapper with and without --unchecked-output, in turns, over
 * records that all are wanted. So as much is output as can be: it is the worst that can be asked of the check.
 * Processor time of the whole process is compared, because wall time on a busy machine says what the others did.
 */
import { summarize } from './measure.mjs';
import { fixture, repeat, slungRun } from './plugin-measure.mjs';
import { ensureRecords } from './plugin-records.mjs';

/** Pairs of runs for each mapper, however short the time: their ratios vary more than what is looked for. */
const LEAST_PAIRS = 9;
const MOST_PERCENT = 5;
const guests = [
  ['C', 'tangent/scaffold-c.wasm'],
  ['Rust', 'tangent/scaffold-rust.wasm'],
  ['AssemblyScript', 'tangent/scaffold-as.wasm'],
];

/**
 * @param {import('./plugin-measure.mjs').Setup} setup @param {readonly string[]} args @returns {{ seconds: number,
 * bytesOut: number }}
 */
function once(setup, args) {
  const { cpuSeconds, stats } = slungRun(setup, ['-q', ...args]);
  if (cpuSeconds === undefined) throw new Error('processor time is not known here');
  return { seconds: cpuSeconds, bytesOut: stats.bytesOut };
}

/** @param {import('./plugin-measure.mjs').Setup} setup @returns {import('./plugin-measure.mjs').Answer} */
export function check(setup) {
  const input = ensureRecords('mapper', setup.records);
  const rows = [];
  for (const [name = '', file = ''] of guests) {
    setup.tell(`check: ${name}`);
    const pair = () => {
      const checked = once(setup, [fixture(file), input]);
      const unchecked = once(setup, ['--unchecked-output', fixture(file), input]);
      if (checked.bytesOut !== unchecked.bytesOut) throw new Error('the check of good output changes it');
      return { checked: checked.seconds, unchecked: unchecked.seconds };
    };
    pair();
    const pairs = repeat(setup, pair);
    while (pairs.length < LEAST_PAIRS) pairs.push(pair());
    const with_ = summarize(pairs.map((one) => one.checked));
    const without = summarize(pairs.map((one) => one.unchecked));
    /** @param {'min' | 'median' | 'max'} of */
    const percent = (of) => 100 * (with_[of] / without[of] - 1);
    const [median, least] = [percent('median'), percent('min')];
    const got = { median, min: Math.min(median, least), max: Math.max(median, least) };
    const what = `check of the output, scaffold mapper, ${name}: processor time more, by medians (and minima)`;
    rows.push({ what, unit: '%', must: MOST_PERCENT, isMost: true, got });
  }
  return { rows };
}
