/**
 * From what was typed to what it means, for `slung run`: takes the merged settings, refuses what cannot be, and
 * freezes the rest into RunSettings. What one flag says of all plugins is put into each of them. Plugins come in as
 * words; the caller finds and reads their files (`load`), because that is the business of src/plugin. What is in
 * common with `select` is checked by select.ts.
 *
 * The surprising part: a plugin that is in the chain twice is called NAME and NAME#2, so that their statistics stay
 * apart; settings for NAME are for both.
 */

import { excerpt, quoted } from '../text/printable.ts';
import { UsageError } from './errors.ts';
import { asksOrigin } from './fields.ts';
import { grantedVariables, listenOrigins, listenToken, listenUrl } from './grants.ts';
import type { Resolved } from './layers.ts';
import { storeSettings } from './record.ts';
import { filterSettings, settingText } from './select.ts';
import type {
  EventFields,
  ListenSettings,
  PluginAbi,
  PluginConduct,
  PluginGrants,
  PluginNote,
  PluginSetting,
  RunSettings,
} from './settings.ts';

const abis: readonly PluginAbi[] = ['tangent-component', 'tangent-core', 'slung', 'wasi'];

/** A plugin's file, found and read. */
export interface LoadedPlugin {
  readonly notes?: readonly PluginNote[];
  readonly name: string;
  /** For messages. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** What the command line says besides flags. */
export interface RunOperands {
  /** PLUGIN, as typed. */
  readonly plugin: string;
  readonly files: readonly string[];
  /** What stood behind `--`. */
  readonly args: readonly string[];
}

/** What is asked of the world: the plugins' files, and the environment that may be granted. */
export interface RunSources {
  /** Reads the plugin that `word` stands for; `file` is given when -p says it. @throws PluginFileError */
  load(word: string, file: string | undefined): Promise<LoadedPlugin>;
  /** The text of the file that --listen-token names. @throws UsageError */
  readToken(file: string): string;
  /** Looks at one HOST[:PORT] of --allow-net. @throws UsageError */
  checkHost(text: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The directory of the store when nobody says which. */
  readonly defaultStore?: string | undefined;
}

/** The settings of one run. @throws UsageError when settings contradict each other, and what `load` throws */
export async function runSettings(
  resolved: Resolved,
  operands: RunOperands,
  sources: RunSources,
): Promise<RunSettings> {
  const url = listenUrl(resolved.optionalText('listen'));
  checkInputs(resolved, operands, url);
  refuseOrigins(resolved);
  const common = filterSettings(resolved, url === undefined ? operands.files : [url], sources.defaultStore);
  const listen = listenSettings(resolved, url, sources);
  const conduct = conductOf(resolved, operands, sources);
  const file = cacheFile(resolved);
  const plugins = await chainOf(resolved, operands.plugin, sources, conduct);
  return Object.freeze({ ...common, plugins, cacheFile: file, listen });
}

function listenSettings(resolved: Resolved, url: string | undefined, sources: RunSources): ListenSettings | undefined {
  const token = url === undefined ? undefined : resolved.optionalText('listenToken');
  const door = {
    token: listenToken(token, resolved.originText('listenToken'), (file) => sources.readToken(file)),
    origins: listenOrigins(resolved.list('listenOrigin')),
  };
  return url === undefined ? undefined : Object.freeze({ url, ...door });
}

/** What the flags set for every plugin. */
function conductOf(resolved: Resolved, { args }: RunOperands, sources: RunSources): PluginConduct {
  const grants = grantsOf(resolved, sources);
  return Object.freeze({
    lanes: resolved.number('lanes'),
    unmatched: resolved.choice('unmatched'),
    onPluginError: resolved.choice('onPluginError'),
    pluginStderr: resolved.choice('pluginStderr'),
    uncheckedOutput: resolved.boolean('uncheckedOutput'),
    limits: Object.freeze({
      memoryBytes: resolved.number('memory'),
      timeLimitMs: resolved.number('timeLimit'),
      loadLimitMs: resolved.number('loadLimit'),
      networkTimeLimitMs: resolved.number('networkTimeLimit'),
      maxOutputBytes: resolved.number('maxOutput'),
    }),
    grants,
    events: eventFields(resolved),
    args: Object.freeze([...args]),
  });
}

function grantsOf(resolved: Resolved, sources: RunSources): PluginGrants {
  const allowNet = resolved.list('allowNet');
  for (const host of allowNet) sources.checkHost(host);
  return Object.freeze({
    allowNet: Object.freeze([...allowNet]),
    allowRead: Object.freeze(resolved.list('allowRead').map((name) => ({ name, path: name }))),
    environment: grantedVariables(resolved.list('allowEnv'), sources.environment),
    // A program gets the store when it was named for this run, not because somebody has one.
    store: resolved.isFlag('store') ? storeSettings(resolved, undefined) : undefined,
  });
}

function checkInputs(resolved: Resolved, { files }: RunOperands, listen: string | undefined): void {
  if (listen !== undefined && files.length > 0) {
    throw new UsageError(`--listen and a file cannot be used together: ${excerpt(files[0]!)}`);
  }
  if (resolved.boolean('unchecked') && resolved.choice('unmatched') === 'pass') {
    throw new UsageError(
      `--unchecked cannot be combined with ${settingText(resolved, 'unmatched', 'pass')}`,
      'Lines that are not looked at are not passed on. Leave one of the two out.',
    );
  }
  if (resolved.choice('onError') !== 'keep') return;
  const name = resolved.originText('onError');
  throw new UsageError(
    `${name}${name.startsWith('-') ? ' ' : '='}keep cannot be combined with plugins`,
    'No plugin can see a line that is not JSON. Use --rejects FILE to keep bad lines apart.',
  );
}

/** What a plugin outputs is from no line of a file. */
function refuseOrigins(resolved: Resolved): void {
  for (const key of ['fields', 'columns', 'set']) {
    const text = resolved.list(key).find(asksOrigin);
    if (text === undefined) continue;
    throw new UsageError(
      `${resolved.originText(key)} ${excerpt(text)}: a plugin makes records of its own, and they are from no line of a file`,
      "Before the plugin: slung select --set 'file=@file' --set 'line=@line' FILE | slung run PLUGIN",
    );
  }
}

function cacheFile(resolved: Resolved): string | undefined {
  const file = resolved.optionalText('cache');
  if (file === '' || file === '-') throw new UsageError('--cache needs a file name');
  return file;
}

function eventFields(resolved: Resolved): EventFields {
  const field = (key: string): string => {
    const path = resolved.text(key);
    if (path.trim() === '') throw new UsageError(`${resolved.originText(key)} needs a path`);
    return path;
  };
  return Object.freeze({
    time: field('timeField'),
    value: field('valueField'),
    series: field('seriesField'),
    tags: field('tagsField'),
    timeUnit: resolved.choice('timeUnit'),
  });
}

// ---- the chain -----------------------------------------------------------------------------------------------------

async function chainOf(
  resolved: Resolved,
  first: string,
  sources: RunSources,
  conduct: PluginConduct,
): Promise<readonly PluginSetting[]> {
  const files = namedFiles(resolved.list('plugin'));
  const loaded: LoadedPlugin[] = [];
  for (const word of [first, ...resolved.list('then')]) {
    if (word === '') throw new UsageError('the name of a plugin is empty');
    loaded.push(await sources.load(word, files.get(word)));
  }
  const names = new Set(loaded.map(({ name }) => name));
  const config = configValues(resolved.list('pluginConfig'), names);
  const abi = abiValues(resolved.list('abi'), names);
  const count = new Map<string, number>();
  const plugins = loaded.map((plugin) => {
    const { name } = plugin;
    const nth = (count.get(name) ?? 0) + 1;
    count.set(name, nth);
    return Object.freeze({
      ...conduct,
      ...plugin,
      name: nth === 1 ? name : `${name}#${nth}`,
      abi: abi.get(name) ?? abi.get(''),
      config: Object.freeze(Object.fromEntries([...(config.get('') ?? []), ...(config.get(name) ?? [])])),
    });
  });
  return Object.freeze(plugins);
}

/** -p NAME=FILE, by NAME. */
function namedFiles(list: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const text of list) {
    const equals = text.indexOf('=');
    const [name, file] = [text.slice(0, equals), text.slice(equals + 1)];
    if (equals < 1 || file === '') {
      throw new UsageError(`--plugin: ${quoted(text)} is not NAME=FILE`, 'For example: -p geo=./geo.wasm');
    }
    // The name is part of [NAME:]KEY=VALUE, of NAME#2 and of file names in messages.
    if (!/^[\w.-]+$/.test(name)) {
      throw new UsageError(`--plugin: the name ${quoted(name)} may only have letters, digits, ., - and _`);
    }
    if (files.has(name)) throw new UsageError(`--plugin: two plugins are called ${excerpt(name)}`);
    files.set(name, file);
  }
  return files;
}

/** --plugin-config by plugin; those for all of them under the empty name. Later values overwrite earlier ones. */
function configValues(list: readonly string[], names: ReadonlySet<string>): Map<string, Map<string, string>> {
  const values = new Map<string, Map<string, string>>();
  for (const text of list) {
    const equals = text.indexOf('=');
    const { name, rest: key } = splitName('--plugin-config', text.slice(0, Math.max(0, equals)), names);
    if (key === '') {
      throw new UsageError(`--plugin-config: ${quoted(text)} is not [NAME:]KEY=VALUE`);
    }
    values.set(name, (values.get(name) ?? new Map<string, string>()).set(key, text.slice(equals + 1)));
  }
  return values;
}

function abiValues(list: readonly string[], names: ReadonlySet<string>): Map<string, PluginAbi> {
  const values = new Map<string, PluginAbi>();
  for (const text of list) {
    const { name, rest } = splitName('--abi', text, names);
    const abi = abis.find((known) => known === rest);
    if (abi === undefined) throw new UsageError(`--abi: ${quoted(rest)} is not one of ${abis.join(', ')}`);
    values.set(name, abi);
  }
  return values;
}

/** `NAME:rest`, or `rest` alone for every plugin. A colon always ends a name, so that a misspelt one is noticed. */
function splitName(label: string, text: string, names: ReadonlySet<string>): { name: string; rest: string } {
  const colon = text.indexOf(':');
  if (colon < 0) return { name: '', rest: text };
  const name = text.slice(0, colon);
  if (!names.has(name)) {
    throw new UsageError(
      `${label}: no plugin of this run is called ${quoted(name)}`,
      `They are called ${excerpt([...names].join(', '))}.`,
    );
  }
  return { name, rest: text.slice(colon + 1) };
}
