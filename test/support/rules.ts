/**
 * Who may import whom, and the exceptions of test/architecture.test.ts, each with its reason. What is allowed here and
 * used by nobody fails the test, so that the tables stay true.
 */

/** What a folder may import of others: all of a folder, or only these files of it. */
export type Allowed = Readonly<Record<string, readonly string[] | 'all'>>;

/**
 * A folder is a path below src; its own files it may always import. A folder and those inside it are different
 * folders. The order is that of src/README.md, which has the same table for whole folders: who is imported comes
 * later.
 */
export const mayImport: Readonly<Record<string, Allowed>> = {
  index: { pipeline: 'all', graph: ['stats.ts'], config: ['errors.ts'] },
  // The program: from a command line to a command, and what all commands need of a terminal and of the process.
  cli: {
    'cli/commands': 'all',
    'cli/flags': 'all',
    'cli/help': ['help-topics.ts', 'help.ts'],
    'cli/store': ['api.ts', 'arguments.ts', 'code.ts', 'open.ts'],
    config: 'all',
    pipeline: 'all',
    graph: ['host.ts', 'point-store.ts'],
    format: 'all',
    'plugin/lane': ['task.ts'],
    query: ['index.ts'],
    // The nearest name, for flags and commands that do not exist.
    selector: ['suggest.ts'],
    // What the process reads and writes by itself, and what V8 does meanwhile.
    io: ['compiler.ts', 'file-list.ts', 'is-terminal.ts'],
    text: 'all',
  },
  'cli/commands': {
    cli: 'all',
    'cli/bench': 'all',
    'cli/flags': ['flags.ts'],
    'cli/help': ['completion.ts', 'help-topics.ts', 'help.ts'],
    'cli/plugin': 'all',
    'cli/store': ['api.ts', 'arguments.ts', 'place.ts', 'report.ts'],
    'cli/topology': 'all',
    config: 'all',
    'pipeline/topology': ['connect.ts'],
    format: 'all',
    generate: ['generate.ts'],
    lock: ['temporary.ts'],
    plugin: ['find.ts', 'inspect.ts'],
    'plugin/authoring': 'all',
    'plugin/lane': ['task.ts'],
    query: ['index.ts'],
    selector: ['suggest.ts'],
    // Looking at plugins without running them.
    'stage/plugin': ['look.ts'],
    'store/care': ['describe.ts'],
    'store/history': ['result.ts'],
    text: 'all',
    topology: ['draw.ts', 'index.ts', 'print.ts', 'schema.ts'],
  },
  // Not topology/read-yaml.ts but when there is a file: it brings the YAML library.
  'cli/topology': {
    cli: ['color.ts', 'commands.ts', 'line.ts', 'parse.ts', 'running.ts', 'sources.ts', 'world.ts'],
    'cli/flags': ['flag.ts', 'flags.ts', 'table.ts'],
    'cli/plugin': ['files.ts', 'read.ts'],
    'cli/store': ['place.ts'],
    'pipeline/topology': ['ends.ts', 'memory.ts', 'run.ts', 'settings.ts'],
    'plugin/authoring': ['test-compare.ts', 'test-diff.ts', 'test-json.ts'],
    graph: ['host.ts'],
    format: ['count.ts'],
    config: ['errors.ts', 'grants.ts', 'layers.ts', 'parts.ts', 'select.ts', 'settings.ts'],
    'plugin/services': ['grants.ts'],
    'stage/plugin': ['look.ts'],
    io: ['collector.ts'],
    text: ['printable.ts'],
    topology: 'all',
  },
  // Measuring: what is measured, and the records to do it with.
  'cli/bench': {
    cli: ['commands.ts', 'parse.ts', 'signals.ts', 'sources.ts', 'world.ts'],
    'cli/flags': ['flags.ts'],
    'cli/plugin': ['files.ts', 'read.ts'],
    'cli/topology': ['file.ts', 'line-topology.ts', 'report.ts', 'settings.ts'],
    config: ['errors.ts', 'layers.ts', 'run.ts', 'select.ts', 'settings.ts'],
    'pipeline/topology': ['ends.ts', 'memory.ts', 'own-stream.ts', 'report.ts', 'run.ts', 'settings.ts'],
    pipeline: ['run-plugins.ts', 'select.ts'],
    'stage/plugin': ['stats.ts'],
    graph: ['ends.ts', 'histogram.ts', 'host.ts', 'stats.ts'],
    'plugin/lane': ['call-times.ts'],
    format: ['count.ts', 'text.ts'],
    generate: ['errors.ts', 'generate.ts'],
    query: ['index.ts'],
    selector: ['suggest.ts'],
    io: ['index.ts'],
    text: 'all',
    topology: ['index.ts'],
  },
  'cli/plugin': {
    cli: ['color.ts', 'commands.ts', 'line.ts', 'signals.ts', 'world.ts'],
    'cli/store': ['place.ts'],
    config: ['errors.ts', 'layers.ts', 'quantity.ts', 'run.ts'],
    plugin: ['find.ts'],
    'plugin/authoring': 'all',
    'plugin/services': ['grants.ts'],
    selector: ['suggest.ts'],
    text: ['printable.ts'],
  },
  'cli/store': {
    cli: ['color.ts', 'commands.ts', 'line.ts', 'mistakes.ts', 'sources.ts', 'terminal.ts', 'world.ts'],
    config: ['errors.ts', 'layers.ts', 'settings.ts'],
    format: ['points.ts', 'times.ts'],
    io: ['glob.ts'],
    query: ['index.ts'],
    store: 'all',
    'store/care': 'all',
    'store/files': ['node-files.ts'],
    'store/history': ['query.ts', 'result.ts', 'span.ts'],
    text: ['printable.ts'],
  },
  'cli/help': {
    cli: ['color.ts', 'command-rows.ts', 'commands.ts', 'exit.ts', 'version.ts'],
    'cli/flags': ['flag.ts', 'flags.ts', 'table.ts'],
    topology: ['index.ts'],
  },
  'cli/flags': { cli: ['commands.ts'], config: ['count.ts', 'output.ts', 'rules.ts'] },
  // It runs before the program is there.
  'cli/start': { graph: ['host.ts'], lock: ['temporary.ts'] },
  // The page of --status, which runs in a browser: of the rest it knows the shapes of what it asks for.
  page: { 'pipeline/topology': ['report.ts', 'status-report.ts'], graph: ['histogram.ts'] },
  // From a checked topology to its nodes, edges and ends.
  'pipeline/topology': {
    pipeline: ['build.ts', 'ends.ts', 'followed.ts', 'run-plugins.ts'],
    'stage/select': ['select.ts'],
    'stage/route': 'all',
    'stage/plugin': ['plugin.ts', 'setup.ts'],
    'stage/points': ['store-outlet.ts'],
    graph: 'all',
    config: ['errors.ts', 'output.ts', 'settings.ts'],
    plugin: ['guest.ts'],
    'plugin/services': ['start.ts'],
    format: ['count.ts'],
    io: 'all',
    nats: ['check.ts', 'credentials.ts', 'dead-letter.ts', 'outlet.ts', 'own-stream.ts', 'source.ts'],
    topology: ['draw.ts', 'index.ts'],
    text: ['printable.ts'],
  },
  // What is output, as people read it.
  'pipeline/view': { config: ['settings.ts'], format: ['pretty.ts', 'table.ts'], io: 'all' },
  pipeline: {
    'stage/select': 'all',
    'stage/count': 'all',
    'stage/plugin': 'all',
    'stage/points': 'all',
    'pipeline/view': ['view.ts'],
    convert: ['convert.ts'],
    'convert/csv': ['shape.ts'],
    graph: 'all',
    config: 'all',
    plugin: ['guest.ts'],
    'plugin/lane': 'all',
    'plugin/services': ['start.ts'],
    io: 'all',
    text: 'all',
  },
  // What is done with a batch: each stage with its lanes and threads. They do not know each other.
  'stage/select': {
    stage: ['hints.ts'],
    'stage/lanes': ['engine-stage.ts'],
    format: ['count.ts'],
    graph: 'all',
    config: 'all',
    selector: ['index.ts'],
    io: ['twice.ts'],
    engine: 'all',
    text: 'all',
  },
  // Select with several outputs: what columns and headers are, it has from there.
  'stage/route': {
    stage: ['hints.ts'],
    'stage/lanes': ['engine-stage.ts'],
    'stage/select': ['columns.ts', 'edits.ts'],
    graph: 'all',
    config: 'all',
    selector: ['index.ts'],
    engine: 'all',
  },
  'stage/count': {
    stage: ['hints.ts'],
    'stage/lanes': ['engine-stage.ts'],
    format: ['count.ts', 'sheet.ts'],
    graph: 'all',
    config: 'all',
    selector: ['index.ts'],
    engine: 'all',
    text: 'all',
  },
  // Lanes of engines, and what the stages that have them share.
  'stage/lanes': { stage: ['search.ts'], graph: 'all', engine: 'all', io: ['late-flags.ts', 'read-lines.ts'] },
  'stage/plugin': {
    stage: ['hints.ts', 'search.ts'],
    format: ['count.ts'],
    graph: 'all',
    io: ['late-flags.ts'],
    config: 'all',
    plugin: ['guest.ts', 'inspect.ts', 'recognise.ts'],
    'plugin/lane': 'all',
    'plugin/services': ['cache-store.ts', 'none.ts', 'start.ts'],
    'plugin/slung': ['index.ts'],
    'plugin/tangent': ['adapter.ts'],
    'plugin/wasi': ['directory.ts'],
    // What programs write to and ask.
    store: ['index.ts'],
    query: ['index.ts'],
    selector: ['index.ts'],
    engine: 'all',
    text: 'all',
  },
  'stage/points': {
    stage: ['hints.ts'],
    format: ['count.ts'],
    graph: 'all',
    config: 'all',
    store: 'all',
    selector: ['index.ts'],
    io: 'all',
    engine: 'all',
    text: 'all',
  },
  // What all stages say at their end.
  stage: {
    format: ['count.ts'],
    graph: ['stats.ts'],
    config: ['settings.ts'],
    selector: ['index.ts'],
    engine: ['plan-edits.ts', 'program.ts', 'search-image.ts'],
    text: ['printable.ts'],
  },
  // It moves batches and knows no selector, no plugin and no store; of these it defines the few types that it needs.
  graph: { config: ['settings.ts'], format: ['count.ts'], io: 'all', engine: 'all', text: 'all' },
  // Bytes of other forms as bytes of lines; of settings it knows which form it is.
  convert: { 'convert/csv': 'all', config: ['settings.ts'], io: 'all', text: 'all' },
  'convert/csv': { selector: ['index.ts'], io: 'all', text: 'all' },
  // The YAML library is in read-yaml.ts alone. errors.ts draws the caret.
  topology: { config: 'all', selector: ['index.ts', 'errors.ts', 'strings.ts'], text: 'all' },
  // The commas of -f are split by the rules for quotes in paths; the nearest word, for values that are none.
  // Of the engine, the types of settings that reach it as they are.
  config: {
    selector: ['errors.ts', 'files.ts', 'paths.ts', 'strings.ts', 'suggest.ts', 'times.ts'],
    engine: ['program.ts'],
    text: 'all',
  },
  plugin: { 'plugin/binary': 'all', 'plugin/component': 'all', text: 'all' },
  'plugin/authoring': { format: ['count.ts'], lock: ['folders.ts', 'temporary.ts'] },
  'plugin/binary': { plugin: ['guest.ts'], text: 'all' },
  'plugin/component': { plugin: ['gate.ts', 'guest.ts', 'tangent-module.ts'], 'plugin/binary': 'all' },
  'plugin/lane': {
    plugin: ['guest.ts'],
    'plugin/component': ['compile.ts'],
    'plugin/services': ['client.ts', 'none.ts', 'protocol.ts'],
    'plugin/slung': ['index.ts', 'store.ts'],
    'plugin/tangent': ['core.ts', 'guest.ts'],
    'plugin/wasi': ['errors.ts', 'filter.ts', 'world.ts'],
    engine: 'all',
    selector: ['index.ts'],
    text: 'all',
  },
  'plugin/services': { lock: 'all', text: 'all' },
  'plugin/slung': {
    plugin: ['gate.ts', 'guest.ts'],
    'plugin/binary': 'all',
    'plugin/wasi': ['errors.ts', 'preview1.ts', 'world.ts'],
    engine: ['event-layout.ts', 'layout.ts', 'row-engine.ts', 'time-units.ts'],
    query: ['index.ts'],
    text: 'all',
  },
  'plugin/tangent': {
    plugin: ['gate.ts', 'guest.ts', 'tangent-module.ts'],
    'plugin/binary': 'all',
    'plugin/component': ['canonical-memory.ts', 'compile.ts', 'world.ts'],
    'plugin/services': ['client.ts', 'protocol.ts'],
    'plugin/wasi': ['preview1.ts', 'preview2.ts', 'world.ts'],
    engine: ['row-engine.ts', 'view-codes.ts', 'views.ts'],
    selector: ['index.ts'],
  },
  'plugin/wasi': {
    plugin: ['gate.ts', 'guest.ts', 'tangent-module.ts'],
    'plugin/binary': 'all',
    'plugin/component': ['canonical-memory.ts', 'command.ts'],
    engine: ['copy.ts'],
  },
  // Constants only: an adapter stands in the guest's memory and has nothing of its own there.
  'plugin/slung/asm': { engine: ['event-layout.ts'], plugin: ['gate-states.ts'], 'plugin/slung': ['failures.ts'] },
  'plugin/tangent/asm': { engine: ['view-codes.ts'], plugin: ['gate-states.ts'] },
  // For guests; it knows nothing of the host.
  'plugin/sdk/slung': {},
  // The shape of an answer.
  format: { store: ['series.ts'], 'store/history': ['result.ts'], text: 'all' },
  generate: { selector: ['errors.ts', 'suggest.ts'], text: 'all' },
  // What ties its folders together, and what they are told by: errors, points, series, sources.
  store: {
    'store/care': 'all',
    'store/compact': ['plan.ts'],
    'store/files': 'all',
    'store/history': ['index.ts'],
    'store/kernel': 'all',
    'store/log': 'all',
    'store/segment': ['of-table.ts', 'pool.ts', 'reader.ts'],
    'store/table': 'all',
    text: 'all',
  },
  'store/care': {
    store: 'all',
    'store/compact': 'all',
    'store/files': 'all',
    'store/history': ['index.ts'],
    'store/kernel': ['kernel.ts', 'layout.ts'],
    'store/log': 'all',
    'store/segment': ['footer.ts', 'pool.ts', 'reader.ts', 'verify.ts'],
    'store/table': ['table.ts'],
    text: 'all',
  },
  'store/compact': {
    store: ['errors.ts', 'partition.ts'],
    'store/files': ['files.ts', 'manifest.ts'],
    'store/kernel': ['kernel.ts', 'layout.ts'],
    'store/segment': ['reader.ts', 'writer.ts'],
  },
  // It reads what a store is made of, and changes nothing.
  'store/history': {
    store: ['errors.ts', 'series.ts', 'snapshot.ts', 'source.ts'],
    'store/kernel': ['fold-layout.ts', 'kernel.ts', 'layout.ts', 'values-layout.ts'],
    query: 'all',
    text: 'all',
  },
  'store/log': {
    store: ['errors.ts', 'numbering.ts', 'points.ts'],
    'store/files': ['files.ts', 'manifest.ts', 'names.ts', 'removal.ts', 'sync.ts'],
    'store/kernel': ['crc32.ts'],
  },
  'store/segment': {
    store: ['errors.ts', 'numbering.ts', 'partition.ts', 'parts.ts', 'series-names.ts', 'series.ts', 'source.ts'],
    'store/files': ['files.ts', 'manifest.ts', 'names.ts', 'sync.ts'],
    'store/kernel': ['crc32.ts', 'kernel.ts', 'layout.ts', 'pack-layout.ts'],
  },
  'store/table': {
    store: ['errors.ts', 'numbering.ts', 'series.ts', 'source.ts'],
    'store/kernel': ['kernel.ts', 'layout.ts', 'table-layout.ts'],
  },
  'store/files': { store: ['errors.ts', 'points.ts'], 'store/kernel': ['crc32.ts'], lock: 'all', text: 'all' },
  'store/kernel': { text: ['explained.ts'] },
  'store/asm': {
    'store/kernel': [
      'fold-layout.ts',
      'layout.ts',
      'names-layout.ts',
      'pack-layout.ts',
      'table-layout.ts',
      'values-layout.ts',
    ],
  },
  // The renderer of errors with a caret, the nearest name, and the automata for words in a pattern.
  query: { selector: ['errors.ts', 'strings.ts', 'suggest.ts'], 'selector/regex': 'all', text: 'all' },
  selector: {
    'selector/regex': ['error.ts', 'index.ts'],
    engine: ['program.ts', 'search-image.ts', 'search-layout.ts'],
    text: 'all',
  },
  'selector/regex': { selector: ['suggest.ts'], engine: ['regex-layout.ts'] },
  // Sources and outlets that are no files: the contract is io's.
  nats: { io: 'all', text: 'all' },
  // Positions are those of one run at a time.
  io: { lock: ['file-lock.ts', 'folders.ts', 'temporary.ts'], text: 'all' },
  lock: { text: 'all' },
  // It can run out of addresses.
  engine: { text: ['explained.ts'] },
  'engine/asm': {
    engine: [
      'layout.ts',
      'code-numbers.ts',
      'regex-layout.ts',
      'view-codes.ts',
      'event-layout.ts',
      'below-layout.ts',
      'edit-layout.ts',
      'origin-layout.ts',
      'point-layout.ts',
      'count-layout.ts',
      'seam-layout.ts',
      'search-layout.ts',
      'select-layout.ts',
    ],
  },
  // How text from outside is shown, and errors for the user.
  text: {},
};

/** Files beyond the usual length for a reason that the header does not give. */
export const longFiles: Readonly<Record<string, string>> = {};

/** Uses of `process` outside src/cli. */
export const processUses: Readonly<Record<string, string>> = {
  'src/io/is-terminal.ts': 'how this system numbers devices',
  'src/stage/plugin/plain-world.ts': 'what a thread has of the world, as src/cli/world.ts is that of the program',
  'src/lock/process-name.ts': 'a lock names the process that has it, and so does a file that is not finished',
};

/** Uses of the clock outside src/cli; everything below gets it as an argument. */
export const clockUses: Readonly<Record<string, string>> = {
  'src/io/time-text.ts': 'the year, month and day of a time that comes in',
  'src/generate/record-clock.ts': 'the year, month and day of a time that comes in',
  'src/selector/context.ts': 'what @now means, when whoever reads a selector does not say it',
  'src/engine/seed.ts': 'keys of hash tables; nothing that is output depends on them',
  'src/lock/file-lock.ts':
    'how long a lock has been silent is what the one who waits has seen, by a clock that never goes back',
  'src/lock/lock-file.ts': 'the time of a beat, which only has to be another one',
  'src/stage/plugin/plain-world.ts': 'what a thread has of the world, as src/cli/world.ts is that of the program',
  'src/plugin/services/services-worker.ts': 'the entry of a thread',
  'src/pipeline/stream.ts': 'the library starts a run here, as the command line does in src/cli/world.ts',
};
