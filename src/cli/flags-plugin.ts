/** The flags of `slung plugin` and its subcommands. flags.ts explains the columns of the table. */
import type { Flag } from './flag.ts';

export const pluginFlags: readonly Flag[] = [
  {
    key: 'lang',
    long: 'lang',
    type: 'choice',
    value: 'LANGUAGE',
    choices: ['as', 'c', 'rust'],
    default: 'as',
    group: 'Plugins',
    doc: 'Write it in as (AssemblyScript), c or rust',
    longDoc:
      'The language of the new plugin: as is AssemblyScript, which is TypeScript to read and needs nothing but npm; c needs clang with its WebAssembly linker, rust needs rustc with the target wasm32-unknown-unknown.',
    common: true,
    commands: ['plugin new'],
  },
  {
    key: 'update',
    long: 'update',
    type: 'switch',
    default: 'false',
    group: 'Plugins',
    doc: 'Write what came out as what is expected',
    longDoc:
      'Instead of comparing, write what the plugin outputs as the expected output of each case. Read the difference before you keep it.',
    common: true,
    commands: ['plugin test'],
  },
  {
    key: 'pluginOutput',
    long: 'output',
    short: 'o',
    type: 'file',
    value: 'FILE',
    defaultText: 'the name of the source, ending in .wasm, beside it',
    group: 'Output',
    doc: 'Write the plugin to FILE',
    longDoc: 'Write the plugin to FILE.',
    common: true,
    commands: ['plugin build'],
  },
  {
    key: 'json',
    long: 'json',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Report as JSON',
    longDoc: 'Write the report as one line of JSON.',
    common: true,
    commands: [
      ...(['plugin inspect', 'plugin test', 'plugin list', 'store stat', 'store verify'] as const),
      ...(['store compact', 'store trim', 'store delete', 'store repair'] as const),
    ],
  },
];
