/**
 * The rules of src/README.md, checked over the text of every file in src: which folder may import which, that no files
 * import each other in a circle, who may touch the process, the clock, descriptors and JSON, how long a file may be
 * and how it begins. The rules and their exceptions are in test/support/rules.ts.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clockUses, longFiles, mayImport, processUses } from './support/rules.ts';
import { circlesOf, codeOf, edges, edgesOf, filesIn, root, specifiersOf, texts } from './support/source.ts';

const MAX_LINES = 300;
/** Even with a reason. */
const MAX_KERNEL_LINES = 360;

const paths = [...texts.keys()];

/** `src/engine/asm/walk.ts` → `engine/asm`, `src/index.ts` → `index`. */
function folderOf(path: string): string {
  return path === 'src/index.ts' ? 'index' : dirname(path).slice('src/'.length);
}

/** The first part of a folder's path. */
const topOf = (folder: string): string => folder.split('/')[0]!;

/** Imports from one folder into another. */
const crossings = edges.filter(({ from, to }) => to !== 'package.json' && folderOf(from) !== folderOf(to));

const folders = new Set(paths.map(folderOf));

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
    topOf(folderOf(path)) !== folder && !(path in exceptions);

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

  test('finds each once, and nothing that only leads to one', () => {
    const links = 'ab bc ca cd de ed fa'.split(' ').map((link) => ({ from: link[0]!, to: link[1]! }));
    expect(circlesOf(links)).toEqual(['a b c'.split(' '), 'd e'.split(' ')]);
  });

  test('sees the files and their imports', () => {
    expect(paths.length).toBeGreaterThan(80);
    expect(edges.length).toBeGreaterThan(200);
    expect(edges.filter(({ to }) => !texts.has(to) && to !== 'package.json')).toEqual([]);
  });
});

describe('imports point one way', () => {
  test('every folder imports what it may, and nothing else', () => {
    const forbidden = crossings.filter(({ from, to }) => {
      const files = mayImport[folderOf(from)]?.[folderOf(to)] ?? [];
      return files !== 'all' && !files.some((file) => to.endsWith(`/${file}`));
    });
    expect(forbidden).toEqual([]);
  });

  test('nothing is allowed that nobody does, and every folder has rules', () => {
    const isUsed = (folder: string, other: string, file: string | undefined) =>
      crossings.some(
        ({ from, to }) =>
          folderOf(from) === folder && folderOf(to) === other && (file === undefined || to.endsWith(`/${file}`)),
      );
    const idle = Object.entries(mayImport).flatMap(([folder, allowed]) =>
      Object.entries(allowed).flatMap(([other, files]) =>
        (files === 'all' ? [undefined] : files)
          .filter((file) => !isUsed(folder, other, file))
          .map((file) => `${folder} → ${other}/${file ?? ''}`),
      ),
    );
    expect(idle).toEqual([]);
    expect([...folders].sort()).toEqual(Object.keys(mayImport).sort());
  });

  test('no file imports itself by way of others, types included', () => {
    expect(circlesOf(edges)).toEqual([]);
  });

  test('no folder imports itself by way of others', () => {
    // A folder and what is inside it are one house: there the rule for files is enough.
    const isInside = (folder: string, other: string) =>
      folder.startsWith(`${other}/`) || other.startsWith(`${folder}/`);
    const links = crossings.map(({ from, to }) => ({ from: folderOf(from), to: folderOf(to) }));
    expect(circlesOf(links.filter(({ from, to }) => !isInside(from, to)))).toEqual([]);
  });

  test('src/README.md says who may import whom', () => {
    const readme = readFileSync(join(root, 'src/README.md'), 'utf8');
    const rows = [...readme.matchAll(/^ {4}([a-z]+) +→ (.*)$/gm)].map(([, from, to]) => `${from} → ${to}`);
    const targets = new Map<string, Set<string>>();
    for (const [folder, allowed] of Object.entries(mayImport)) {
      const top = topOf(folder);
      const others = Object.keys(allowed).map(topOf);
      const found = [...(targets.get(top) ?? []), ...others.filter((other) => other !== top)];
      targets.set(top, new Set(found));
    }
    const order = [...targets.keys()];
    const sorted = (names: Set<string>) => [...names].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const backwards = [...targets].flatMap(([top, names]) =>
      [...names].filter((name) => order.indexOf(name) < order.indexOf(top)).map((name) => `${top} → ${name}`),
    );
    expect(backwards, 'who is imported comes later').toEqual([]);
    expect(rows).toEqual([...targets].map(([top, names]) => `${top} → ${sorted(names).join(', ') || 'nothing'}`));
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
  const processWords = /\bprocess\.(?!\()|'node:process'/;
  const clockWords = /\bDate\.now|\bnew Date\b|\bperformance\.|\bMath\.random|\bhrtime\b/;

  test('nobody writes to the console', () => {
    expect(linesWith(/\bconsole\b/, () => true)).toEqual([]);
  });

  test('only src/cli touches the process', () => {
    expect(linesWith(processWords, isOutside('cli', processUses))).toEqual([]);
    expect(linesWith(/process\.exit\b/, () => true)).toEqual([]);
  });

  test('the clock and chance come in as arguments', () => {
    expect(linesWith(clockWords, isOutside('cli', clockUses))).toEqual([]);
  });

  test.each([
    ['the process', processUses, processWords],
    ['the clock', clockUses, clockWords],
  ])('who is excepted does use %s', (_, exceptions, words) => {
    const idle = Object.keys(exceptions).filter((path) => !words.test(codeOf(texts.get(path) ?? '')));
    expect(idle).toEqual([]);
  });

  test('the pipeline knows no files and no descriptors', () => {
    const words = /'node:(fs|net|tty)|\b(?!0x)\w*[fF]d\b|\b(open|read|write|close)Sync\b/;
    expect(linesWith(words, (path) => ['pipeline', 'graph', 'stage'].includes(topOf(folderOf(path))))).toEqual([]);
  });

  test('io knows no JSON but the rows of the rejects log', () => {
    const isOther = (path: string): boolean => isIn('io')(path) && !/\/reject(s|-rows)\.ts$/.test(path);
    expect(linesWith(/\bJSON\./, isOther)).toEqual([]);
  });

  test('the engine knows no selector syntax', () => {
    expect(linesWith(/selector/, isIn('engine', 'engine/asm'))).toEqual([]);
  });
});

describe('files', () => {
  const headerOf = (text: string): string => /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? '';
  /** Without its imports, which the formatter lays out. */
  const lengthOf = (path: string): number =>
    (texts.get(path) ?? '')
      .replace(/^import\s[^;]*;\n/gm, '')
      .trimEnd()
      .split('\n').length;

  test.each(paths)('%s', (path) => {
    const header = headerOf(texts.get(path)!);
    expect(header.length, 'a file begins with a comment that says what it is').toBeGreaterThan(40);
    const lines = lengthOf(path);
    if (lines > MAX_LINES) {
      const isExplained = path in longFiles || /\blonger\b/.test(header);
      expect(isExplained, `${lines} lines, and the header does not say why it is longer`).toBe(true);
    }
    expect(lines).toBeLessThanOrEqual(MAX_KERNEL_LINES);
  });

  test('comments end before column 120', () => {
    const files = ['src', 'test'].flatMap((folder) => filesIn(folder));
    const wide = files.flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .flatMap((line, i) => (/^\s*(\/\/|\/?\*)| \/\/ /.test(line) && line.length >= 120 ? [`${path}:${i + 1}`] : [])),
    );
    expect(wide).toEqual([]);
  });

  test('what may be long is long', () => {
    expect(Object.keys(longFiles).filter((path) => lengthOf(path) <= MAX_LINES)).toEqual([]);
  });

  test.each(['layout.ts', 'below-layout.ts', 'edit-layout.ts', 'code-numbers.ts', 'regex-layout.ts'])(
    'engine/%s holds only constants',
    (name) => {
      const lines = codeOf(texts.get(`src/engine/${name}`)!).split('\n');
      const others = lines.filter(
        (line) => line.trim() !== '' && !/^export const [A-Z][A-Z0-9_]* = (-?\d+|0x[0-9a-f]+);$/.test(line),
      );
      expect(others).toEqual([]);
      const names = lines.flatMap((line) => /^export const (\w+)/.exec(line)?.[1] ?? []);
      expect(new Set(names).size).toBe(names.length);
    },
  );
});
