/**
 * From the settings of `slung run` to plugin jobs: kinds are recognised, contradictions refused, and everything that a
 * lane's thread has to know is put together. Nothing is read or written here but the plugins' own bytes.
 */

import { PluginFileError, UsageError } from '../../config/errors.ts';
import { asUsageError } from '../../config/selector-errors.ts';
import type { PluginSetting, RunSettings, SelectSettings } from '../../config/settings.ts';
import type { Path } from '../../engine/program.ts';
import type { RunHost } from '../../graph/host.ts';
import type { PluginKind } from '../../plugin/guest.ts';
import type { HistoryTask } from '../../plugin/lane/task.ts';
import { cacheProblem } from '../../plugin/services/cache-store.ts';
import { namesServices } from '../../plugin/services/none.ts';
import { ServicesThread } from '../../plugin/services/start.ts';
import { compileExpressions, parsePath, SelectorError } from '../../selector/index.ts';
import { oneLine } from '../../text/printable.ts';
import { kindOf } from './look.ts';
import { PluginJob } from './plugin.ts';

/** A plugin that cannot be used, as an error with its own exit code. */
export function refused(name: string, reason: string): PluginFileError {
  return new PluginFileError(
    `plugin ${name} cannot be used: ${reason}`,
    `slung plugin inspect shows what is in the file.`,
  );
}

/** What messages call the lines that a plugin puts out. */
export function outputOf({ name }: { readonly name: string }): string {
  return `<${name}>`;
}

/** It is given the whole stream, and outputs any text. */
export const isStream = (kind: PluginKind): boolean => kind === 'wasi' || kind === 'slung';

/** The kinds of all plugins. @throws PluginFileError for a file that is none, UsageError for settings that its kind has no use for */
export async function checkPlugins(settings: RunSettings): Promise<readonly PluginKind[]> {
  const kinds: PluginKind[] = [];
  for (const { name, bytes, abi } of settings.plugins) {
    const found = abi === undefined ? await kindOf(bytes, settings.loadLimitMs) : { kind: abi };
    if (found.kind === undefined) throw refused(name, found.refusal);
    kinds.push(found.kind);
  }
  checkKinds(settings, kinds);
  return kinds;
}

function checkKinds(settings: RunSettings, kinds: readonly PluginKind[]): void {
  const stream = kinds.findIndex(isStream);
  if (stream >= 0) {
    const { name } = settings.plugins[stream]!;
    const what = kinds[stream] === 'wasi' ? 'is a WASI filter' : 'is a program of its own';
    if (settings.select.lanes > 1) {
      throw new UsageError(`-j ${settings.select.lanes}: plugin ${name} ${what} and reads one stream`, 'Leave -j out.');
    }
    if (settings.onPluginError !== 'fail') {
      throw new UsageError(
        `--on-plugin-error ${settings.onPluginError}: plugin ${name} ${what} and is not given records one by one`,
        'Only fail is possible.',
      );
    }
    if (settings.unmatched === 'pass') {
      throw new UsageError(`--unmatched pass: plugin ${name} ${what} and has no selectors`);
    }
  }
  if (settings.listen !== undefined && kinds[0] !== 'slung') {
    throw new UsageError('--listen is for Slung programs', `The first plugin is of the kind ${kinds[0]}.`);
  }
}

/** The services thread of a run, or undefined when no plugin can ask for anything. @throws UsageError */
export function servicesFor(
  settings: RunSettings,
  { talk }: RunHost,
  sendToProducer: ((producer: number, text: string) => boolean) | undefined,
): ServicesThread | undefined {
  if (settings.cacheFile !== undefined) {
    const problem = cacheProblem(settings.cacheFile);
    const advice = 'Name another file, or leave --cache out: the cache is then kept for this run only.';
    if (problem !== undefined) throw new UsageError(`--cache ${oneLine(settings.cacheFile)}: ${problem}`, advice);
  }
  if (!settings.plugins.some(({ bytes }) => namesServices(bytes))) return undefined;
  return new ServicesThread({
    cacheFile: settings.cacheFile,
    warn: (plugin, text) => talk.warn(plugin === undefined ? text : `plugin ${plugin}: ${text}`),
    sendToProducer,
  });
}

function whereOf(settings: SelectSettings) {
  try {
    return compileExpressions(settings.where);
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
 * The store of a Slung program. One that does not write leaves the store to other writers; of two writers in one run, the
 * program and --record, the second would find it locked, so that is refused before anything is started.
 */
function storeOf({ store, select }: RunSettings, plugin: PluginSetting): HistoryTask | undefined {
  if (store === undefined) return undefined;
  const { bytes } = plugin;
  const writes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('u_write_event');
  if (writes && select.record !== undefined) {
    throw new UsageError(
      `--record and plugin ${plugin.name}, which imports u_write_event, would both write to the store`,
      'Only one of them can: leave --record out, or --store, so that the program writes to memory.',
    );
  }
  const { directory, durability, retainMs } = store;
  return { directory, durability, retainMs, isReadOnly: !writes };
}

/** The fields of an event's row, in the order that Slung events expect, checked before a thread is started for them. */
function eventFields({ events }: RunSettings): readonly Path[] {
  return [
    fieldOf('--time', events.time),
    fieldOf('--value', events.value),
    fieldOf('--series', events.series),
    fieldOf('--tags', events.tags),
  ];
}

/** The job of the i-th plugin. Its lanes begin to load at once. @throws UsageError */
export function makeJob(
  settings: RunSettings,
  i: number,
  kind: PluginKind,
  around: {
    readonly host: RunHost;
    readonly services: ServicesThread | undefined;
    readonly isPolite: boolean;
    /** Its output is nobody's input, so it has to be looked at as such. */
    readonly checksOutput: boolean;
  },
): PluginJob {
  const plugin = settings.plugins[i]!;
  const isFirst = i === 0;
  const isLast = i === settings.plugins.length - 1;
  const { select } = settings;
  const stage: SelectSettings = {
    ...{ ...select, fields: undefined, columns: undefined, to: 'ndjson', stats: 'none', exitStatus: false },
    inputs: isFirst ? select.inputs : [outputOf(settings.plugins[i - 1]!)],
    where: isFirst ? select.where : [],
    output: isLast ? select.output : '-',
  };
  const { events } = settings;
  return new PluginJob(
    stage,
    {
      ...{ name: plugin.name, kind, bytes: plugin.bytes, where: whereOf(stage), config: plugin.config },
      isRaw: stage.where.length === 0,
      passUnmatched: settings.unmatched === 'pass',
      onPluginError: settings.onPluginError,
      checksOutput: around.checksOutput,
      ...{ maxMemoryBytes: settings.memoryBytes, timeLimitMs: settings.timeLimitMs },
      loadLimitMs: settings.loadLimitMs,
      stderr: settings.pluginStderr,
      ...{ networkTimeLimitMs: settings.networkTimeLimitMs, maxOutputBytes: settings.maxOutputBytes },
      ...{ environment: settings.environment, args: settings.args },
      store: kind === 'slung' ? storeOf(settings, plugin) : undefined,
      events: { ...events, isListening: isFirst && settings.listen !== undefined },
    },
    kind === 'slung' ? eventFields(settings) : [],
    {
      isPolite: around.isPolite,
      talk: around.host.talk,
      clockMs: () => around.host.clockMs(),
      takeThread: () => around.host.takeThread?.(),
      connect: () =>
        around.services !== undefined && namesServices(plugin.bytes)
          ? around.services.connect(plugin.name, settings.allowNet)
          : undefined,
    },
  );
}
