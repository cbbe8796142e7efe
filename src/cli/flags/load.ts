/**
 * The flags of all that reads the file of a plugin, in the order of help. flags.ts explains the columns of the table.
 */
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const commands: readonly CommandName[] = ['run', 'plugin test', 'plugin inspect', 'plugin list', 'check', 'test'];
const KIB = 1024;
const GIB = 1024 ** 3;
const DAY_MS = 24 * 3_600_000;

export const kindFlag: Flag = {
  key: 'abi',
  long: 'abi',
  type: 'list',
  value: '[NAME:]KIND',
  group: 'Plugins',
  doc: 'Do not guess the kind of the plugin',
  longDoc:
    'Take a plugin for one of KIND instead of looking at its bytes: tangent-component, tangent-core, slung or wasi. With NAME, only the plugin of that name. slung plugin inspect tells what a file is.',
  commands: ['run', 'bench'],
};

export const loadFlags: readonly Flag[] = [
  {
    key: 'loadLimit',
    long: 'load-limit',
    type: 'duration',
    value: 'DURATION',
    min: 1,
    max: DAY_MS,
    default: '30s',
    env: 'SLUNG_LOAD_LIMIT',
    group: 'Sandbox',
    doc: 'The longest time that loading a plugin may take',
    longDoc:
      'The longest time that it may take to read the file of a plugin, to look at what is in it, and to compile it. What the plugin itself does when it is started is under --time-limit.',
    commands,
  },
  {
    key: 'maxPluginSize',
    long: 'max-plugin-size',
    type: 'size',
    value: 'SIZE',
    min: KIB,
    max: GIB,
    default: '64MiB',
    env: 'SLUNG_MAX_PLUGIN_SIZE',
    group: 'Sandbox',
    doc: 'A plugin file larger than SIZE is not read',
    longDoc:
      'A plugin whose file is larger than SIZE is refused and not read any further. src/plugin/README.md lists the other limits of what may be in a file, which are fixed.',
    commands,
  },
];
