/** `slung bench -c FILE`: a topology, whose records come into one of its nodes. */
import { UsageError } from '../../config/errors.ts';
import { enteredAt } from '../../pipeline/topology/memory.ts';
import { nearest } from '../../selector/suggest.ts';
import { excerpt, quoted, quotedList } from '../../text/printable.ts';
import type { Topology } from '../../topology/index.ts';
import { loadTopology, readTopologyFile, topologyKeys } from '../topology/file.ts';
import { reportOptions, reportProblems } from '../topology/report.ts';
import { resolveOver, topologySettings } from '../topology/settings.ts';
import type { World } from '../world.ts';
import { serverSide } from './server-sides.ts';
import type { BenchLine, MakeSides } from './settings.ts';
import { topologySide } from './sides.ts';

/** @throws UsageError, TopologyError */
export async function topologyBench(
  argv: readonly string[],
  { resolved }: BenchLine,
  world: World,
): Promise<MakeSides> {
  const text = readTopologyFile(resolved.text('config'), world);
  const { topology, plugins, secrets } = await loadTopology(text, resolved, topologyKeys(), world);
  reportProblems(topology.warnings, secrets, await reportOptions(resolved, world));
  const settings = topologySettings(topology, plugins, resolveOver('bench', argv, topology, world), [], world);
  const into = nodeOf(topology, resolved.optionalText('into'));
  const entered = { ...settings, topology: enteredAt(topology, into) };
  const name = `${excerpt(topology.file)} into ${excerpt(into)}`;
  return (bench) => [
    bench.server === undefined ? topologySide(name, entered, bench) : serverSide(name, entered, bench.server, bench),
  ];
}

/** @throws UsageError when there is no such node, or it is not clear which one is meant */
function nodeOf({ sources, plugins, file }: Topology, into: string | undefined): string {
  const names = [...sources, ...plugins].map(({ name }) => name);
  if (into !== undefined && names.includes(into)) return into;
  const [only, second] = sources;
  if (into === undefined && only !== undefined && second === undefined) return only.name;
  const there = `Sources and plugins are ${quotedList(names)}.`;
  if (into === undefined) throw new UsageError(`${excerpt(file)} has several sources: say --into NODE`, there);
  const near = nearest(into, names);
  throw new UsageError(`--into: ${excerpt(file)} has no source or plugin ${quoted(into)}`, {
    ...(near === undefined ? { detail: there } : { near: quoted(near) }),
  });
}
