/** The rows of `slung plugin` and its subcommands for the table of commands.ts. All of them are in one man page. */
import type { CommandText } from './command.ts';

export const pluginCommands = [
  {
    name: 'plugin',
    operands: '',
    completes: 'commands',
    doc: 'Write, build, test and inspect plugins',
    longDoc:
      'What the author and the user of a plugin need around slung run. slung-plugins(7) tells how to write a plugin in five minutes and how to bring those of Tangent and Slung.',
    examples: [
      { doc: 'Begin a plugin that works at once', text: 'slung plugin new mapper && slung plugin test mapper' },
      { doc: 'What is this file?', text: 'slung plugin inspect mapper.wasm' },
    ],
    hasManPage: true,
  },
  {
    name: 'plugin new',
    operands: 'NAME',
    completes: [],
    doc: 'Make a folder with a plugin and a test for it',
    longDoc:
      'Makes the folder NAME with the source of a small plugin, a test case and a README. It works at once: slung plugin test NAME. Nothing that exists is overwritten. NAME may be a path; the plugin then has the name of its last part.',
    examples: [
      { doc: 'In TypeScript', text: 'slung plugin new mapper' },
      { doc: 'In Rust', text: 'slung plugin new --lang rust plugins/mapper' },
    ],
    hasManPage: false,
  },
  {
    name: 'plugin build',
    operands: '[NAME|FILE]',
    completes: 'files',
    doc: 'Compile the source of a plugin',
    longDoc:
      'Compiles a source (.ts with AssemblyScript, .c with clang, .rs with rustc) into a .wasm file beside it. NAME is a folder of that name, here or in ./plugins, with the source NAME.ts, NAME.c or NAME.rs; without it, the folder is the current one.',
    examples: [
      { doc: 'The plugin of a folder', text: 'slung plugin build mapper' },
      { doc: 'A file, elsewhere', text: 'slung plugin build -o plugins/mapper.wasm src/mapper.ts' },
    ],
    hasManPage: false,
  },
  {
    name: 'plugin test',
    operands: '[NAME|FILE]',
    completes: 'files',
    doc: 'Compare what a plugin outputs with what is expected',
    longDoc: `Runs the test cases of a plugin by the code of slung run. NAME is a folder, here or in ./plugins; FILE is a plugin with a folder tests beside it; without either, every folder here or in ./plugins that has tests, or the current one. A source is compiled first.

A case is a folder tests/CASE with input.ndjson (given as it is) or input.json (an array of records, or one), and expected.ndjson (one value for each line of output) or expected.json (an array, or one value for one line). tests/input.json with tests/expected.json is a case, too.

Values are compared as Tangent does: the order of members does not matter; 5 and 5.0 are different; a string that begins with { or [ and is JSON is compared as what it says. A file options.json in the case says otherwise: compare is tangent, exact (the bytes of expected.ndjson), unordered (the order of the lines does not matter) or empty (there must be no output, and no expected file is needed); run is an array of options of slung run; exit is the exit code expected, if not 0; plugin is the file, if it is not that of the folder.

A case grants nothing: what the plugin may reach is said on this command line. The exit code is 1 when a case fails.`,
    examples: [
      { doc: 'All cases of all plugins', text: 'slung plugin test' },
      { doc: 'Accept the output of now', text: 'slung plugin test --update mapper' },
    ],
    hasManPage: false,
  },
  {
    name: 'plugin inspect',
    operands: 'FILE',
    completes: 'files',
    doc: 'Show what a plugin is, wants and says of itself',
    longDoc:
      'Shows the kind of a plugin, what it imports and exports, its memories, the modules of a component, what its compiler noted, and for Tangent plugins the name, version and selectors that it reports when it is loaded. When slung cannot use the file it says why, and the exit code is 3. FILE may be a name, as for slung run.',
    examples: [
      { doc: 'For people', text: 'slung plugin inspect mapper.wasm' },
      { doc: 'For programs', text: 'slung plugin inspect --json mapper.wasm' },
    ],
    hasManPage: false,
  },
  {
    name: 'plugin list',
    operands: '',
    completes: [],
    doc: 'Show which plugins are found by name, and where',
    longDoc:
      'Lists the plugins that slung run finds by name, in the order in which the directories are searched. A plugin behind another one of the same name is marked as hidden.',
    examples: [
      { doc: 'For people', text: 'slung plugin list' },
      { doc: 'For programs', text: 'slung plugin list --json' },
    ],
    hasManPage: false,
  },
] as const satisfies readonly CommandText[];
