/**
 * What src exports is used by what runs: other files of src, the benchmarks or the tools of the project, not by tests
 * alone, which keep their helpers in test/support.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { edges, edgesOf, root, texts } from './support/source.ts';

/** Tables of numbers, in which a number may be there to be complete. */
const tables = /\/((\w+-)?layout|code-numbers|view-codes|gate-states)\.ts$/;
/** What plugins import; the tests of the SDK are its users. */
const isForGuests = (path: string): boolean => path.startsWith('src/plugin/sdk/');
/** Where the program, its threads and the modules of WebAssembly begin. */
const entries: ReadonlySet<string> = new Set(
  ['build.mjs', 'executable.mjs'].flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/'(src\/[^']+\.ts)'/g)].map(([, path]) => path!),
  ),
);

/** Files outside src that run it: benchmarks, and what prints man pages. */
const outside = [...filesWith('bench', /\.(ts|mjs)$/), 'test/cli/printed.ts'].map(
  (path) => [path, readFileSync(join(root, path), 'utf8')] as const,
);

function filesWith(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path) && !path.includes('node_modules'))
    .map((path) => `${folder}/${path}`);
}

const wordsOf = (text: string): string[] => text.match(/[A-Za-z_$][\w$]*/g) ?? [];

/** The words of each file, and the files that import it. */
const words = new Map([...texts, ...outside].map(([path, text]) => [path, new Set(wordsOf(text))]));
const importers = new Map<string, string[]>();
for (const { from, to } of [...edges, ...outside.flatMap(([path, text]) => edgesOf(path, text))]) {
  importers.set(to, [...(importers.get(to) ?? []), from]);
}

function exportsOf(text: string): string[] {
  const found = text.matchAll(
    /^export (?:abstract )?(?:async )?(?:function\*?|class|const|let|interface|type) ([A-Za-z_$][\w$]*)/gm,
  );
  return [...found].map(([, name]) => name!);
}

const countIn = (path: string, name: string): number =>
  wordsOf(texts.get(path)!).filter((word) => word === name).length;

/** A name that an index passes on is used where the index is imported. */
function isUsed(name: string, path: string): boolean {
  // A module of WebAssembly exports everything of some files; the host calls it by name.
  if (path.includes('/asm/')) return [...texts.keys()].some((other) => other !== path && words.get(other)!.has(name));
  return (importers.get(path) ?? []).some((from) => {
    const isIndex = /\w\/index\.ts$/.test(from) && from !== 'src/index.ts';
    if (isIndex && (countIn(from, name) === 1 || texts.get(from)!.includes('export * from'))) return isUsed(name, from);
    return words.get(from)!.has(name);
  });
}

test('every export is used by something that is no test', () => {
  const idle = [...texts]
    .filter(([path]) => path !== 'src/index.ts' && !tables.test(path) && !isForGuests(path) && !entries.has(path))
    .flatMap(([path, text]) =>
      exportsOf(text)
        .filter((name) => countIn(path, name) === 1 && !isUsed(name, path))
        .map((name) => `${path}: ${name}`),
    );
  expect(idle).toEqual([]);
});

test('every file of src is imported by something that runs', () => {
  const lonely = [...texts.keys()].filter(
    (path) => !importers.has(path) && !path.endsWith('.d.ts') && !isForGuests(path) && !entries.has(path),
  );
  expect(lonely).toEqual([]);
});
