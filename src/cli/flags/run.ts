/**
 * The flags that `slung run` has beyond those of `select`, in the order of help. What both have is in select.ts,
 * in rows that name both. flags.ts explains the columns of the table.
 *
 * The surprising part: what a plugin is granted (network, environment, files) has no environment variable, and neither
 * have the number of lanes and --on-plugin-error: nothing that is set once in a shell may give a plugin more rights,
 * split its state, or be wrong for half of the kinds.
 */
import { rules } from '../../config/rules.ts';
import type { CommandName } from '../commands.ts';
import { eventFlags } from './events.ts';
import type { Flag } from './flag.ts';
import { kindFlag, loadFlags } from './load.ts';

const commands: readonly CommandName[] = ['run'];
const andBench: readonly CommandName[] = ['run', 'bench'];
const andTest: readonly CommandName[] = ['run', 'plugin test'];
const KIB = 1024;
const GIB = 1024 ** 3;
const DAY_MS = 24 * 3_600_000;

const plugins: readonly Flag[] = [
  {
    key: 'then',
    long: 'then',
    type: 'list',
    value: 'PLUGIN',
    group: 'Plugins',
    doc: 'Give the output to PLUGIN next; may be repeated',
    longDoc:
      'Another plugin behind the first: the lines that one outputs are the records of the next. May be given more than once; the order is that of the command line.',
    common: true,
    commands,
  },
  {
    key: 'plugin',
    long: 'plugin',
    short: 'p',
    type: 'list',
    value: 'NAME=FILE',
    group: 'Plugins',
    doc: 'Call FILE by NAME: here, in messages, in --stats',
    longDoc:
      'Give FILE the name NAME for messages, --stats, --plugin-config and the cache. PLUGIN and --then may then say NAME. May be given more than once. Without it, a plugin has the name of its file without the ending.',
    common: true,
    commands,
  },
  {
    key: 'pluginConfig',
    long: 'plugin-config',
    type: 'list',
    value: '[NAME:]KEY=VALUE',
    group: 'Plugins',
    doc: 'A value that the plugin can ask for',
    longDoc:
      'A value that a plugin gets when it asks its configuration for KEY. With NAME, only the plugin of that name; otherwise every plugin of the run. May be given more than once; of the same KEY, the last one holds, and one with NAME wins over one without.',
    commands: andBench,
  },
  {
    key: 'unmatched',
    long: 'unmatched',
    ...rules.unmatched,
    value: 'ACTION',
    group: 'Plugins',
    doc: 'A record that the plugin does not select: drop or pass',
    longDoc:
      'What to do with a record that a plugin does not select. drop leaves it out; pass outputs it as it is, in its place. Either way it is counted.',
    common: ['run'],
    commands: andBench,
  },
  {
    key: 'onPluginError',
    long: 'on-plugin-error',
    ...rules.onPluginError,
    value: 'ACTION',
    group: 'Plugins',
    doc: 'A plugin fails: stop, or skip or pass the record',
    longDoc: `What to do when a plugin traps, answers with an error, or takes too long. fail stops with exit code 1. skip and pass give the records to a new instance one by one, so that only the one that fails is lost: skip leaves it out, and with --rejects it is kept there; pass outputs it as it was. Both go on, and the exit code is 1 at the end. A WASI filter and a Slung program run over the whole stream and cannot be given a record twice; for them there is only fail.`,
    common: true,
    commands: andBench,
  },
  {
    key: 'pluginStderr',
    long: 'plugin-stderr',
    ...rules.pluginStderr,
    value: 'WHAT',
    group: 'Plugins',
    doc: "Show the plugins' standard error: a limit, all or none",
    longDoc:
      'What to show of what plugins write to their standard error. Each line is shown with the name of its plugin; characters that would act on a terminal become pictures, and a line ends after 1000 characters. limit shows the first 1000 lines and 256 KiB of each thread, counts what follows and reports the number at the end; all shows every line; none shows nothing.',
    commands,
  },
  {
    key: 'uncheckedOutput',
    long: 'unchecked-output',
    type: 'switch',
    default: 'false',
    group: 'Plugins',
    doc: 'Do not look at what the last plugin outputs',
    longDoc:
      'Write what the last plugin outputs as it is, without checking it. Otherwise each line that a Tangent plugin outputs must be JSON in UTF-8, like a line of the input: a bad one is left out, counted and kept by --rejects FILE, and --on-error and --max-errors decide whether the run goes on, as for bad lines of the input. What a WASI filter or a Slung program outputs may be any text and always passes, but a warning shows the first line that is not JSON, and --stats has their number. Output that is read again, by the next plugin of a chain, for --to csv, --fields or --record, is checked there in any case.',
    commands: andBench,
  },
  kindFlag,
];

const sandbox: readonly Flag[] = [
  {
    key: 'memory',
    long: 'memory',
    type: 'size',
    value: 'SIZE',
    min: 64 * KIB,
    max: 4 * GIB,
    default: '256MiB',
    env: 'SLUNG_MEMORY',
    group: 'Sandbox',
    doc: 'The most memory an instance may have',
    longDoc:
      'The most memory that one instance of a plugin may have, rounded down to pages of 64 KiB: all of its memories and tables together. Several memories share evenly what is left beyond their initial sizes.',
    commands: andBench,
  },
  {
    key: 'timeLimit',
    long: 'time-limit',
    type: 'duration',
    value: 'DURATION',
    min: 1,
    max: DAY_MS,
    default: '10s',
    env: 'SLUNG_TIME_LIMIT',
    group: 'Sandbox',
    doc: 'The longest time a call into a plugin may take',
    longDoc:
      "The longest time that one call into a plugin may take: one batch of records, or for a program that runs over the whole stream, the time between two requests for input, and the time after the end. Only the plugin's own time counts, sleeping included, and all of it together: not a wait for input, for the network (see --network-time-limit), or for a slow reader of the output. A plugin that takes longer is ended, which is a plugin error.",
    commands: andBench,
  },
  {
    key: 'networkTimeLimit',
    long: 'network-time-limit',
    type: 'duration',
    value: 'DURATION',
    min: 1,
    max: DAY_MS,
    default: '2m',
    env: 'SLUNG_NETWORK_TIME_LIMIT',
    group: 'Sandbox',
    doc: 'The longest a plugin may wait for the network in a call',
    longDoc:
      'The longest time that the requests of a plugin may take, all those of one call together (see --time-limit for what a call is). A request that has no response by then has failed, whatever time it asked for; a plugin that goes on to ask is ended, which is a plugin error.',
    commands,
  },
  {
    key: 'maxOutput',
    long: 'max-output',
    type: 'size',
    value: 'SIZE',
    min: KIB,
    max: 1024 * GIB,
    default: '256MiB',
    env: 'SLUNG_MAX_OUTPUT',
    group: 'Sandbox',
    doc: 'The most a plugin may output in a call',
    longDoc:
      'The most that a plugin may output for one batch of records. A program that runs over the whole stream may output so much between two requests for input, and after the end of it, or 16 bytes for each byte of all its input so far if that is more. A plugin that outputs more is ended, which is a plugin error.',
    commands,
  },
  ...loadFlags,
  {
    key: 'allowNet',
    long: 'allow-net',
    type: 'list',
    value: 'HOST[:PORT]',
    group: 'Sandbox',
    doc: 'Let plugins send requests to HOST',
    longDoc:
      'Let plugins send HTTP requests to HOST: to the port PORT alone, and without it to the port of the scheme alone, 80 for http and 443 for https. HOST is a name or an address, IPv6 in brackets; there are no wildcards. May be given more than once. Without it, a plugin reaches nothing.',
    common: true,
    commands: andTest,
  },
  {
    key: 'allowRead',
    long: 'allow-read',
    type: 'list',
    value: 'DIR',
    group: 'Sandbox',
    doc: 'Let WASI filters read the files below DIR',
    longDoc:
      'Let WASI filters read the files and directories below DIR, under the path that is typed here, and write nothing. Links that lead out of DIR, and .. above it, are refused, and so is what is no regular file. May be given more than once. Without it, a filter sees no files; other kinds of plugins never do.',
    commands: andTest,
  },
  {
    key: 'allowEnv',
    long: 'allow-env',
    type: 'list',
    value: 'NAME',
    group: 'Sandbox',
    doc: 'Let plugins see the environment variable NAME',
    longDoc:
      'Let plugins see the environment variable NAME, if it is set. May be given more than once. Without it, the environment of a plugin is empty.',
    commands: andTest,
  },
  {
    key: 'cache',
    long: 'cache',
    type: 'file',
    value: 'FILE',
    group: 'Sandbox',
    doc: "Keep the plugins' cache in FILE between runs",
    longDoc:
      'Keep what plugins put into their cache in FILE, so that the next run finds it. One run at a time can use it. Without it, the cache ends with the run.',
    commands,
  },
];

/** The row for -j of `run`: another default than that of `select`, and a word about state. */
const lanes: readonly Flag[] = [
  {
    key: 'lanes',
    long: 'lanes',
    short: 'j',
    type: 'integer',
    value: 'N',
    min: 1,
    max: 256,
    default: '1',
    group: 'Batches',
    doc: 'Run N instances of each plugin; the order stays',
    longDoc: `The number of threads for each plugin of the chain. Every thread has its own instance of the plugin with its own memory, and any of them may get the next batch, so with N above 1 a plugin that counts, compares or remembers sees only a part of the records; what it keeps in its cache or under a lock is common to all. The order of the output is the order of the input for every N. A Slung program and a WASI filter run over the whole stream; for them there is only 1.`,
    common: true,
    commands,
  },
];

export const runFlags: readonly Flag[] = [...plugins, ...sandbox, ...eventFlags, ...lanes];
