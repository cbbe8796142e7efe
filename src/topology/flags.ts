/**
 * The command line of `slung select` or `slung run` as the tree of a topology: a command line can grow into a file.
 * Every word is a place, so errors are shown under the line as it was typed.
 */
import { addEnds, type Ends } from './flags-ends.ts';
import { addPlugins } from './flags-plugins.ts';
import { type Entry, entryNode, listNode, type MapNode, mapNode, type Node } from './node.ts';
import type { Place, Problems, SourceText } from './problem.ts';
import { type TypedLine, Words } from './words.ts';

/** Flags that are called like a key of `defaults`. */
const defaults: readonly string[] = [
  ...[
    'batch-bytes',
    'batch-age',
    'batch-records',
    'max-record',
    'max-depth',
    'lanes',
    'on-error',
    'max-errors',
    'cache',
    'name',
    'metrics',
    'metrics-public',
    'status',
    'status-public',
  ],
];

/** Flags of the one run, not of what it runs: they hold beside a topology, and have no key in it. */
const beside: readonly string[] = [
  ...['stats', 'quiet', 'verbose', 'color', 'errors', 'exit-status', 'load-limit', 'max-plugin-size'],
  ...['plugin-stderr', 'unchecked-output'],
];

/** A command line as a tree. */
export interface LineTree {
  readonly tree: MapNode;
  /** The text that its places are in. */
  readonly source: SourceText;
  /** Flags that a topology has no key for, and that mean nothing beside one. */
  readonly left: readonly { readonly long: string; readonly place: Place }[];
}

/** The tree of a line. */
export function fromFlags(line: TypedLine, problems: Problems): LineTree {
  const words = new Words(line, problems);
  const ends: Ends = { sources: [], sinks: [], routes: [], rejects: undefined };
  const chain = line.command === 'run' ? addPlugins(words) : { plugins: [], names: [] };
  addEnds(words, chain.names, ends);
  const settings = words.taken(defaults).map(({ long, node }) => entryNode(long, node));
  const map = (entries: readonly Entry[]): Node => mapNode(words.place, entries);
  const parts: readonly (readonly [key: string, value: Node | undefined])[] = [
    ['defaults', settings.length === 0 ? undefined : map(settings)],
    ['sources', ends.sources.length === 0 ? undefined : map(ends.sources)],
    ['plugins', chain.plugins.length === 0 ? undefined : map(chain.plugins)],
    ['sinks', ends.sinks.length === 0 ? undefined : map(ends.sinks)],
    ['routes', listNode(words.place, ends.routes)],
    ['rejects', ends.rejects],
  ];
  const entries = parts.flatMap(([key, value]) => (value === undefined ? [] : [entryNode(key, value)]));
  return { tree: mapNode(words.place, entries), source: words.source, left: words.left(beside) };
}

/** For a line that becomes a file: what of it does not. */
export function warnOfLeft({ left }: LineTree, problems: Problems): void {
  for (const { long, place } of left) {
    const message = `--${long} has no place in a topology`;
    problems.warn({ code: 'flag', message, place, path: `--${long}` });
  }
}
