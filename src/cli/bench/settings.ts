/**
 * What is to be measured, from what was typed. What `slung bench` has no flags for is as `slung run` and `slung
 * select` have it when nobody says anything.
 */
import { basename } from 'node:path';
import { UsageError } from '../../config/errors.ts';
import { type Layer, type Resolved, resolveLayers } from '../../config/layers.ts';
import { runSettings } from '../../config/run.ts';
import { selectSettings } from '../../config/select.ts';
import type { RunSettings } from '../../config/settings.ts';
import { generateRecords } from '../../generate/generate.ts';
import { openSource, type Source, SourceError, WOULD_BLOCK } from '../../io/index.ts';
import type { TopologySettings } from '../../pipeline/topology/settings.ts';
import { excerpt } from '../../text/printable.ts';
import { Problems } from '../../topology/index.ts';
import type { CommandName } from '../commands.ts';
import { flagsOf } from '../flags/flags.ts';
import { parseFlags, type Typed } from '../parse.ts';
import { runSources } from '../plugin/files.ts';
import { pluginLimits } from '../plugin/read.ts';
import { defaultLayer, environmentLayer, flagLayer } from '../sources.ts';
import { topologyKeys } from '../topology/file.ts';
import { topologyOfTree, treeOfLine } from '../topology/line-topology.ts';
import { topologySettings } from '../topology/settings.ts';
import type { World } from '../world.ts';
import { BenchInput } from './input.ts';
import type { Side } from './rounds.ts';
import { serverSide } from './server-sides.ts';
import { type Bench, pluginSide, selectSide } from './sides.ts';
import { generateOptions, readTemplate } from './template.ts';

export interface BenchLine {
  readonly resolved: Resolved;
  readonly typed: Typed;
  /** At most two; none for a selector and a topology. */
  readonly plugins: readonly string[];
  readonly files: readonly string[];
}

const PIECE_BYTES = 1 << 20;
const NEWLINE = 10;
/** Code units of a selector that is a name. */
const SHOWN = 40;

const isPlugin = (word: string): boolean => /\.(?:wasm|ts)$/.test(word);

/** @throws UsageError */
export function benchLine(argv: readonly string[], world: World): BenchLine {
  const flags = flagsOf('bench');
  const typed = parseFlags(argv, flags);
  const own: readonly Layer[] = [flagLayer(typed.flags), environmentLayer(flags, world.environment)];
  const asked = resolveLayers(own);
  const [first, second] = typed.operands;
  const hasTopology = asked.has('config');
  if (asked.has('server')) refuseBeside(asked);
  if (!hasTopology) refuseWithout(asked);
  // A selector alone needs no plugin: then its operands are files, unless the first one is a plugin's by its name.
  const hasPlugin = !hasTopology && first !== undefined && (isPlugin(first) || !asked.has('where'));
  if (!hasTopology && !asked.has('where') && (first === undefined || (!isPlugin(first) && world.fileExists(first)))) {
    throw nothingToMeasure(first);
  }
  const count = !hasPlugin ? 0 : second !== undefined && isPlugin(second) ? 2 : 1;
  const model: CommandName = hasPlugin || hasTopology ? 'run' : 'select';
  const lanes = model === 'select' ? { lanes: world.cores() } : {};
  const defaults = [defaultLayer(flags, {}), defaultLayer(flagsOf(model), lanes)];
  return {
    typed,
    resolved: resolveLayers([...own, ...defaults]),
    plugins: typed.operands.slice(0, count),
    files: typed.operands.slice(count),
  };
}

/** What has no meaning where the records of a round are all of a stream. @throws UsageError */
function refuseBeside(asked: Resolved): void {
  const reasons = {
    seconds: 'A round is one way through the stream; --size says how much is in it.',
    baseline: 'Over a server, the bare client is what is compared with.',
  } as const;
  for (const [key, reason] of Object.entries(reasons)) {
    if (asked.has(key)) throw new UsageError(`${asked.originText(key)} cannot be combined with --server`, reason);
  }
}

/** Of `slung run`, --set edits what a plugin outputs; here it is only a key of a topology. @throws UsageError */
function refuseWithout(asked: Resolved): void {
  const flag = ['set', 'into'].find((key) => asked.has(key));
  if (flag === undefined) return;
  const hint = 'slung bench -c slung.yaml measures one; it may have edits, too.';
  throw new UsageError(`${asked.originText(flag)} is about a topology, and there is none`, hint);
}

function nothingToMeasure(file: string | undefined): UsageError {
  const shown = file === undefined ? 'app.ndjson' : excerpt(file);
  return new UsageError(
    file === undefined ? 'bench needs something to measure' : `${shown} is no plugin, which ends in .wasm or .ts`,
    `For example: slung bench mapper.wasm ${shown}, or slung bench -w 'level == "error"' ${shown}`,
  );
}

/** The records to measure with. @throws UsageError, TemplateError */
export async function benchInput({ resolved, files }: BenchLine, world: World): Promise<BenchInput> {
  const size = resolved.number('size');
  const template = resolved.optionalText('template');
  const [file, other] = files;
  if (template !== undefined) {
    if (file !== undefined) throw new UsageError(`--template and ${excerpt(file)}: records come from one of them`);
    return generated(template, resolved, size, world);
  }
  if (other !== undefined) throw new UsageError(`bench reads one file: ${excerpt(other)}`);
  if (file === undefined && world.isTTY(0)) {
    const hint = 'Name a file, or let some be made: --template events.json';
    throw new UsageError('bench needs records', hint);
  }
  return new BenchInput(file ?? '<stdin>', await read(file ?? '-', size), size);
}

/** Compressed input is inflated. @returns at least `sizeBytes` and a line, or all that there is. @throws UsageError */
async function read(file: string, sizeBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  let source: Source | undefined;
  try {
    source = openSource(file);
    for (;;) {
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      const count = source.readNow(piece);
      if (count === WOULD_BLOCK) await source.wait();
      if (count === 0) break;
      if (count <= 0) continue;
      pieces.push(piece.subarray(0, count));
      bytes += count;
      if (bytes > sizeBytes && piece.subarray(0, count).includes(NEWLINE)) break;
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new UsageError(error.message);
  } finally {
    source?.close();
  }
  return Buffer.concat(pieces, bytes);
}

/** So much is made when nobody says how many records there should be. */
const GENERATED_BYTES = 32 << 20;

function generated(file: string, resolved: Resolved, sizeBytes: number, world: World): BenchInput {
  const asked = resolved.optionalNumber('records');
  const most = Math.min(sizeBytes, asked === undefined ? GENERATED_BYTES : Number.POSITIVE_INFINITY);
  const records = asked === undefined || asked === 0 ? Number.POSITIVE_INFINITY : asked;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for (const lines of generateRecords(readTemplate(file, world), { ...generateOptions(resolved), records })) {
    const piece = Buffer.from(lines);
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= most) break;
  }
  return new BenchInput(file, Buffer.concat(pieces, bytes), sizeBytes);
}

/** Gives the sides their records. */
export type MakeSides = (bench: Bench) => readonly Side[];

/** The sides of a selector, a plugin or two of them. @throws UsageError, PluginFileError, TopologyError */
export async function benchSides(line: BenchLine, world: World): Promise<MakeSides> {
  const { resolved, plugins } = line;
  if (resolved.has('server')) return await serverSides(line, world);
  if (plugins.length === 0) {
    const settings = selectSettings(resolved, ['-']);
    return (bench) => [selectSide(selectorName(resolved), settings, bench)];
  }
  const loaded: RunSettings[] = [];
  for (const plugin of plugins) {
    const sources = runSources(world, pluginLimits(resolved));
    loaded.push(await runSettings(resolved, { plugin, files: ['-'], args: [] }, sources));
  }
  const names = pluginNames(plugins);
  return (bench) => loaded.map((settings, i) => pluginSide(names[i]!, settings, bench));
}

/** The same over a server: each is the topology that a line of `slung run` or `slung select` would be. */
async function serverSides(line: BenchLine, world: World): Promise<MakeSides> {
  const { resolved, plugins } = line;
  const names = plugins.length === 0 ? [selectorName(resolved)] : pluginNames(plugins);
  const settings: TopologySettings[] = [];
  for (const plugin of plugins.length === 0 ? [undefined] : plugins) {
    settings.push(await lineSettings(plugin, line, world));
  }
  return (bench) => settings.map((of, i) => serverSide(names[i]!, of, bench.server!, bench));
}

async function lineSettings(
  plugin: string | undefined,
  { typed, resolved }: BenchLine,
  world: World,
): Promise<TopologySettings> {
  const command = plugin === undefined ? 'select' : 'run';
  const its = new Set(flagsOf(command).map(({ key }) => key));
  const flags = typed.flags.filter(({ flag }) => its.has(flag.key));
  const problems = new Problems();
  const cut = { command, typed: { flags, operands: plugin === undefined ? [] : [plugin] }, args: [] } as const;
  const tree = treeOfLine(cut, problems, world);
  const { topology, plugins } = await topologyOfTree(tree, resolved, topologyKeys(), problems, world);
  return { ...topologySettings(topology, plugins, resolved, [], world), rejectsFlag: '--rejects FILE' };
}

const selectorName = (resolved: Resolved): string => {
  const { selection } = selectSettings(resolved, ['-']);
  return excerpt(selection.where.join(' && '), SHOWN) || 'select';
};

/** Without their folders, where they are different then. */
function pluginNames(plugins: readonly string[]): readonly string[] {
  const names = plugins.map((plugin) => basename(plugin));
  return new Set(names).size === names.length ? names : plugins;
}
