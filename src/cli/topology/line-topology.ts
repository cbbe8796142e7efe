/** A command line of select or run as a checked topology: for the line itself, and for `slung check --from-flags`. */
import { UsageError } from '../../config/errors.ts';
import { listenToken } from '../../config/grants.ts';
import type { Resolved } from '../../config/layers.ts';
import { fromFlags, type LineTree, warnOfLeft } from '../../topology/flags.ts';
import { pluginKeys } from '../../topology/flags-plugins.ts';
import { type KeyTable, Problems, sortProblems, TopologyError } from '../../topology/index.ts';
import type { TypedWord } from '../../topology/words.ts';
import type { Flag } from '../flags/flag.ts';
import { flagsOf } from '../flags/flags.ts';
import { parseFlags, splitAtDashes, type Typed } from '../parse.ts';
import { readToken } from '../plugin/files.ts';
import type { World } from '../world.ts';
import { checkWithPlugins, type Loaded } from './file.ts';

/** A command line, cut into its parts. */
export interface CutLine {
  readonly command: 'select' | 'run';
  readonly typed: Typed;
  /** Behind `--`. */
  readonly args: readonly string[];
}

/** @param words `run mapper.wasm app.ndjson` @throws UsageError */
export function cutLine([command, ...rest]: readonly string[]): CutLine {
  if (command !== 'select' && command !== 'run') {
    const example = 'For example: slung check --from-flags run mapper.wasm app.ndjson';
    throw new UsageError(`--from-flags needs select or run behind it`, example);
  }
  const flags = flagsOf(command);
  const [own, args] = command === 'run' ? splitAtDashes(rest, flags) : [rest, []];
  return { command, typed: parseFlags(own, flags), args };
}

/** The tree of a line, as it would be in a file. @throws UsageError */
export function treeOfLine({ command, typed, args }: CutLine, problems: Problems, world: World): LineTree {
  const given = typed.flags.map(({ flag, text }) => wordOf(flag, text, world));
  const words = [...given, ...fromEnvironment(command, given, world)];
  return fromFlags({ command, flags: words, operands: typed.operands, args }, problems);
}

/** @throws TopologyError, UsageError */
export async function topologyOfTree(
  { tree, source }: LineTree,
  resolved: Resolved,
  table: KeyTable,
  problems: Problems,
  world: World,
): Promise<Loaded> {
  // What is wrong with the line would be said again of what it became.
  if (problems.hasErrors) throw new TopologyError(sortProblems(problems.list), problems.secrets);
  const text = { source, directory: world.directory() };
  const { topology, ...loaded } = await checkWithPlugins(tree, text, resolved, table, problems, world);
  // What --where does not take goes nowhere, and nobody expects it to.
  const warnings = topology.warnings.filter(({ code }) => code !== 'unrouted');
  return { ...loaded, topology: { ...topology, warnings } };
}

/** A line as typed behind --from-flags. @throws TopologyError, UsageError */
export async function topologyFromFlags(
  words: readonly string[],
  resolved: Resolved,
  table: KeyTable,
  world: World,
): Promise<Loaded> {
  const problems = new Problems();
  const line = treeOfLine(cutLine(words), problems, { ...world, environment: {} });
  warnOfLeft(line, problems);
  return await topologyOfTree(line, resolved, table, problems, world);
}

function wordOf(flag: Flag, text: string, world: World): TypedWord {
  const isToken = flag.key === 'listenToken';
  const value = isToken ? listenToken(text, '--listen-token', (file) => readToken(file, world))! : text;
  return { long: flag.long, text: value, isSwitch: flag.value === undefined || text === flag.bare };
}

/** Limits of plugins, and the token of a door, which a topology has in its nodes. */
function fromEnvironment(command: CutLine['command'], given: readonly TypedWord[], world: World): TypedWord[] {
  const has = (name: string): boolean => given.some(({ long }) => long === name);
  const keys = [...pluginKeys.map(([long]) => long), ...(has('listen') ? ['listen-token'] : [])];
  return flagsOf(command).flatMap((flag) => {
    const text = flag.env === undefined ? undefined : world.environment[flag.env];
    if (text === undefined || text === '' || !keys.includes(flag.long)) return [];
    return has(flag.long) ? [] : [wordOf(flag, text, world)];
  });
}
