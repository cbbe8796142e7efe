/** `slung bench`: measures, prints what was measured, and says by the exit code whether it was fast enough. */
import { cpus } from 'node:os';
import { UsageError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import { Exit } from '../../text/explained.ts';
import { excerpt, quoted } from '../../text/printable.ts';
import { TopologyError } from '../../topology/index.ts';
import type { BenchInput } from '../bench/input.ts';
import { benchText, type Circumstances } from '../bench/report.ts';
import { type BenchFigures, figuresOf } from '../bench/result.ts';
import type { Meter } from '../bench/round-host.ts';
import { BenchError, measure, type Side } from '../bench/rounds.ts';
import { type BenchLine, benchInput, benchLine, benchSides, type MakeSides } from '../bench/settings.ts';
import { type Bench, jsonSide } from '../bench/sides.ts';
import { topologyBench } from '../bench/topology.ts';
import { reportOptions, reportProblems } from '../topology/report.ts';
import { version } from '../version.ts';
import type { World } from '../world.ts';

/** The exit code: 0; 1 when a side failed, gave other bytes in another round, or was slower than --at-least says. */
export async function benchCommand(argv: readonly string[], world: World): Promise<number> {
  const line = benchLine(argv, world);
  const { resolved } = line;
  const plan = { rounds: resolved.number('rounds'), seconds: positive(resolved, 'seconds') };
  const atLeast = resolved.has('atLeast') ? positive(resolved, 'atLeast') : undefined;
  const others = (line.plugins.length === 2 ? 1 : 0) + (resolved.boolean('baseline') ? 1 : 0);
  if (atLeast !== undefined && others === 0) {
    throw new UsageError('--at-least compares two', 'Name a second plugin, or add --baseline.');
  }
  let sidesOf: MakeSides;
  try {
    sidesOf = resolved.has('config') ? await topologyBench(argv, line, world) : await benchSides(line, world);
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    reportProblems(error.problems, error.secrets, await reportOptions(resolved, world));
    return error.exit;
  }
  const input = await benchInput(line, world);
  const said = new Map<string, string[]>();
  const bench: Bench = { input, meter: meterOf(world), said };
  const sides = [...sidesOf(bench), ...(resolved.boolean('baseline') ? [jsonSide(bench)] : [])];
  const showRound = progressOf(plan.rounds, resolved, world);
  const measured = await measure(sides, { ...plan, wholeLines: (bytes) => input.wholeLines(bytes) }, showRound);
  showRound();
  const found = figuresOf(measured, input.bytes.length);
  const figures = { ...found, warnings: [...said.values(), found.warnings].flat() };
  print(figures, line, argv, input, world);
  return verdict(figures, atLeast);
}

/** @throws BenchError when the answer is no */
function verdict({ sameOutput, ratios, sides }: BenchFigures, atLeast: number | undefined): number {
  if (sameOutput === false) {
    const [first, second] = sides;
    throw new BenchError(`${excerpt(first!.name)} and ${excerpt(second!.name)} output different bytes`, {
      detail: 'A comparison of speeds means little when they do not do the same.',
    });
  }
  const ratio = ratios[0];
  if (atLeast === undefined || ratio === undefined || ratio.times.median >= atLeast) return Exit.ok;
  const times = ratio.times.median.toPrecision(3);
  throw new BenchError(
    `${excerpt(ratio.first)} is ${times} times as fast as ${excerpt(ratio.other)}, and --at-least is ${atLeast}`,
  );
}

function print(figures: BenchFigures, line: BenchLine, argv: readonly string[], input: BenchInput, world: World): void {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  const { node } = process.versions;
  if (line.resolved.text('reportTo') === 'json') {
    const about = { slung: version, node, cores: world.cores(), processor, arguments: argv };
    const { name, bytes, times } = input;
    const json = { ...about, input: { name, bytes: bytes.length, times, checksum: input.checksum() }, ...figures };
    world.writeData(`${JSON.stringify(json)}\n`);
    return;
  }
  const about: Circumstances = {
    ...{ node, cores: world.cores(), processor, rounds: line.resolved.number('rounds') },
    input: `${excerpt(input.name)}, ${inputText(input)}`,
  };
  world.writeData(benchText(figures, about));
}

function inputText({ bytes, times }: BenchInput): string {
  const size = `${(bytes.length / 1e6).toPrecision(3)} MB in memory`;
  return times === 1 ? size : `repeated ${times} times: ${size}`;
}

function positive(resolved: Resolved, key: string): number {
  const text = resolved.text(key);
  const value = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : 0;
  if (value > 0) return value;
  throw new UsageError(
    `${resolved.originText(key)}: ${quoted(text)} is no number above 0`,
    `For example: --${key} 1.5`,
  );
}

function meterOf(world: World): Meter {
  return {
    clockMs: () => world.clockMs(),
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    rssBytes: () => process.memoryUsage.rss(),
  };
}

/** A line on a terminal that says what is going on; without arguments it is removed. */
function progressOf(rounds: number, resolved: Resolved, world: World): (side?: Side, round?: number) => void {
  if (!world.isTTY(2) || resolved.boolean('quiet') || world.environment.TERM === 'dumb') return () => {};
  return (side, round) => {
    const what = round === 0 ? 'warming up' : `round ${round} of ${rounds}`;
    world.write(2, side === undefined ? '\r\u001b[K' : `\r\u001b[K${excerpt(side.name, 40)}: ${what}`);
  };
}
