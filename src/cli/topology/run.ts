/** `slung run -c FILE`: reads and checks the topology, and runs it. */
import { collectWhole } from '../../io/collector.ts';
import { realEnds } from '../../pipeline/topology/ends.ts';
import { runTopology } from '../../pipeline/topology/run.ts';
import type { TopologySettings } from '../../pipeline/topology/settings.ts';
import { type Sink, type Source, TopologyError } from '../../topology/index.ts';
import { resolveLine } from '../line.ts';
import { finish, hosted } from '../running.ts';
import { defaultStore } from '../store/place.ts';
import type { World } from '../world.ts';
import { loadTopology, readTopologyFile, topologyKeys } from './file.ts';
import { reportOptions, reportProblems } from './report.ts';
import { resolveOver, topologySettings } from './settings.ts';

/** Ends whose bytes come and go through sockets. */
const SOCKETS: ReadonlySet<(Source | Sink)['type']> = new Set(['http', 'tcp', 'unix', 'ws', 'nats']);

/** The exit code. @throws UsageError */
export async function runTopologyFile(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands } = resolveLine('run', argv, world.environment);
  const options = await reportOptions(resolved, world);
  try {
    const text = readTopologyFile(resolved.text('config'), world);
    const { topology, plugins, secrets } = await loadTopology(text, resolved, topologyKeys(), world);
    reportProblems(topology.warnings, secrets, options);
    const settings = topologySettings(topology, plugins, resolveOver('run', argv, topology, world), operands, world);
    return await runLoaded(settings, world);
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    reportProblems(error.problems, error.secrets, options);
    return error.exit;
  }
}

/** Runs a topology whose plugins have been read. The exit code. */
export async function runLoaded(settings: TopologySettings, world: World): Promise<number> {
  const { talk, topology } = settings;
  const hasSockets = [...topology.sources, ...topology.sinks].some(({ type }) => SOCKETS.has(type));
  if (hasSockets) collectWhole(() => world.keepCode?.());
  const ends = realEnds(() => Number(world.nowUs() / 1000n), defaultStore(world.environment));
  // On a terminal a progress line would be in the way of the records.
  const sink = { output: topology.sinks.some(({ type }) => type === 'stdout') ? '-' : '' };
  return finish(await hosted({ talk, sink }, world, (host) => runTopology(settings, host, ends)), world);
}
