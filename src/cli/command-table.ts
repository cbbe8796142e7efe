/**
 * The commands as code: how each is loaded, and in which bundle of the program it is. A new command is a row here, a
 * row of texts about it in command-rows.ts (TypeScript sees to it that both have the same names), `commands:` in the
 * rows of its flags, and commands/NAME.ts. build.mjs reads this table, and `npm run man` writes bin/slung.js from it.
 *
 * The program comes several times, with more or less in it, because reading what is not needed is a part of every
 * start (of select: a tenth; bench/startup.mjs). Only `cli` has the texts of help. When a line turns out to need what
 * its bundle does not have, the whole program starts over (main.ts).
 */
import type { CommandName } from './commands.ts';
import type { World } from './world.ts';

/** Runs a command on the arguments after its name; returns the exit code. */
export type Handler = (argv: readonly string[], world: World) => Promise<number>;

/** `line` has what any line that reads records may need, `cli` has everything. */
export type BundleName = 'select' | 'run' | 'line' | 'query' | 'check' | 'cli';

export interface CommandCode {
  /** The code is in commands/NAME.ts, with a dash for the space of a subcommand; it stays out of the other bundles. */
  readonly load: () => Promise<Handler>;
  readonly bundle: BundleName;
  /** Flags, without dashes, that need what the bundle leaves out; they have no environment variable. */
  readonly wholeWith?: readonly string[];
  /** What is loaded then, and with a URL (`urlWord`). Default: the whole program. */
  readonly whole?: BundleName;
  /** Sure to need a plugin's thread, which may start while the program is still being read. */
  readonly startsThread?: true;
  /** Has lanes that files are worth, whose threads may start while the program is still being read. */
  readonly startsLanes?: true;
}

/** What filters leave to `line`: other inputs and outputs, topologies. */
const ofLines = [
  'from',
  'files-from',
  'glob',
  'prefix',
  'pretty',
  'follow',
  'positions',
  'listen',
  'tee',
  'route',
  'metrics',
  'status',
  'name',
];

export const commandTable: Readonly<Record<CommandName, CommandCode>> = {
  select: {
    load: async () => (await import('./commands/select.ts')).selectCommand,
    bundle: 'select',
    wholeWith: [...ofLines, 'record'],
    whole: 'line',
    startsLanes: true,
  },
  run: {
    load: async () => (await import('./commands/run.ts')).runCommand,
    bundle: 'run',
    wholeWith: [...ofLines, 'config'],
    whole: 'line',
    startsThread: true,
  },
  count: {
    load: async () => (await import('./commands/count.ts')).countCommand,
    bundle: 'line',
    startsLanes: true,
  },
  query: { load: async () => (await import('./commands/query.ts')).queryCommand, bundle: 'query' },
  store: { load: () => parentCommand('store'), bundle: 'query' },
  'store write': { load: async () => (await import('./commands/store-write.ts')).storeWriteCommand, bundle: 'cli' },
  'store ls': { load: async () => (await import('./commands/store-ls.ts')).storeLsCommand, bundle: 'query' },
  'store stat': { load: async () => (await import('./commands/store-stat.ts')).storeStatCommand, bundle: 'query' },
  'store verify': {
    load: async () => (await import('./commands/store-verify.ts')).storeVerifyCommand,
    bundle: 'query',
  },
  'store delete': {
    load: async () => (await import('./commands/store-delete.ts')).storeDeleteCommand,
    bundle: 'query',
  },
  'store compact': {
    load: async () => (await import('./commands/store-compact.ts')).storeCompactCommand,
    bundle: 'query',
  },
  'store trim': { load: async () => (await import('./commands/store-trim.ts')).storeTrimCommand, bundle: 'query' },
  'store export': {
    load: async () => (await import('./commands/store-export.ts')).storeExportCommand,
    bundle: 'query',
  },
  'store repair': {
    load: async () => (await import('./commands/store-repair.ts')).storeRepairCommand,
    bundle: 'query',
  },
  check: {
    load: async () => (await import('./commands/check.ts')).checkCommand,
    bundle: 'check',
    wholeWith: ['connect'],
  },
  test: { load: async () => (await import('./commands/test.ts')).testCommand, bundle: 'cli' },
  generate: { load: async () => (await import('./commands/generate.ts')).generateCommand, bundle: 'cli' },
  bench: { load: async () => (await import('./commands/bench.ts')).benchCommand, bundle: 'cli' },
  plugin: { load: () => parentCommand('plugin'), bundle: 'cli' },
  'plugin new': { load: async () => (await import('./commands/plugin-new.ts')).pluginNewCommand, bundle: 'cli' },
  'plugin build': { load: async () => (await import('./commands/plugin-build.ts')).pluginBuildCommand, bundle: 'cli' },
  'plugin test': { load: async () => (await import('./commands/plugin-test.ts')).pluginTestCommand, bundle: 'cli' },
  'plugin inspect': {
    load: async () => (await import('./commands/plugin-inspect.ts')).pluginInspectCommand,
    bundle: 'cli',
  },
  'plugin list': { load: async () => (await import('./commands/plugin-list.ts')).pluginListCommand, bundle: 'cli' },
  help: { load: async () => (await import('./commands/help.ts')).helpCommand, bundle: 'cli' },
  completion: { load: async () => (await import('./commands/completion.ts')).completionCommand, bundle: 'cli' },
};

/**
 * A word that is no file but says where else is read or written, alone or as the value of --output or --rejects, or
 * that a table is wanted: it is as good as a flag of `wholeWith`.
 */
export const urlWord =
  /^(?:--to=)?table$|^(?:-o|--(?:output|rejects)=)?(?:(?:file|dir|https?|tcp|unix|wss?|nats|tls|store):|[a-z][a-z0-9+.-]*:\/\/)/i;

/** A command that has only subcommands. */
async function parentCommand(name: CommandName): Promise<Handler> {
  const { withoutSubcommand } = await import('./commands/parent.ts');
  return (argv, world) => withoutSubcommand(name, argv, world);
}

/**
 * What a bundle leaves out besides the commands of others: modules that are loaded when something is asked for that
 * its commands do not do. Paths below src. What only they import stays out with them.
 */
export const leavesOut: Readonly<Record<BundleName, readonly string[]>> = {
  select: [
    'cli/help/help.ts',
    'cli/store/code.ts',
    'cli/store/open.ts',
    'cli/topology/line.ts',
    'cli/input-files.ts',
    'cli/view.ts',
    'convert/convert.ts',
    'pipeline/view/view.ts',
    'pipeline/run-plugins.ts',
    'pipeline/store-write.ts',
    'stage/points/recording.ts',
  ],
  run: [
    'cli/help/help.ts',
    'cli/store/code.ts',
    'cli/topology/line.ts',
    'cli/topology/run.ts',
    'cli/input-files.ts',
    'cli/view.ts',
    'convert/convert.ts',
    'io/listen.ts',
    'pipeline/view/view.ts',
    'pipeline/select.ts',
    'pipeline/store-write.ts',
  ],
  line: ['cli/store/code.ts', 'cli/help/help.ts'],
  query: ['cli/help/help.ts', 'pipeline/run-plugins.ts', 'pipeline/select.ts', 'pipeline/store-write.ts'],
  check: [
    'cli/help/help.ts',
    'cli/store/code.ts',
    'cli/store/open.ts',
    'pipeline/topology/connect.ts',
    'pipeline/run-plugins.ts',
    'pipeline/select.ts',
    'pipeline/store-write.ts',
  ],
  cli: [],
};

/** Whether a bundle has the code of a command. */
export function isIn(bundle: BundleName, { bundle: own, whole }: CommandCode): boolean {
  return bundle === 'cli' || bundle === own || bundle === whole;
}
