/** `slung run -c FILE`: reads and checks the topology, and runs it. */
import { realEnds } from '../../pipeline/topology/ends.ts';
import { runTopology } from '../../pipeline/topology/run.ts';
import { TopologyError } from '../../topology/index.ts';
import { resolveLine } from '../line.ts';
import { finish, hosted } from '../running.ts';
import { defaultStore } from '../store/place.ts';
import type { World } from '../world.ts';
import { loadTopology, readTopologyFile, topologyKeys } from './file.ts';
import { reportOptions, reportProblems } from './report.ts';
import { resolveOver, topologySettings } from './settings.ts';

/** The exit code. @throws UsageError */
export async function runTopologyFile(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands } = resolveLine('run', argv, world.environment);
  const options = await reportOptions(resolved, world);
  try {
    const text = readTopologyFile(resolved.text('config'), world);
    const { topology, plugins, secrets } = await loadTopology(text, resolved, topologyKeys(), world);
    reportProblems(topology.warnings, secrets, options);
    const settings = topologySettings(topology, plugins, resolveOver('run', argv, topology, world), operands, world);
    const ends = realEnds(() => Number(world.nowUs() / 1000n), defaultStore(world.environment));
    return finish(await hosted({ talk: settings.talk }, world, (host) => runTopology(settings, host, ends)), world);
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    reportProblems(error.problems, error.secrets, options);
    return error.exit;
  }
}
