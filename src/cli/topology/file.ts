/**
 * From FILE to a checked topology: found, read, its --set values put in, its plugins looked at. All that is wrong
 * comes as one TopologyError, with a place for each.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PluginFileError, UsageError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import { GrantError, parseGrant } from '../../plugin/services/grants.ts';
import { inspectionOf, kindOf } from '../../stage/plugin/look.ts';
import { excerpt, quoted } from '../../text/printable.ts';
import { convertedText } from '../../topology/convert.ts';
import {
  type Checked,
  type CheckOptions,
  checkKinds,
  checkTree,
  type KeyTable,
  keyTable,
  type PluginKind,
  type PluginNode,
  Problems,
  type SourceText,
  sortProblems,
  type Topology,
  TopologyError,
} from '../../topology/index.ts';
import { type Node, scalarNode } from '../../topology/node.ts';
import { setValues } from '../../topology/set.ts';
import { fromTangent, isTangent, type TangentOptions } from '../../topology/tangent.ts';
import { flags } from '../flags/table.ts';
import { loadPlugin } from '../plugin/files.ts';
import { pluginLimits, reasonOf } from '../plugin/read.ts';
import type { World } from '../world.ts';

/** A file that is written by hand has some KiB. */
const MAX_FILE_BYTES = 1 << 20;
/** How the names of its interface begin, whatever their version. */
const CACHE = 'tangent:logs/cache@';
const DEFAULT_FILE = 'slung.yaml';

/** The table of keys, with what the flags of `slung run` say. */
export function topologyKeys(): KeyTable {
  return keyTable((long) => {
    const named = flags.filter((flag) => flag.long === long);
    return named.find((flag) => flag.commands.includes('run')) ?? named[0];
  });
}

/** A text that was read, and what relative paths in it start from. */
export interface TopologyText {
  readonly source: SourceText;
  readonly directory: string;
}

/** @param file as typed; undefined: ./slung.yaml. @throws UsageError */
export function readTopologyFile(file: string | undefined, world: World): TopologyText {
  if (file === '-') return { source: sourceOf('<stdin>', readText(0, '<stdin>')), directory: world.directory() };
  const typed = file ?? DEFAULT_FILE;
  const path = resolve(world.directory(), typed);
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const whole = isDirectory ? join(path, DEFAULT_FILE) : path;
  const label = isDirectory ? join(typed, DEFAULT_FILE) : typed;
  return { source: sourceOf(label, readText(whole, label)), directory: dirname(whole) };
}

function sourceOf(name: string, text: string): SourceText {
  return { name, text: text.replace(/^\ufeff/, ''), isFile: true };
}

function readText(path: string | 0, label: string): string {
  let bytes: Buffer;
  try {
    const size = path === 0 ? 0 : statSync(path).size;
    bytes = size > MAX_FILE_BYTES ? Buffer.alloc(size) : readFileSync(path);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const hint = isMissing
      ? 'slung.yaml(5) describes the file. The smallest: routes: [ stdin -> ./mapper.wasm -> stdout ]'
      : '';
    throw new UsageError(`${excerpt(label)}: ${reasonOf(error)}`, hint);
  }
  if (bytes.length > MAX_FILE_BYTES)
    throw new UsageError(`${excerpt(label)}: it is larger than 1 MiB, so it is no topology`);
  return bytes.toString('utf8');
}

/** A topology that was checked, and what its plugins are. */
export interface Loaded extends Checked {
  readonly plugins: ReadonlyMap<string, LoadedFile>;
}

/** The file of a plugin, by the name of its node. */
export interface LoadedFile {
  readonly bytes: Uint8Array;
  readonly kind: PluginKind;
}

/** What is in a text, checked. @throws TopologyError, UsageError */
export async function loadTopology(
  text: TopologyText,
  resolved: Resolved,
  table: KeyTable,
  world: World,
): Promise<Loaded> {
  const problems = new Problems();
  const { readYaml } = await import('../../topology/read-yaml.ts');
  const tree = readYaml(text.source, world.environment, problems);
  const changes = resolved.list('set').map((typed) => {
    const equals = typed.indexOf('=');
    if (equals < 1)
      throw new UsageError(`--set: ${quoted(typed, 80)} is not PATH=VALUE`, 'For example: --set sinks.out.path=x');
    const source = { name: `--set ${typed.slice(0, equals)}`, text: typed.slice(equals + 1), isFile: false };
    const place = { source, offset: 0, length: source.text.length };
    const isYaml = /^\s*[[{"']/.test(source.text);
    const plain = scalarNode(source.text, place, { isPlain: true });
    const value = isYaml ? (readYaml(source, undefined, problems) ?? plain) : plain;
    return { path: typed.slice(0, equals), value, place };
  });
  const whole = isTangent(tree) ? fromTangent(tree, tangentOptions(text.directory), problems) : tree;
  // What could not be taken over would be missing in the graph.
  if (isTangent(tree) && problems.hasErrors) throw new TopologyError(sortProblems(problems.list), problems.secrets);
  return await checkWithPlugins(setValues(whole, changes, problems), text, resolved, table, problems, world);
}

/**
 * The slung.yaml that does what a tangent.yaml does, and what is to be said of it. @throws TopologyError,
 * UsageError
 */
export async function convertTangent({
  source,
  directory,
}: TopologyText): Promise<{ yaml: string; problems: Problems }> {
  const problems = new Problems();
  const { readYaml } = await import('../../topology/read-yaml.ts');
  const tree = readYaml(source, undefined, problems);
  if (!problems.hasErrors && !isTangent(tree)) {
    throw new UsageError(`--convert: ${excerpt(source.name)} is no tangent.yaml`, 'It would have the key dag.');
  }
  const yaml = isTangent(tree) ? convertedText(fromTangent(tree, tangentOptions(directory), problems)) : '';
  if (problems.hasErrors) throw new TopologyError(sortProblems(problems.list), problems.secrets);
  return { yaml, problems };
}

function tangentOptions(directory: string): TangentOptions {
  return { exists: (path) => existsSync(resolve(directory, path)) };
}

/** Checks a tree, and the files of its plugins. @throws TopologyError */
export async function checkWithPlugins(
  tree: Node | undefined,
  { source, directory }: TopologyText,
  resolved: Resolved,
  table: KeyTable,
  problems: Problems,
  world: World,
): Promise<Loaded> {
  const only = resolved.list('only');
  const options: CheckOptions = { table, directory, checkHost, ...(only.length === 0 ? {} : { only }) };
  const checked = checkTree(tree, source, options, problems);
  const inDirectory = { ...world, directory: () => directory };
  const plugins = await pluginsOf(checked.topology, inDirectory, resolved, problems);
  checkKinds(checked.topology, new Map([...plugins].map(([name, { kind }]) => [name, kind])), problems);
  if (source.isFile) warnOfWriters(checked.topology, join(directory, basename(source.name)), problems);
  if (problems.hasErrors) throw new TopologyError(sortProblems(problems.list), problems.secrets);
  return { ...checked, topology: { ...checked.topology, warnings: sortProblems(problems.list) }, plugins };
}

function checkHost(text: string): string | undefined {
  try {
    parseGrant(text);
    return undefined;
  } catch (error) {
    if (error instanceof GrantError) return error.message;
    throw error;
  }
}

/** Reads every plugin's file and looks at what it is. */
async function pluginsOf(
  topology: Topology,
  world: World,
  resolved: Resolved,
  problems: Problems,
): Promise<ReadonlyMap<string, LoadedFile>> {
  const plugins = new Map<string, LoadedFile>();
  // A command without plugins has no limits for them.
  if (topology.plugins.length === 0) return plugins;
  const limits = pluginLimits(resolved);
  for (const plugin of topology.plugins) {
    const { name, file, abi } = plugin;
    try {
      const { bytes } = await loadPlugin(file, undefined, world, limits);
      const found = abi === undefined ? await kindOf(bytes, limits.loadLimitMs) : { kind: abi };
      if (found.kind !== undefined) plugins.set(name, { bytes, kind: found.kind });
      else
        addPluginProblem(
          plugin,
          `${excerpt(file)}: ${found.refusal}`,
          'slung plugin inspect FILE tells more.',
          problems,
        );
    } catch (error) {
      if (!(error instanceof PluginFileError)) throw error;
      const hint =
        error.detail === '' ? `Relative paths start from ${topology.directory}` : error.detail.split('\n')[0];
      addPluginProblem(plugin, error.message, hint, problems);
    }
  }
  return plugins;
}

/** The names of those that import the cache. */
export async function cachingPlugins(
  plugins: ReadonlyMap<string, LoadedFile>,
  resolved: Resolved,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  if (plugins.size === 0) return names;
  const { loadLimitMs } = pluginLimits(resolved);
  for (const [name, { bytes }] of plugins) {
    const { imports } = await inspectionOf(bytes, loadLimitMs);
    if (imports.some((group) => [group.from, ...group.names].some((text) => text.startsWith(CACHE)))) names.add(name);
  }
  return names;
}

function addPluginProblem(
  { name, place, path }: PluginNode,
  text: string,
  hint: string | undefined,
  problems: Problems,
): void {
  problems.error({
    code: 'plugin',
    message: `plugin ${quoted(name, 60)}: ${text}`,
    place,
    path: `${path}.file`,
    hint,
    isPlugin: true,
  });
}

/** Who can write the file can send what its plugins see wherever the file lets them. */
function warnOfWriters(topology: Topology, file: string, problems: Problems): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o022) === 0) return;
  for (const { name, allowNet, allowEnv, allowRead, place, path } of topology.plugins) {
    const grants = [
      ...allowNet.map((host) => `reach ${host}`),
      ...allowEnv.map((variable) => `see ${variable}`),
      ...allowRead.map((directory) => `read ${directory}`),
    ];
    if (grants.length === 0) continue;
    const what = `may ${grants[0]}`;
    const message = `plugin ${quoted(name, 60)} ${what}, and others can write this file`;
    problems.warn({ code: 'writable', message, place, path, hint: 'chmod go-w makes it yours alone.' });
  }
}
