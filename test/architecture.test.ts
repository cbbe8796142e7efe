/**
 * The rules of src/README.md, checked over the text of every file in src: which folder may import which, who may touch
 * the process, the clock, descriptors and JSON, how long a file may be and how it begins. Imports are found by regular
 * expressions, which is enough for code that the formatter has laid out; type imports count like others, because a
 * folder that needs another's types knows of it. Exceptions stand here, each with its reason.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => `src/${path}`)
  .sort();
const texts = new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));

const MAX_LINES = 300;
/** Even with a reason. */
const MAX_KERNEL_LINES = 360;

/** What each folder may import besides itself; with names, only these files of it. */
const mayImport: Readonly<Record<string, Readonly<Record<string, readonly string[] | 'all'>>>> = {
  index: { pipeline: 'all', graph: ['stats.ts'], config: ['errors.ts'] },
  // The nearest name, for flags and commands that do not exist.
  cli: {
    ...{ config: 'all', pipeline: 'all', plugin: 'all', store: 'all', format: 'all', text: 'all', query: ['index.ts'] },
    // What a run asks of whoever starts it, and looking at plugins without running them.
    ...{ graph: ['host.ts'], 'stage/plugin': ['look.ts'] },
    selector: ['suggest.ts'],
  },
  // The commas of -f are split by the rules for quotes in paths.
  config: { selector: ['errors.ts', 'strings.ts'], text: 'all' },
  pipeline: {
    ...{ config: 'all', graph: 'all', 'stage/select': 'all', 'stage/plugin': 'all', 'stage/points': 'all' },
    ...{ plugin: 'all', selector: ['index.ts'], engine: 'all', io: 'all', text: 'all' },
  },
  'stage/select': { config: 'all', graph: 'all', selector: ['index.ts'], engine: 'all', text: 'all' },
  'stage/plugin': {
    ...{ config: 'all', graph: 'all', plugin: 'all', selector: ['index.ts'], engine: 'all', text: 'all' },
    // What programs write to and ask.
    ...{ store: 'all', query: ['index.ts'] },
  },
  'stage/points': {
    ...{ config: 'all', graph: 'all', selector: ['index.ts'], engine: 'all', io: 'all', store: 'all', text: 'all' },
    // The steps of a block of rows.
    plugin: ['blocks.ts'],
  },
  graph: { config: 'all', engine: 'all', io: 'all', text: 'all' },
  plugin: { query: 'all', selector: ['index.ts'], engine: 'all', lock: 'all', text: 'all' },
  // Constants only: an adapter stands in the guest's memory and has nothing of its own there.
  'plugin/asm': {
    engine: ['layout.ts', 'view-codes.ts', 'event-layout.ts'],
    plugin: ['failures.ts', 'gate-states.ts'],
  },
  // For guests; it knows nothing of the host.
  'plugin/sdk': {},
  // The renderer of errors with a caret, and the nearest name.
  query: { selector: 'all', text: 'all' },
  selector: { engine: ['program.ts', 'regex-layout.ts'], text: 'all' },
  // The names and bytes of its files, and questions to it.
  store: { query: 'all', lock: 'all', text: 'all' },
  'store/asm': { store: ['layout.ts', 'table-layout.ts', 'fold-layout.ts'] },
  // The shape of an answer.
  format: { store: ['result.ts', 'series.ts'], text: 'all' },
  lock: { text: 'all' },
  io: { text: 'all' },
  // How text from outside is shown.
  text: {},
  engine: {},
  'engine/asm': {
    engine: ['layout.ts', 'code-numbers.ts', 'regex-layout.ts', 'view-codes.ts', 'event-layout.ts', 'point-layout.ts'],
  },
};

/**
 * Imports that still point the wrong way. The graph was drawn around what is there: these go when stages know no more than
 * their batches, and when remembering points is a stage like others.
 */
const turning = [
  'src/cli/world.ts -> src/stage/points/store-writer.ts',
  'src/graph/drain.ts -> src/stage/select/column-search.ts',
  'src/graph/drain.ts -> src/stage/select/columns.ts',
  'src/graph/host.ts -> src/stage/points/store-writer.ts',
  'src/graph/outcome.ts -> src/stage/select/hints.ts',
  'src/graph/position.ts -> src/store/points.ts',
  'src/graph/stage.ts -> src/stage/points/store-writer.ts',
  'src/graph/stats.ts -> src/stage/points/store-writer.ts',
  'src/stage/select/select.ts -> src/stage/points/recording.ts',
];

/** Beyond MAX_LINES for a reason that the header does not give. */
const longFiles: Readonly<Record<string, string>> = {
  'src/engine/asm/index.ts': 'a kernel: one loop over 64-byte blocks and what it needs inlined',
  'src/engine/engine.ts': 'the layout of the memory and the views over it',
  'src/engine/plan.ts': 'one encoder, part after part in the order of the bytes',
  'src/graph/node.ts': 'the one file that is to be read from top to bottom',
};

/** Uses of `process` outside src/cli. */
const processUses: Readonly<Record<string, string>> = {
  'src/lock/owner.ts': 'a lock names the process that has it',
  'src/stage/plugin/thread.ts': 'standard error, see clockUses',
};

/** Uses of the clock outside src/cli; everything below gets it as an argument. */
const clockUses: Readonly<Record<string, string>> = {
  'src/lock/file-lock.ts':
    'how long a lock has been silent is what the one who waits has seen, by a clock that never goes back',
  'src/lock/lock-file.ts': 'the time of a beat, which only has to be another one',
  'src/stage/plugin/thread.ts': 'the entry of a thread, as src/cli/world.ts is that of the program',
  'src/plugin/services/services-worker.ts': 'the entry of a thread',
  'src/pipeline/stream.ts': 'the library starts a run here, as the command line does in src/cli/world.ts',
};

/** Without lines that are comments and what follows ` // `. */
function codeOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line))
    .map((line) => line.replace(/ \/\/ .*$/, ''))
    .join('\n');
}

/** Everything that a file imports or exports from, as written. */
function specifiersOf(text: string): string[] {
  const found = codeOf(text).matchAll(
    /(?:^|\n)\s*(?:import|export)\s(?:[^;'"]*?\sfrom\s)?\s*'([^']+)'|\bimport\('([^']+)'\)/g,
  );
  return [...found].map((match) => (match[1] ?? match[2])!);
}

/** `src/engine/asm/walk.ts` → `engine/asm`, `src/index.ts` → `index`. */
function folderOf(path: string): string {
  if (path === 'src/index.ts') return 'index';
  if (path.startsWith('src/plugin/sdk/')) return 'plugin/sdk';
  const folder = path.startsWith('src/stage/') ? path.split('/').slice(1, 3).join('/') : path.split('/')[1]!;
  return path.includes('/asm/') ? `${folder}/asm` : folder;
}

interface Edge {
  readonly from: string;
  readonly to: string;
}

/** Imports of files. AssemblyScript leaves the extension out. */
function edgesOf(path: string, text: string): Edge[] {
  return specifiersOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier)))
    .map((to) => ({ from: path, to: /\.(ts|json)$/.test(to) ? to : `${to}.ts` }));
}

const allEdges = [...texts].flatMap(([path, text]) => edgesOf(path, text));
const nameOf = ({ from, to }: Edge): string => `${from} -> ${to}`;
const edges = allEdges.filter((edge) => !turning.includes(nameOf(edge)));

/** `file: line` for every line of code that the pattern is found in. */
function linesWith(pattern: RegExp, where: (path: string) => boolean): string[] {
  return paths.filter(where).flatMap((path) =>
    codeOf(texts.get(path)!)
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
}

const isIn =
  (...folders: string[]) =>
  (path: string) =>
    folders.includes(folderOf(path));
const isOutside =
  (folder: string, exceptions: object = {}) =>
  (path: string) =>
    folderOf(path) !== folder && !(path in exceptions);

describe('this test', () => {
  test('finds imports of every form, and none in comments', () => {
    const text = [
      "import { a } from './a.ts';\nimport type { B } from '../b.ts';\nimport {\n  c,\n  d,\n} from '../../c.ts';",
      "export * from './e.ts';\nexport { type F } from './f.ts';\nimport * as L from './l';\nimport './side.ts';",
      "const { g } = await import('./g.ts');\n//     import { no } from 'no';\n * import { no } from 'no';",
    ].join('\n');
    const found = './a.ts ../b.ts ../../c.ts ./e.ts ./f.ts ./l ./side.ts ./g.ts';
    expect(specifiersOf(text)).toEqual(found.split(' '));
    expect(edgesOf('src/engine/asm/x.ts', "import { L } from '../layout';")[0]?.to).toBe('src/engine/layout.ts');
  });

  test('sees the files and their imports', () => {
    expect(paths.length).toBeGreaterThan(80);
    expect(edges.length).toBeGreaterThan(200);
    expect(edges.filter(({ to }) => !texts.has(to) && to !== 'package.json')).toEqual([]);
  });
});

describe('imports point one way', () => {
  test('each import that is let pass is there', () => {
    const there = new Set(allEdges.map(nameOf));
    expect(turning.filter((name) => !there.has(name))).toEqual([]);
  });

  test('every folder imports what it may, and nothing else', () => {
    const forbidden = edges.filter(({ from, to }) => {
      if (to === 'package.json' || folderOf(from) === folderOf(to)) return false;
      const files = mayImport[folderOf(from)]?.[folderOf(to)] ?? [];
      return files !== 'all' && !files.some((file) => to.endsWith(`/${file}`));
    });
    expect(forbidden).toEqual([]);
  });

  test('no folder imports itself by way of others', () => {
    const next = new Map<string, Set<string>>();
    for (const { from, to } of edges) {
      if (!texts.has(to) || folderOf(from) === folderOf(to)) continue;
      next.set(folderOf(from), (next.get(folderOf(from)) ?? new Set()).add(folderOf(to)));
    }
    const reached = (folder: string, seen = new Set<string>()): Set<string> => {
      for (const other of next.get(folder) ?? []) if (!seen.has(other)) reached(other, seen.add(other));
      return seen;
    };
    expect([...next.keys()].filter((folder) => reached(folder).has(folder))).toEqual([]);
  });

  test('the engine needs nothing but a file to be read', () => {
    const packages = paths
      .filter(isIn('engine', 'engine/asm'))
      .flatMap((path) => specifiersOf(texts.get(path)!))
      .filter((specifier) => !specifier.startsWith('.'));
    expect(new Set(packages)).toEqual(new Set(['node:fs']));
  });
});

describe('who may touch what', () => {
  test('nobody writes to the console', () => {
    expect(linesWith(/\bconsole\b/, () => true)).toEqual([]);
  });

  test('only src/cli touches the process', () => {
    expect(linesWith(/\bprocess\.(?!\()|'node:process'/, isOutside('cli', processUses))).toEqual([]);
    expect(linesWith(/process\.exit\b/, () => true)).toEqual([]);
  });

  test('the clock and chance come in as arguments', () => {
    const clock = /\bDate\.now|\bnew Date\b|\bperformance\.|\bMath\.random|\bhrtime\b/;
    expect(linesWith(clock, isOutside('cli', clockUses))).toEqual([]);
  });

  test('the pipeline knows no files and no descriptors', () => {
    const isMeant = (path: string) =>
      isIn('pipeline', 'graph', 'stage/select', 'stage/plugin', 'stage/points')(path) && !(path in processUses);
    expect(linesWith(/'node:(fs|net|tty)|\b(?!0x)\w*[fF]d\b|\b(open|read|write|close)Sync\b/, isMeant)).toEqual([]);
  });

  test('io knows no JSON but the rows of the rejects log', () => {
    expect(linesWith(/\bJSON\./, (path) => isIn('io')(path) && path !== 'src/io/rejects.ts')).toEqual([]);
  });

  test('the engine knows no selector syntax', () => {
    expect(linesWith(/selector/, isIn('engine', 'engine/asm'))).toEqual([]);
  });
});

describe('files', () => {
  const headerOf = (text: string): string => /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? '';

  test.each(paths)('%s', (path) => {
    const text = texts.get(path)!;
    const header = headerOf(text);
    expect(header.length, 'a file begins with a comment that says what it is').toBeGreaterThan(40);
    const lines = text.trimEnd().split('\n').length;
    if (lines > MAX_LINES) {
      const isExplained = path in longFiles || /\blonger\b/.test(header);
      expect(isExplained, `${lines} lines, and the header does not say why it is longer`).toBe(true);
    }
    expect(lines).toBeLessThanOrEqual(MAX_KERNEL_LINES);
  });

  test.each(['layout.ts', 'code-numbers.ts', 'regex-layout.ts'])('engine/%s holds only constants', (name) => {
    const lines = codeOf(texts.get(`src/engine/${name}`)!).split('\n');
    const others = lines.filter(
      (line) => line.trim() !== '' && !/^export const [A-Z][A-Z0-9_]* = (-?\d+|0x[0-9a-f]+);$/.test(line),
    );
    expect(others).toEqual([]);
    const names = lines.flatMap((line) => /^export const (\w+)/.exec(line)?.[1] ?? []);
    expect(new Set(names).size).toBe(names.length);
  });
});
