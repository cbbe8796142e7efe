/** The flags of `slung check`. flags.ts explains the columns of the table. */
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const commands: readonly CommandName[] = ['check'];
/** What reads a topology. */
const readers: readonly CommandName[] = ['check', 'run', 'test'];

export const checkFlags: readonly Flag[] = [
  {
    key: 'graph',
    long: 'graph',
    type: 'choice',
    value: 'FORMAT',
    choices: ['text', 'dot', 'mermaid', 'json'],
    bare: 'text',
    group: 'Output',
    doc: 'Draw it: text, dot, mermaid or json',
    longDoc:
      'Draw the topology: as text for a terminal, with what becomes of records when something fails; as dot for Graphviz; as mermaid for documents; as json for programs. Secrets are in none of them. The value must be joined by =.',
    common: true,
    commands,
  },
  {
    key: 'print',
    long: 'print',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Print every setting, and where it comes from',
    longDoc:
      'Print the topology in its normal form: every node with all its settings, and behind each where it comes from, a line of the file, a variable or the default. Secrets are covered.',
    common: true,
    commands,
  },
  {
    key: 'schema',
    long: 'schema',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Print the JSON Schema of slung.yaml, for editors',
    longDoc:
      'Print the JSON Schema (2020-12) of slung.yaml; no file is read. Editors with the YAML language server use it when the first line of the file is # yaml-language-server: $schema=./slung.schema.json, if that is where it was put.',
    commands,
  },
  {
    key: 'convert',
    long: 'convert',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Print a tangent.yaml in the form of slung.yaml',
    longDoc:
      'FILE is a tangent.yaml: print the slung.yaml that does the same, with its comments and variables. What slung has no answer for is reported, and what to do in its place. Without --convert, a tangent.yaml is recognised by its key dag and checked as it is.',
    commands,
  },
  {
    key: 'fromFlags',
    long: 'from-flags',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Print a command line of select or run as a file',
    longDoc:
      'Everything behind --from-flags is a command line: select or run, and what would be typed behind them. It is checked, and printed as the slung.yaml that is the same. Flags that are about the one run, such as --stats, are not part of it.',
    commands,
  },
  {
    key: 'connect',
    long: 'connect',
    type: 'switch',
    default: 'false',
    group: 'Topology',
    doc: 'Also reach its servers, and look for its files',
    longDoc:
      'Also connect to every server that the topology names, and report what is there: of NATS the stream, the consumer and its settings, the largest message, and whether ids are remembered for as long as a message may come again; of http, tcp and unix sinks whether somebody listens; and of files and folders whether a run could open them. Nothing is made, read or delivered. The exit code is 1 when a server cannot be reached or has not what the topology wants, or a file cannot be opened.',
    commands,
  },
  {
    key: 'config',
    long: 'config',
    short: 'c',
    type: 'text',
    value: 'FILE',
    group: 'Topology',
    doc: 'The topology: slung.yaml, or . for ./slung.yaml',
    longDoc:
      'The topology: a file as slung.yaml(5) describes it, or a tangent.yaml; a directory stands for the slung.yaml in it, so . is ./slung.yaml. slung run then runs it: FILE operands are what the source stdin reads, and what the file says (which records, plugins, where to) cannot be set by flags.',
    common: true,
    commands: [...readers, 'bench'],
  },
  {
    key: 'set',
    long: 'set',
    type: 'list',
    value: 'PATH=VALUE',
    group: 'Topology',
    doc: 'Another value for one key: sinks.out.path=x',
    longDoc:
      'Take VALUE for the key at PATH, such as sinks.out.path=x or plugins.geo.config.db=eu, in place of what the file says. VALUE is taken literally, or read as YAML when it begins with a bracket, a brace or a quote; variables in it are not replaced. May be given more than once.',
    // Of run, it is in edits.ts: with a plugin it is an edit.
    commands: ['check', 'test', 'bench'],
  },
  {
    key: 'only',
    long: 'only',
    type: 'list',
    value: 'ROUTE',
    group: 'Topology',
    doc: "Only these routes: 'app -> geo -> out'",
    longDoc: 'Use only the named routes from node to node, as if the file had no others. May be given more than once.',
    commands: ['check', 'run'],
  },
  {
    key: 'workerName',
    long: 'name',
    type: 'text',
    value: 'NAME',
    defaultText: 'that of the machine',
    group: 'Watching',
    doc: 'Whom statistics and servers see',
    longDoc:
      'The name of this worker, for several that share the work of one topology: it appears in statistics, in --metrics and in the connections that a NATS server shows, beside the machine and the process.',
    commands: ['select', 'run'],
  },
  {
    key: 'metrics',
    long: 'metrics',
    type: 'text',
    value: 'HOST:PORT',
    group: 'Watching',
    doc: 'Show the figures of the run there, for Prometheus',
    longDoc:
      'While slung runs, serve its figures at http://HOST:PORT/metrics, and nothing else, in the text format of Prometheus: records, bytes, acknowledgements, failures and waits by source, node, route and sink. Without HOST it is 127.0.0.1. Port 0 is one that is free; a message says which. Nothing can be changed there. --status has the same page and more. kill -USR1 prints the same figures as one line of JSON on standard error.',
    commands: ['select', 'run'],
  },
  {
    key: 'metricsPublic',
    long: 'metrics-public',
    type: 'switch',
    default: 'false',
    group: 'Watching',
    doc: 'Other machines may read --metrics',
    longDoc:
      'Allow an address of --metrics that other machines can reach, such as 0.0.0.0:9090. The names of sources, nodes and sinks and how much goes through them can then be read by everybody who reaches it. Without it such an address is refused.',
    commands: ['select', 'run'],
  },
  {
    key: 'status',
    long: 'status',
    type: 'text',
    value: 'HOST:PORT',
    group: 'Watching',
    doc: 'Show the run in a browser at http://HOST:PORT/',
    longDoc:
      'While slung runs, serve at http://HOST:PORT/ a page that draws the graph with live rates, queues, waits, rejects, acknowledgements, memory and the last messages. For programs: /healthz answers 200 while the process lives; /readyz 200 when sources and sinks are open and connected, and 503 with the causes in words while slung starts, ends, has lost a server, or waits for a sink for more than 5 s; /metrics is for Prometheus; /stats.json has the figures of --stats=json. Without HOST it is 127.0.0.1. Port 0 is one that is free; a message says which. Nothing can be changed there, and web pages of others get no answer.',
    commands: ['select', 'run'],
  },
  {
    key: 'statusPublic',
    long: 'status-public',
    type: 'switch',
    default: 'false',
    group: 'Watching',
    doc: 'Other machines may read --status',
    longDoc:
      'Allow an address of --status that other machines can reach, such as 0.0.0.0:9090. The names of sources, nodes and sinks, how much goes through them, and the last messages can then be read by everybody who reaches it. Without it such an address is refused.',
    commands: ['select', 'run'],
  },
];
