/** `slung check`: reads a topology, says what is wrong with it, and draws or prints it when it is right. */
import { UsageError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import { Exit } from '../../text/explained.ts';
import { excerpt, jsonLine, messageLine } from '../../text/printable.ts';
import { type DrawFormat, drawTopology } from '../../topology/draw.ts';
import { type Checked, type KeyTable, sortProblems, type Topology, TopologyError } from '../../topology/index.ts';
import { printTopology } from '../../topology/print.ts';
import { topologySchema } from '../../topology/schema.ts';
import { flagsOf } from '../flags/flags.ts';
import { resolveLine } from '../line.ts';
import { environmentLayer } from '../sources.ts';
import {
  cachingPlugins,
  convertTangent,
  type Loaded,
  loadTopology,
  readTopologyFile,
  topologyKeys,
} from '../topology/file.ts';
import { topologyFromFlags } from '../topology/line-topology.ts';
import { type ReportOptions, reportOptions, reportProblems } from '../topology/report.ts';
import type { World } from '../world.ts';

/** The exit code: 0, 2 when it is wrong, 3 when only plugins are. @throws UsageError */
export async function checkCommand(argv: readonly string[], world: World): Promise<number> {
  const end = argv.indexOf('--from-flags');
  const own = end < 0 ? argv : argv.slice(0, end);
  const { resolved, operands } = resolveLine('check', own, world.environment);
  const [file, other] = [resolved.optionalText('config'), ...operands].filter((word) => word !== undefined);
  if (other !== undefined) throw new UsageError(`check takes only one file: ${excerpt(other)}`);
  const table = topologyKeys();
  if (resolved.boolean('schema')) {
    world.write(1, `${JSON.stringify(topologySchema(table), null, 2)}\n`);
    return Exit.ok;
  }
  const options = await reportOptions(resolved, world);
  try {
    if (resolved.boolean('convert')) {
      const { yaml, problems } = await convertTangent(readTopologyFile(file, world));
      reportProblems(sortProblems(problems.list), problems.secrets, options);
      world.write(1, yaml);
      return Exit.ok;
    }
    const checked =
      end < 0
        ? await loadTopology(readTopologyFile(file, world), resolved, table, world)
        : await topologyFromFlags(argv.slice(end + 1), resolved, table, world);
    reportProblems(checked.topology.warnings, checked.secrets, options);
    if (end >= 0 && !resolved.boolean('print')) world.write(1, printTopology(checked, table, { hasOrigins: false }));
    output(checked, resolved, table, end >= 0, world);
    return resolved.boolean('connect') ? await reach(checked, resolved, options, world) : Exit.ok;
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    reportProblems(error.problems, error.secrets, options);
    return error.exit;
  }
}

/** What the servers have. @returns 1 when one is not there or lacks something */
async function reach(
  { topology, plugins }: Loaded,
  resolved: Resolved,
  { quiet, errors }: ReportOptions,
  world: World,
): Promise<number> {
  const { reachServers } = await import('../../pipeline/topology/connect.ts');
  const caching = await cachingPlugins(plugins, resolved);
  let isGood = true;
  for (const { node, findings } of await reachServers(topology, caching, () => world.clockMs())) {
    for (const { severity, text } of findings) {
      if (severity === 'error') isGood = false;
      else if (quiet) continue;
      if (errors === 'json') world.write(2, `${jsonLine({ level: severity, node, message: text })}\n`);
      else world.write(2, `${excerpt(node)}: ${severity === 'note' ? '' : `${severity}: `}${messageLine(text)}\n`);
    }
  }
  return isGood ? Exit.ok : Exit.data;
}

/** What was asked for; when nothing was and nothing is printed, one line that says what there is. */
function output(checked: Checked, resolved: Resolved, table: KeyTable, isPrinted: boolean, world: World): void {
  const format = resolved.optionalText('graph');
  const hasPrint = resolved.boolean('print');
  if (hasPrint) world.write(1, printTopology(checked, table, { hasOrigins: true, over: fromEnvironment(world) }));
  if (format !== undefined) world.write(1, drawTopology(checked.topology, format as DrawFormat));
  if (format === undefined && !hasPrint && !isPrinted && !resolved.boolean('quiet'))
    world.write(1, `${summary(checked.topology)}\n`);
}

/** What the environment says before the file does, when it is run. @throws UsageError */
function fromEnvironment({ environment }: World): ReadonlyMap<string, { text: string; origin: string }> {
  const flags = flagsOf('run');
  const set = environmentLayer(flags, environment);
  return new Map(
    flags.flatMap(({ key, long, env = '' }) =>
      set.has(key) ? [[long, { text: environment[env]!, origin: env }] as const] : [],
    ),
  );
}

function summary({ file, sources, plugins, sinks, edges }: Topology): string {
  const counts = `sources ${sources.length}, plugins ${plugins.length}, sinks ${sinks.length}, routes ${edges.length}`;
  return `${excerpt(file)} is right: ${counts}`;
}
