/**
 * The texts about each command, as data: help, man pages and completion are printed from here. A subcommand is a
 * command whose name has two words; the rows of `plugin` are in commands-plugin.ts, those of `query` and `store` in
 * commands-store.ts. Bundles that start fast have the names alone, and leave help to the whole program (build.mjs).
 */
import type { CommandText } from './command.ts';
import { pluginCommands } from './commands-plugin.ts';
import { storeCommands } from './commands-store.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Every command, in the order of help. */
export const rows = [
  {
    name: 'select',
    operands: '[FILE...]',
    completes: 'files',
    doc: 'Filter records, choose fields, convert to csv or tsv',
    longDoc: `Reads NDJSON (one JSON value on each line) from the files in order, or from standard input when there is none, and writes the records that match, in the order of the input. - is standard input. FILE may also be a URL: file:PATH?follow&positions=DIR, or nats://HOST/STREAM?consumer=NAME. Input compressed by gzip or zstd is recognised by its first bytes.

Every line is checked completely. A line that is not JSON costs only itself: it is counted, the first few are shown, and the exit code is 1. Memory use does not grow with the input.`,
    examples: [
      { doc: 'Pass the errors', text: `slung select -w 'level == "error"' app.ndjson` },
      { doc: 'Follow a log, as csv', text: `slung select -F -f time,user=user.name --to csv app.ndjson` },
      {
        doc: 'Combine conditions',
        text: `slung select -w 'status >= 500 || msg ~ "time ?out"' -w '!has(debug)' *.ndjson.gz`,
      },
      { doc: 'Only check the lines', text: 'slung select --stats app.ndjson > /dev/null' },
      { doc: 'Keep the bad lines apart', text: 'slung select --rejects bad.txt -o good.ndjson app.ndjson' },
      {
        doc: 'Follow all logs of a folder, each record once, errors to a webhook as well',
        text: `slung select -F --positions pos 'logs/*.ndjson' -o 'dir:out/{service}.ndjson' --tee 'level == "error" -> https://pager.example/v1'`,
      },
      {
        doc: 'Split by level',
        text: `slung select app.ndjson --route 'level == "error" -> errors.ndjson' -o rest.ndjson`,
      },
    ],
    hasManPage: true,
  },
  {
    name: 'run',
    operands: 'PLUGIN|-c TOPOLOGY [FILE...] [-- ARG...]',
    completes: 'files',
    doc: 'Put records through WebAssembly plugins',
    longDoc: `Reads NDJSON from the files in order, or from standard input when there is none, gives the records to a plugin, and writes what the plugin outputs, in the order of the input. --where chooses which records reach the first plugin; --fields, --columns, --to and the edits (--drop, --set and so on) apply to what the last one outputs.

PLUGIN is a path (with a slash, or ending in .wasm or .ts), a NAME given with -p, or a name: then NAME.wasm is looked for in ./plugins, in the directories of SLUNG_PLUGIN_PATH (with : between them) and in slung/plugins below XDG_DATA_HOME (~/.local/share when that is not set). A .ts file is compiled by AssemblyScript, once for each content, if AssemblyScript is installed. slung-plugins(7) tells how to write one.

Four kinds are known by their bytes: components for the world tangent:logs/processor, the same as core modules, programs that import env.u_* (Slung programs), and any WASI program, which gets the lines on its standard input. ARG goes to the last two.

A plugin is in a sandbox. Its memory and the time of a call are limited; it sees no files, no network and no environment but what --allow-read, --allow-net and --allow-env grant; what it writes to its standard error is passed on. When it fails, one message says which plugin, which records and why.

With -c, the file says what is read, done and written: several sources, plugins and sinks, and the routes between them (slung.yaml(5)). FILE is then what the source stdin reads.`,
    examples: [
      { doc: 'A plugin over a stream', text: 'slung run mapper.wasm < logs.ndjson' },
      { doc: 'A chain, as csv', text: 'slung run enrich.wasm --then score.ts --to csv logs.ndjson' },
      {
        doc: 'A name, a configuration and a grant',
        text: 'slung run -p geo=./geo.wasm geo --plugin-config geo:db=eu --allow-net ipinfo.io logs.ndjson',
      },
      {
        doc: 'Lose only what the plugin cannot take',
        text: 'slung run mapper.wasm --on-plugin-error skip --rejects bad.txt logs.ndjson',
      },
      { doc: 'Any WASI program as a filter', text: 'slung run upper.wasm logs.ndjson -- --locale en' },
      {
        doc: 'Records of others, over http',
        text: 'slung run mapper.wasm --listen http://127.0.0.1:8080/in -o store.ndjson',
      },
      { doc: 'Several sources, plugins and sinks', text: 'slung run -c slung.yaml' },
    ],
    hasManPage: true,
  },
  {
    name: 'count',
    operands: '[FILE...]',
    completes: 'files',
    doc: 'Count records by values, with sums and percentiles',
    longDoc: `Reads NDJSON from the files in order, or from standard input when there is none, counts the records that --where passes by the values of --by, and outputs a row for each group when all has been read, or after SIGINT what has been read until then. The rows have the parts of the key, the count, and the measures in the order of help: --sum, --avg, --min, --max and percentiles. The group with the most records comes first.

Every line is checked completely, as by slung select. A line that is not JSON costs only itself: it is counted, the first few are shown, and the exit code is 1. When --on-error fail or --max-errors stops the run, there is no answer. Memory grows with the number of groups (--max-groups), not with the input.`,
    examples: [
      { doc: 'Which services fail?', text: `slung count -w 'level == "error"' --by service app.ndjson` },
      {
        doc: 'The ten with the most bytes',
        text: 'slung count --by ip --sum bytes --sort sum_bytes --top 10 access.ndjson',
      },
      {
        doc: 'Requests and latency, minute by minute',
        text: 'slung count --every 1m --time ts --p50 ms --p99 ms app.ndjson',
      },
      { doc: 'A table of two keys, as csv', text: 'slung count --by service,status=http.status --to csv app.ndjson' },
      { doc: 'How many?', text: 'slung count *.ndjson.gz' },
    ],
    hasManPage: true,
  },
  {
    name: 'check',
    operands: '[FILE]',
    completes: 'files',
    doc: 'Check a topology (slung.yaml), draw or print it',
    longDoc: `Reads a topology, a file that describes sources, plugins, sinks and the routes between them, and says all that is wrong with it, each with its line and column. FILE is ./slung.yaml when it is not given, and slung.yaml in it when it is a directory; - is standard input. slung.yaml(5) describes the file. A tangent.yaml, which has the key dag, is read as well.

Selectors are compiled, the files of plugins are read and recognised. Nothing is written, nothing is connected, and no plugin is run. slung run -c FILE runs it.`,
    examples: [
      { doc: 'Is it right?', text: 'slung check slung.yaml' },
      { doc: 'What goes where', text: 'slung check --graph' },
      { doc: 'Every setting and its origin', text: 'slung check --print --set defaults.lanes=4' },
      { doc: 'A command line as a file', text: 'slung check --from-flags run geo.wasm app.ndjson -o out.ndjson' },
      { doc: 'A picture for a document', text: 'slung check --graph=dot | dot -Tsvg > slung.svg' },
    ],
    hasManPage: true,
  },
  {
    name: 'test',
    operands: '[NAME...]',
    completes: [],
    doc: 'Run the tests of a topology (slung.yaml)',
    longDoc: `Runs the tests that a topology has under its key tests, through the graph that slung run -c would run, with sources and sinks in memory: nothing is read, written, listened on or connected to. The records of input enter at one source or one plugin; what arrives at the sinks is compared with expect: a number of records, the records themselves, a file of them, or [] for none. Records are compared as JSON values, in their order unless the test has unordered: true; csv and tsv as text, without the header.

Each test runs twice: with all of its records at once, and with each record in a batch of its own. NAME is a test; without it, all run. The environment has no say, so that a test means the same everywhere. The exit code is 1 when a test fails. slung.yaml(5) describes the file; without -c it is ./slung.yaml.`,
    examples: [
      { doc: 'All tests of ./slung.yaml', text: 'slung test' },
      { doc: 'One test of a file', text: "slung test -c pipelines/geo.yaml 'errors are paged'" },
    ],
    hasManPage: true,
  },
  {
    name: 'generate',
    operands: '[TEMPLATE]',
    completes: 'files',
    doc: 'Make records from a template',
    longDoc: `Writes NDJSON to standard output: records as TEMPLATE describes them, a file, or standard input when there is none or it is -. A template is the JSON of one record, in which an object with one member that begins with $ stands for a value that is made anew in each record, such as {"$int": {"min": 1, "max": 6}}:

$const $oneOf $weighted $int $float $normal $string $uuid $now $ip4 $inc $array $map $ref $let $fmt $gte1 $rangeFrom, as in the templates of Tangent's bench; slung-templates(7) and slung help templates describe them.

The same template and --seed give the same bytes, on every machine. It ends when there are --records, or when nobody reads its output any more.`,
    examples: [
      {
        doc: 'Ten records',
        text: `echo '{"id":{"$inc":{}},"ms":{"$int":{}}}' | slung generate -n 10`,
      },
      { doc: 'Two million, always the same', text: 'slung generate events.json -n 2m --seed 7 > events.ndjson' },
      { doc: 'A stream without end', text: `slung generate events.json -n 0 | slung run mapper.wasm` },
    ],
    hasManPage: true,
  },
  {
    name: 'bench',
    operands: '[PLUGIN [PLUGIN]] [FILE]',
    completes: 'files',
    doc: 'Measure a plugin, two, a selector or a topology',
    longDoc: `Runs records from memory through the graph that slung run or slung select would run, with outputs that only count, and shows how fast that was: no disk, no pipe, no sender. What is measured is PLUGIN, or two of them, or without one the selector of --where, or a topology (-c). The records are those of FILE or of standard input, in memory and repeated up to --size, or they are made (--template). A second PLUGIN ends in .wasm or .ts.

A round is a whole run, with a new instance of a plugin, and takes about --seconds; one warms up, --rounds count. Two plugins take turns, round for round, and the ratio is taken of each pair. MB are 10^6 bytes of input; the time is from the first byte that is read to the last that comes out. What starting costs (a plugin is compiled, its thread begins) is shown apart. Figures are medians, in brackets the lowest and the highest round.

All rounds must have the same counts and the same output, which has a checksum; else the exit code is 1, as it is when two plugins output different bytes, when a plugin fails, and when --at-least is missed. Failures that --on-plugin-error lets pass, and bad lines, are in the table: what fails fast is not fast.

With --server, the records come from a real server of NATS: see there. What is output is counted here as well, and not published.`,
    examples: [
      { doc: 'How fast is it?', text: 'slung bench mapper.wasm app.ndjson' },
      { doc: 'Is the new one faster?', text: 'slung bench new.wasm old.wasm app.ndjson' },
      { doc: 'What does a selector cost?', text: `slung bench -w 'msg ~ "time ?out"' app.ndjson --baseline` },
      { doc: 'A topology', text: 'slung bench -c slung.yaml --into geo app.ndjson' },
      { doc: 'Over a server', text: 'slung bench mapper.wasm app.ndjson --server nats://localhost:4222' },
      {
        doc: 'In CI, over records that are made',
        text: 'slung bench new.wasm old.wasm --template events.json --at-least 0.95',
      },
    ],
    hasManPage: true,
  },
  ...storeCommands,
  ...pluginCommands,
  {
    name: 'help',
    operands: '[COMMAND|TOPIC]',
    completes: 'commands',
    doc: 'Show help for a command or a topic',
    longDoc:
      'Shows what a command does and every option it has, or a TOPIC: selectors (the expressions of --where), plugins (how to write them), queries (the language of query) or templates (what generate makes). Without either, what slung can do.',
    examples: [
      { doc: 'Everything about select', text: 'slung help select' },
      { doc: 'The language of --where', text: 'slung help selectors' },
    ],
    hasManPage: false,
  },
  {
    name: 'completion',
    operands: 'bash|zsh|fish',
    completes: shells,
    doc: 'Print a script that completes slung in your shell',
    longDoc: `Prints a completion script on standard output. It knows the commands, the options, and the values of options that have a fixed set of them.

bash: eval "$(slung completion bash)" in ~/.bashrc. zsh: save it as _slung in a directory of $fpath. fish: save it as ~/.config/fish/completions/slung.fish.`,
    examples: [{ doc: 'Complete in this bash', text: 'eval "$(slung completion bash)"' }],
    hasManPage: false,
  },
] as const satisfies readonly CommandText[];

/** What slung is, for top-level help and slung.1. */
export const about = {
  doc: 'A Unix filter for NDJSON at the speed of the disk',
  longDoc: `slung reads NDJSON, keeps the records that a selector describes, puts them through WebAssembly plugins if you like, and writes them as they were or as chosen fields, in NDJSON, csv or tsv. Numbers that should outlive the stream go into a store on this machine, which answers queries about them. Records never leave a WebAssembly memory, numbers pass through digit by digit, and nothing is dropped without being counted.

Standard output carries data and nothing else; everything for people goes to standard error.`,
} as const;
