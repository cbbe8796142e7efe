/** `slung bench`: measures, prints what was measured, and says by the exit code whether it was fast enough. */
import { cpus } from 'node:os';
import { UsageError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import { grouped } from '../../format/count.ts';
import { Exit } from '../../text/explained.ts';
import { excerpt, quoted } from '../../text/printable.ts';
import { TopologyError } from '../../topology/index.ts';
import type { BenchInput } from '../bench/input.ts';
import { benchText, type Circumstances } from '../bench/report.ts';
import { type BenchFigures, figuresOf } from '../bench/result.ts';
import type { Meter } from '../bench/round-host.ts';
import { BenchError, measure, type Side } from '../bench/rounds.ts';
import { type BenchServer, serverUrl, withServer } from '../bench/server.ts';
import { bareSide } from '../bench/server-sides.ts';
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
  const url = serverUrl(resolved);
  const atLeast = resolved.has('atLeast') ? positive(resolved, 'atLeast') : undefined;
  const isAlone = line.plugins.length < 2 && !resolved.boolean('baseline') && url === undefined;
  if (atLeast !== undefined && isAlone) {
    throw new UsageError('--at-least compares two', 'Name a second plugin, or add --baseline.');
  }
  positive(resolved, 'seconds');
  let sidesOf: MakeSides;
  try {
    sidesOf = resolved.has('config') ? await topologyBench(argv, line, world) : await benchSides(line, world);
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    reportProblems(error.problems, error.secrets, await reportOptions(resolved, world));
    return error.exit;
  }
  const input = await benchInput(line, world);
  const run = (server?: BenchServer): Promise<BenchFigures> => figuresFrom(sidesOf, { input, server, line, world });
  if (url === undefined) {
    const figures = await run();
    print(figures, { line, argv, input, from: inputText(input) }, world);
    return verdict(figures, atLeast);
  }
  return await withServer(url, input, resolved.number('messageSize'), world, async (server) => {
    const figures = await run(server);
    const { messages, server: at } = server.stream;
    const from = `${inputText(input)}, in ${grouped(messages)} messages at ${at}`;
    print(figures, { line, argv: argv.map(withoutLogin), input, from }, world);
    return verdict(figures, atLeast);
  });
}

interface Measuring {
  readonly input: BenchInput;
  readonly server: BenchServer | undefined;
  readonly line: BenchLine;
  readonly world: World;
}

async function figuresFrom(sidesOf: MakeSides, { input, server, line, world }: Measuring): Promise<BenchFigures> {
  const { resolved } = line;
  const said = new Map<string, string[]>();
  const bench: Bench = { input, server, meter: meterOf(world), said };
  const beside =
    server !== undefined ? [bareSide(server, bench)] : resolved.boolean('baseline') ? [jsonSide(bench)] : [];
  const rounds = resolved.number('rounds');
  // A stream is read to its end, however long that takes.
  const plan =
    server === undefined
      ? { rounds, seconds: Number(resolved.text('seconds')), wholeLines: (bytes: number) => input.wholeLines(bytes) }
      : { rounds, seconds: 0, wholeLines: () => input.bytes.length };
  const showRound = progressOf(rounds, resolved, world);
  const measured = await measure([...sidesOf(bench), ...beside], plan, showRound);
  showRound();
  const found = figuresOf(measured, input.bytes.length);
  return { ...found, warnings: [...said.values(), found.warnings].flat() };
}

/** A URL may have a password in it. */
const withoutLogin = (word: string): string => word.replace(/(\w:\/\/)[^/@]*@/g, '$1•••@');

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

interface Printed {
  readonly line: BenchLine;
  readonly argv: readonly string[];
  readonly input: BenchInput;
  /** Where the records were, in words. */
  readonly from: string;
}

function print(figures: BenchFigures, { line, argv, input, from }: Printed, world: World): void {
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
    input: `${excerpt(input.name)}, ${from}`,
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
