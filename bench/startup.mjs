// @ts-check
/**
 * What starting slung costs: `slung select` on empty input minus `node -e 0`, in turns, 21 pairs. The difference is
 * taken pair by pair; both carry the same cost of taskset and time. `node bench/startup.mjs [--runs N] [--write]`.
 */
import { parseArgs } from 'node:util';
import { interleave, measure, probe, summarize } from './measure.mjs';
import { circumstances, spread, table, writeResults } from './report.mjs';
import { slungCommand, slungMissing } from './tools.mjs';

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '21' }, write: { type: 'boolean', default: false } },
});
const missing = slungMissing();
if (missing === undefined) main(Number(options.runs));
else console.log(`slung: ${missing}`);

/** @param {number} runs */
function main(runs) {
  const means = probe();
  const nothing = { stdoutFile: '/dev/null', stderrFile: '/dev/null' };
  const bare = { command: process.execPath, args: ['-e', '0'] };
  /** @param {readonly string[]} args */
  const pairs = (args) => {
    const command = slungCommand(args);
    if (measure(command, means, nothing).exitCode !== 0) throw new Error(`slung select ${args.join(' ')} failed`);
    measure(bare, means, nothing);
    const runBoth = interleave(
      runs,
      () => measure(command, means, nothing).wallSeconds * 1000,
      () => measure(bare, means, nothing).wallSeconds * 1000,
    );
    const more = runBoth.a.map((slungMs, at) => slungMs - /** @type {number} */ (runBoth.b[at]));
    return [spread(summarize(runBoth.a)), spread(summarize(runBoth.b)), spread(summarize(more))];
  };
  const rows = [
    ['slung select', ...pairs([])],
    ['slung select -j 1 -w …', ...pairs(['-j', '1', '-w', 'a == 1 && b ~ "x+y"'])],
  ];
  const head = ['empty input', 'slung, ms', 'node -e 0, ms', 'difference, ms'];
  const core = means.core === undefined ? 'not pinned' : 'one core';
  const text = `${circumstances(new Date(), `${core} · ${runs} pairs of runs`)}\n\n${table(head, rows)}`;
  console.log(text);
  if (options.write) writeResults('startup', `## Start-up\n\n${text}`);
}
