/**
 * `slung run -c FILE`: the settings of a topology's run. What is typed holds before the environment, that before
 * `defaults:` of the file, and that before the table's defaults. What the file decides (which records, where to) has
 * no flag beside it.
 */
import { dirname, resolve } from 'node:path';
import { UsageError } from '../../config/errors.ts';
import { grantedVariables } from '../../config/grants.ts';
import { type Layer, type Resolved, resolveLayers } from '../../config/layers.ts';
import { batchSettings, rejectSettings, reportSettings, talkSettings } from '../../config/parts.ts';
import type { PluginSetting } from '../../config/settings.ts';
import type { TopologySettings } from '../../pipeline/topology/settings.ts';
import { excerpt } from '../../text/printable.ts';
import type { PluginNode, Topology } from '../../topology/index.ts';
import type { CommandName } from '../commands.ts';
import { flagsOf } from '../flags/flags.ts';
import { parseFlags } from '../parse.ts';
import { defaultLayer, environmentLayer, flagLayer } from '../sources.ts';
import type { World } from '../world.ts';
import type { LoadedFile } from './file.ts';
import { pagesAt } from './pages-at.ts';

/** Flags that say how a topology is run; all others say what a run does, which the file does here. */
const beside: ReadonlySet<string> = new Set([
  ...[
    'config',
    'set',
    'only',
    'into',
    'reportTo',
    'batchBytes',
    'batchRecords',
    'batchAge',
    'maxRecord',
    'maxDepth',
    'lanes',
  ],
  ...['onError', 'maxErrors', 'stats', 'exitStatus', 'errors', 'quiet', 'verbose', 'color', 'help', 'version'],
  ...['loadLimit', 'maxPluginSize', 'json', 'pluginStderr', 'uncheckedOutput', 'cache', 'metrics', 'metricsPublic'],
  ...['status', 'statusPublic', 'workerName'],
]);

/** What was typed in front of the file's layer, for a command that runs a topology. @throws UsageError */
export function resolveOver(command: CommandName, argv: readonly string[], topology: Topology, world: World): Resolved {
  const typed = parseFlags(argv, flagsOf(command));
  // Whatever runs it, a topology is run with the settings of slung run.
  const flags = flagsOf('run');
  for (const { flag, name } of typed.flags) {
    if (beside.has(flag.key) || flag.group === 'Measuring' || flag.group === 'Records') continue;
    const hint = `With -c, ${topology.file} says what is read, done and written; --set PATH=VALUE changes one value of it.`;
    throw new UsageError(`${name} cannot be combined with -c`, hint);
  }
  const file: Layer = new Map(
    [...topology.defaults].flatMap(([long, setting]) => {
      const key = flags.find((flag) => flag.long === long)?.key;
      return key === undefined ? [] : [[key, setting]];
    }),
  );
  // A test means the same everywhere.
  const environment = command === 'test' ? new Map() : environmentLayer(flags, world.environment);
  return resolveLayers([flagLayer(typed.flags), environment, file, defaultLayer(flags, {})]);
}

/** @param plugins the files of the plugins, by the names of their nodes @throws UsageError */
export function topologySettings(
  topology: Topology,
  plugins: ReadonlyMap<string, LoadedFile>,
  resolved: Resolved,
  files: readonly string[],
  world: World,
): TopologySettings {
  if (files.length > 0 && !topology.sources.some(({ type }) => type === 'stdin')) {
    const names = topology.sources.map(({ name }) => name).join(', ');
    throw new UsageError(
      `${excerpt(files[0]!)}: ${excerpt(topology.file)} reads no standard input, which a file could stand for`,
      `It reads ${excerpt(names)}; --set sources.NAME.path=FILE gives a source of the type file another one.`,
    );
  }
  return Object.freeze({
    topology,
    inputs: files.length === 0 ? ['-'] : [...files],
    batches: batchSettings(resolved),
    lanes: resolved.optionalNumber('lanes'),
    rejects: rejectSettings(resolved),
    report: reportSettings(resolved),
    talk: talkSettings(resolved),
    plugins: new Map(
      topology.plugins.map((node) => {
        const { bytes, kind } = plugins.get(node.name)!;
        const directory = dirname(resolve(world.directory(), topology.file));
        return [node.name, { kind, setting: pluginSetting(node, bytes, resolved, world, directory) }];
      }),
    ),
    ...pagesAt(resolved),
    cacheFile: resolved.optionalText('cache'),
    worker: workerOf(resolved, world),
  });
}

function workerOf(resolved: Resolved, world: World): TopologySettings['worker'] {
  const identity = world.identity();
  return { name: resolved.optionalText('workerName') ?? identity.host, ...identity };
}

/** @param directory what relative paths in the file start from */
function pluginSetting(
  node: PluginNode,
  bytes: Uint8Array,
  resolved: Resolved,
  world: World,
  directory: string,
): PluginSetting {
  const { name, file, abi, config, args, onError, unmatched, events } = node;
  return Object.freeze({
    ...{ name, file, abi, config, args, bytes, unmatched, onPluginError: onError },
    lanes: node.lanes ?? resolved.number('lanes'),
    pluginStderr: resolved.choice('pluginStderr'),
    uncheckedOutput: resolved.boolean('uncheckedOutput'),
    limits: Object.freeze({
      memoryBytes: node.memoryBytes,
      timeLimitMs: node.timeLimitMs,
      loadLimitMs: resolved.number('loadLimit'),
      networkTimeLimitMs: node.networkTimeLimitMs,
      maxOutputBytes: node.maxOutputBytes,
    }),
    grants: Object.freeze({
      allowNet: node.allowNet,
      allowRead: node.allowRead.map((name) => ({ name, path: resolve(directory, name) })),
      environment: grantedVariables(node.allowEnv, world.environment),
      store: undefined,
    }),
    events: events as PluginSetting['events'],
  });
}
