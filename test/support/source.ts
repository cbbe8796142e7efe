/**
 * The files of src and what they import, read by regular expressions, which is enough for code that the formatter has
 * laid out. Type imports count like others, because a file that needs another's types knows of it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the project. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every .ts below `folder`, from the root of the project, in order. */
export function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`)
    .sort();
}

/** The text of each file of src. */
export const texts: ReadonlyMap<string, string> = new Map(
  filesIn('src').map((path) => [path, readFileSync(join(root, path), 'utf8')]),
);

/** Without lines that are comments and what follows ` // `. */
export function codeOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line))
    .map((line) => line.replace(/ \/\/ .*$/, ''))
    .join('\n');
}

/** Everything that a file imports or exports from, as written. */
export function specifiersOf(text: string): string[] {
  const found = codeOf(text).matchAll(
    /(?:^|\n)\s*(?:import|export)\s(?:[^;'"]*?\sfrom\s)?\s*'([^']+)'|\bimport\('([^']+)'\)/g,
  );
  return [...found].map((match) => (match[1] ?? match[2])!);
}

/** `from` imports `to`; both are files. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** What a file imports of the project. AssemblyScript leaves the extension out. */
export function edgesOf(path: string, text: string): Edge[] {
  return specifiersOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier)))
    .map((to) => ({ from: path, to: /\.(ts|json|mjs)$/.test(to) ? to : `${to}.ts` }));
}

/** All imports between files of src. */
export const edges: readonly Edge[] = [...texts].flatMap(([path, text]) => edgesOf(path, text));

/** Sets of nodes that reach each other, each in order; a node that reaches only itself is none. */
export function circlesOf(links: readonly Edge[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of links) next.set(from, [...(next.get(from) ?? []), to]);
  const reached = (start: string): Set<string> => {
    const seen = new Set<string>();
    const open = [...(next.get(start) ?? [])];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      open.push(...(next.get(node) ?? []));
    }
    return seen;
  };
  const all = new Map([...next.keys()].map((node) => [node, reached(node)]));
  const circles = new Set<string>();
  for (const [node, seen] of all) {
    const circle = [...seen].filter((other) => all.get(other)?.has(node));
    if (circle.length > 1) circles.add(circle.sort().join(' '));
  }
  return [...circles].sort().map((circle) => circle.split(' '));
}
