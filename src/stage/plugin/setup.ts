/**
 * From the settings of `slung run` to the stages of plugins: kinds are recognised, contradictions refused, and
 * everything that a lane's thread has to know is put together. Nothing is read or written here but the plugins' own
 * bytes.
 */

import { PluginFileError, UsageError } from '../../config/errors.ts';
import { asUsageError } from '../../config/selector-errors.ts';
import type {
  PluginSetting,
  ReadingSettings,
  RecordSettings,
  RunSettings,
  SelectionSettings,
} from '../../config/settings.ts';
import type { Path, Program } from '../../engine/program.ts';
import type { RunHost } from '../../graph/host.ts';
import type { NodeSettings } from '../../graph/stage.ts';
import type { PluginKind } from '../../plugin/guest.ts';
import type { HistoryTask } from '../../plugin/lane/task.ts';
import { cacheProblem } from '../../plugin/services/cache-store.ts';
import { namesServices } from '../../plugin/services/none.ts';
import { ServicesThread } from '../../plugin/services/start.ts';
import { type GrantedDirectory, grantDirectory } from '../../plugin/wasi/directory.ts';
import { compileExpressions, parsePath, SelectorError } from '../../selector/index.ts';
import { oneLine, quoted } from '../../text/printable.ts';
import { kindOf } from './look.ts';
import { PluginStage } from './plugin.ts';

/** A plugin that cannot be used, as an error with its own exit code. */
export function refused(name: string, reason: string): PluginFileError {
  return new PluginFileError(
    `plugin ${name} cannot be used: ${reason}`,
    `slung plugin inspect shows what is in the file.`,
  );
}

/** What messages call the lines that a plugin outputs. */
export function outputOf({ name }: { readonly name: string }): string {
  return `<${name}>`;
}

/** What comes from a plugin has been selected already. */
export const everyRecord: SelectionSettings = { where: [] };

/** It is given the whole stream, and outputs any text. */
export const isStream = (kind: PluginKind): boolean => kind === 'wasi' || kind === 'slung';

/** What is checked when the kinds of the plugins are known. */
type Checked = Pick<RunSettings, 'plugins' | 'listen' | 'record'>;

/**
 * The kinds of all plugins. @throws PluginFileError for a file that is none, UsageError for settings that its kind has
 * no use for
 */
export async function checkPlugins(settings: Checked): Promise<readonly PluginKind[]> {
  const kinds: PluginKind[] = [];
  for (const { name, bytes, abi, limits } of settings.plugins) {
    const found = abi === undefined ? await kindOf(bytes, limits.loadLimitMs) : { kind: abi };
    if (found.kind === undefined) throw refused(name, found.refusal);
    kinds.push(found.kind);
  }
  checkKinds(settings, kinds);
  return kinds;
}

function checkKinds({ plugins, listen, record }: Checked, kinds: readonly PluginKind[]): void {
  for (const [i, plugin] of plugins.entries()) if (isStream(kinds[i]!)) checkStream(plugin, kinds[i]!, record);
  const readable = plugins.flatMap(({ grants }) => grants.allowRead);
  for (const one of readable) directoryOf(one);
  if (readable.length > 0 && !kinds.includes('wasi')) {
    throw new UsageError('--allow-read is for WASI filters', `The first plugin is of the kind ${kinds[0]}.`);
  }
  if (listen !== undefined && kinds[0] !== 'slung') {
    throw new UsageError('--listen is for Slung programs', `The first plugin is of the kind ${kinds[0]}.`);
  }
}

/** @throws UsageError when there is no such directory */
function directoryOf({ name, path }: GrantedDirectory): GrantedDirectory {
  const directory = grantDirectory(name, path);
  if (directory !== undefined) return directory;
  throw new UsageError(`--allow-read: there is no directory ${quoted(name)} that can be read`);
}

function checkStream(
  { name, lanes, onPluginError, unmatched }: PluginSetting,
  kind: PluginKind,
  record: RecordSettings | undefined,
): void {
  const what = kind === 'wasi' ? 'is a WASI filter' : 'is a program of its own';
  if (lanes > 1) {
    throw new UsageError(`-j ${lanes}: plugin ${name} ${what} and reads one stream`, 'Leave -j out.');
  }
  if (onPluginError !== 'fail') {
    throw new UsageError(
      `--on-plugin-error ${onPluginError}: plugin ${name} ${what} and is not given records one by one`,
      'Only fail is possible.',
    );
  }
  if (unmatched === 'pass') {
    throw new UsageError(`--unmatched pass: plugin ${name} ${what} and has no selectors`);
  }
  if (record?.resume) {
    throw new UsageError(
      `--resume: plugin ${name} ${what} and reads one stream, in which its output has no place to go on from`,
      'Leave --resume out; slung select, slung store write and plugins that answer batch by batch can resume.',
    );
  }
}

/** The services thread of a run, or undefined when no plugin can ask for anything. @throws UsageError */
export function servicesFor(
  { plugins, cacheFile }: Pick<RunSettings, 'plugins' | 'cacheFile'>,
  { talk }: RunHost,
  sendToProducer: ((producer: number, text: string) => boolean) | undefined,
): ServicesThread | undefined {
  if (cacheFile !== undefined) {
    const problem = cacheProblem(cacheFile);
    const advice = 'Name another file, or leave --cache out: the cache is then kept for this run only.';
    if (problem !== undefined) throw new UsageError(`--cache ${oneLine(cacheFile)}: ${problem}`, advice);
  }
  if (!plugins.some(({ bytes }) => namesServices(bytes))) return undefined;
  return new ServicesThread({
    cacheFile,
    warn: (plugin, text) => talk.warn(plugin === undefined ? text : `plugin ${plugin}: ${text}`),
    sendToProducer,
  });
}

function programOf(selection: SelectionSettings): Program {
  try {
    return compileExpressions(selection.where, selection);
  } catch (error) {
    throw asUsageError(error, '--where');
  }
}

function fieldOf(flag: string, text: string): Path {
  try {
    return parsePath(text);
  } catch (error) {
    throw error instanceof SelectorError ? asUsageError(error, flag) : error;
  }
}

/**
 * The store of a Slung program. One that does not write leaves the store to other writers; of two writers in one run,
 * the program and --record, the second would find it locked, so that is refused before anything is started.
 */
function storeOf(plugin: PluginSetting, record: RecordSettings | undefined): HistoryTask | undefined {
  const { store } = plugin.grants;
  if (store === undefined) return undefined;
  const { bytes } = plugin;
  const writes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('u_write_event');
  if (writes && record !== undefined) {
    throw new UsageError(
      `--record and plugin ${plugin.name}, which imports u_write_event, would both write to the store`,
      'Only one of them can: leave --record out, or --store, so that the program writes to memory.',
    );
  }
  const { directory, durability, retainMs } = store;
  return { directory, durability, retainMs, isReadOnly: !writes };
}

/**
 * The fields of an event's row, in the order that Slung events expect, checked before a thread is started for them.
 */
function eventFields({ events }: PluginSetting): readonly Path[] {
  return [
    fieldOf('--time', events.time),
    fieldOf('--value', events.value),
    fieldOf('--series', events.series),
    fieldOf('--tags', events.tags),
  ];
}

/** The stage of the i-th plugin. Its lanes begin to load at once. @throws UsageError */
export function makeStage(
  settings: ReadingSettings & Pick<RunSettings, 'plugins' | 'listen' | 'record'>,
  i: number,
  kind: PluginKind,
  around: {
    readonly host: RunHost;
    readonly services: ServicesThread | undefined;
    /** How many more lines may be bad. */
    readonly rejectsLeft: () => number;
    /** Its output is nobody's input, so it has to be looked at as such. */
    readonly checksOutput: boolean;
    /** Which records are for it, compiled; undefined: as the settings say. */
    readonly where?: Program | undefined;
  },
): PluginStage {
  const plugin = settings.plugins[i]!;
  const before = settings.plugins[i - 1];
  const node = nodeOf(settings, plugin, before);
  const { limits, grants } = plugin;
  // What is converted is longer or shorter than the input.
  const isAsRead = settings.input.conversion === undefined;
  // What reads a stream has to know that no other input follows.
  const isOneInput = kind !== 'wasi' || node.input.inputs.length === 1;
  const isAlone = plugin.lanes === 1 && settings.plugins.length === 1 && isOneInput;
  return new PluginStage(
    node,
    {
      ...{ name: plugin.name, kind, bytes: plugin.bytes, config: plugin.config },
      where: around.where ?? programOf(node.selection),
      isRaw: around.where === undefined && node.selection.where.length === 0,
      passUnmatched: plugin.unmatched === 'pass',
      onPluginError: plugin.onPluginError,
      checksOutput: around.checksOutput,
      ...{ maxMemoryBytes: limits.memoryBytes, timeLimitMs: limits.timeLimitMs, loadLimitMs: limits.loadLimitMs },
      stderr: plugin.pluginStderr,
      ...{ networkTimeLimitMs: limits.networkTimeLimitMs, maxOutputBytes: limits.maxOutputBytes },
      ...{ environment: grants.environment, args: plugin.args },
      directories: kind === 'wasi' ? grants.allowRead.map(directoryOf) : [],
      store: kind === 'slung' ? storeOf(plugin, settings.record) : undefined,
      events: { ...plugin.events, isListening: before === undefined && settings.listen !== undefined },
    },
    kind === 'slung' ? eventFields(plugin) : [],
    {
      rejectsLeft: around.rejectsLeft,
      talk: around.host.talk,
      clockMs: () => around.host.clockMs(),
      takeThread: () => around.host.takeThread?.(),
      shortInput: isAlone && isAsRead ? around.host.shortInput : undefined,
      connect: () =>
        around.services !== undefined && namesServices(plugin.bytes)
          ? around.services.connect(plugin.name, grants.allowNet)
          : undefined,
    },
  );
}

/** What a plugin's own run has to know. `before` is the plugin whose output it reads. */
function nodeOf(
  { input, batches, selection, rejects }: ReadingSettings,
  { lanes }: PluginSetting,
  before: PluginSetting | undefined,
): NodeSettings {
  const common = { batches, lanes, output: undefined, rejects, report: undefined };
  if (before === undefined) return { input, selection, ...common };
  return { input: { inputs: [outputOf(before)] }, selection: everyRecord, ...common };
}
