/**
 * Finds and reads what was typed for a plugin, and explains when that cannot be done: the places that were looked at,
 * the nearest name, the next step. A .ts file is compiled first, from a cache when nothing that it was made of has
 * changed.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PluginFileError, UsageError } from '../../config/errors.ts';
import type { LoadedPlugin, RunSources } from '../../config/run.ts';
import { type Found, findPlugin, isPluginPath, listPlugins, nameOfFile, pluginPlaces } from '../../plugin/find.ts';
import { GrantError, parseGrant } from '../../plugin/services/grants.ts';
import { nearest } from '../../selector/suggest.ts';
import { excerpt, quoted } from '../../text/printable.ts';
import { defaultStore } from '../store/place.ts';
import type { World } from '../world.ts';
import { type PluginLimits, readPluginFile, reasonOf } from './read.ts';

/** What a run asks of the world when its settings are made. */
export function runSources(world: World, limits: PluginLimits): RunSources {
  return {
    load: (word, file) => loadPlugin(word, file, world, limits),
    checkHost,
    readToken: (file) => readToken(file, world),
    environment: world.environment,
    defaultStore: defaultStore(world.environment),
  };
}

/** The text of the file of --listen-token. @throws UsageError */
export function readToken(file: string, world: Pick<World, 'directory'>): string {
  try {
    return readFileSync(resolve(world.directory(), file), 'utf8');
  } catch (error) {
    throw new UsageError(`--listen-token: ${excerpt(file)}: ${reasonOf(error)}`);
  }
}

function checkHost(text: string): void {
  try {
    parseGrant(text);
  } catch (error) {
    throw error instanceof GrantError ? new UsageError(`--allow-net: ${error.message}`) : error;
  }
}

/**
 * The plugin that `word` stands for: a path, or a name; `file` is its path when -p gave it one.
 * @throws PluginFileError
 */
export async function loadPlugin(
  word: string,
  file: string | undefined,
  world: World,
  limits: PluginLimits,
): Promise<LoadedPlugin> {
  if (file !== undefined) return { name: word, file, bytes: await readPlugin(file, world, limits) };
  if (isPluginPath(word)) return { name: nameOfFile(word), file: word, bytes: await readPlugin(word, world, limits) };
  const places = pluginPlaces({ environment: world.environment, directory: world.directory() });
  const shown = excerpt(word);
  const found = findPlugin(word, places, world.uid());
  if (found?.distrust !== undefined) {
    throw new PluginFileError(
      `${excerpt(found.label)} is not used by its name: ${found.distrust}`,
      `To use it all the same, write the path: ${excerpt(found.label)}`,
    );
  }
  if (found !== undefined)
    return {
      name: shown,
      notes: notesOf(word, found),
      file: found.label,
      bytes: await readPluginFile(found.path, found.label, limits, world),
    };
  const near = nearest(word, new Set(listPlugins(places).map(({ name }) => name)));
  const looked = `Looked for ${shown}.wasm in ${places.map(({ label }) => excerpt(label)).join(', ')}.`;
  const detail = world.fileExists(resolve(world.directory(), word))
    ? `${looked}\n${shown} is a file; the plugin comes first: slung run PLUGIN ${shown}. A plugin in this directory is ./${shown}`
    : looked;
  throw new PluginFileError(`no plugin is called ${quoted(word)}`, { near, detail });
}

/** Which file a name became: for those who ask, and for all when ./plugins is in front of what is installed. */
function notesOf(word: string, { path, label, isLocal, hidden }: Found): NonNullable<LoadedPlugin['notes']> {
  const became = `plugin ${excerpt(word)} is ${excerpt(label)}`;
  const others = hidden.map((other) => excerpt(other)).join(', ');
  if (isLocal && hidden.length > 0) {
    return [{ level: 'warn', text: `${became} and not ${others}; a path says which is meant` }];
  }
  return [{ level: 'verbose', text: `${became} (${excerpt(path)})${others === '' ? '' : ` and not ${others}`}` }];
}

/** The bytes of a plugin file, built when it is a source. */
async function readPlugin(file: string, world: World, limits: PluginLimits): Promise<Uint8Array> {
  const path = resolve(world.directory(), file);
  if (!file.endsWith('.ts')) return await readPluginFile(path, file, limits, world);
  const { buildCached } = await import('./build.ts');
  return await buildCached(path, file, world);
}
