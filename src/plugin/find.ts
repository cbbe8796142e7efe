/**
 * From what was typed for a plugin to its file. A word with a slash, or that ends in .wasm or .ts, is a path; any
 * other is a name, and NAME.wasm is looked for in ./plugins, in the directories of SLUNG_PLUGIN_PATH, and in the
 * user's data directory (XDG Base Directory Specification 0.8). The first one found wins, so a project can override
 * what is installed.
 *
 * The surprising part: ./plugins is in whatever directory one happens to be, so it is not taken when it, or the file,
 * belongs to another user or can be written by everybody. A path always works: whoever writes one has said what he
 * means.
 */
import { readdirSync, statSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { excerpt } from '../text/printable.ts';

/** What decides where plugins are looked for. */
export interface FindOptions {
  /** `SLUNG_PLUGIN_PATH`, `XDG_DATA_HOME` and `HOME` are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The directory that ./plugins is in, and that relative paths start from. */
  readonly directory: string;
}

/** A place to look at; `label` is how people know it. */
export interface PluginPlace {
  readonly path: string;
  readonly label: string;
}

/** Where a name led. */
export interface Found extends PluginPlace {
  /** Other files of that name, in places that come later. */
  readonly hidden: readonly string[];
  /** It is in ./plugins. */
  readonly isLocal: boolean;
  /** Why it must not be used by its name; undefined when it may. */
  readonly distrust: string | undefined;
}

/** One plugin that can be found by name. */
export interface FoundPlugin {
  readonly name: string;
  readonly path: string;
  readonly label: string;
  readonly bytes: number;
  /** Another plugin of that name is found first. */
  readonly isHidden: boolean;
}

const ENDING = '.wasm';
const LOCAL = './plugins';
const WRITABLE_BY_ALL = 0o002;

/**
 * Whether the word is a path and not a name. The directories . and .. are no plugins, but no names either, and neither
 * is what another program has compiled for itself (.cwasm).
 */
export function isPluginPath(word: string): boolean {
  return /\/|\.(?:c?wasm|ts)$|^\.\.?$/.test(word);
}

/**
 * The name that a plugin has by its file: `lib/mapper.wasm` → `mapper`; printable, because all messages begin with it.
 */
export function nameOfFile(file: string): string {
  return excerpt(basename(file).replace(/\.(wasm|ts)$/, ''));
}

/** The directories to look at, in order; whether they exist is not checked. */
export function pluginPlaces({ environment, directory }: FindOptions): PluginPlace[] {
  const listed = (environment.SLUNG_PLUGIN_PATH ?? '').split(':').filter(Boolean);
  const data = environment.XDG_DATA_HOME ?? '';
  // A relative XDG_DATA_HOME is invalid by the specification and to be ignored.
  const home = isAbsolute(data) ? data : environment.HOME ? join(environment.HOME, '.local/share') : undefined;
  const labels = [LOCAL, ...listed, ...(home === undefined ? [] : [join(home, 'slung/plugins')])];
  return [...new Set(labels)].map((label) => ({ label, path: isAbsolute(label) ? label : join(directory, label) }));
}

/**
 * The file of the plugin called `name`, with its label for messages; undefined when no place has it.
 * @param uid the user's; undefined on systems without users
 */
export function findPlugin(name: string, places: readonly PluginPlace[], uid: number | undefined): Found | undefined {
  const found = places
    .map((place) => ({ place, path: join(place.path, name + ENDING), label: `${place.label}/${name}${ENDING}` }))
    .filter(({ path }) => statSync(path, { throwIfNoEntry: false })?.isFile());
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  const { place, path, label } = first;
  const isLocal = place.label === LOCAL;
  const distrust = isLocal ? (distrustOf(place.path, LOCAL, uid) ?? distrustOf(path, 'the file', uid)) : undefined;
  return { path, label, isLocal, distrust, hidden: others.map((other) => other.label) };
}

function distrustOf(path: string, what: string, uid: number | undefined): string | undefined {
  if (uid === undefined) return undefined;
  const { uid: owner, mode } = statSync(path);
  if (owner !== uid && owner !== 0) return `${what} belongs to another user (${owner})`;
  return (mode & WRITABLE_BY_ALL) === 0 ? undefined : `everybody can write to ${what}`;
}

/** Every plugin that can be found by name, place by place and then by name. Places that cannot be read are empty. */
export function listPlugins(places: readonly PluginPlace[]): FoundPlugin[] {
  const found: FoundPlugin[] = [];
  const seen = new Set<string>();
  for (const { path, label } of places) {
    for (const file of filesIn(path)) {
      const whole = join(path, file);
      const status = statSync(whole, { throwIfNoEntry: false });
      if (!status?.isFile()) continue;
      const name = nameOfFile(file);
      found.push({ name, path: whole, label: `${label}/${file}`, bytes: status.size, isHidden: seen.has(name) });
      seen.add(name);
    }
  }
  return found;
}

function filesIn(path: string): string[] {
  try {
    return readdirSync(path)
      .filter((file) => file.endsWith(ENDING) && file !== ENDING)
      .sort();
  } catch {
    return [];
  }
}
