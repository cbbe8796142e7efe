/**
 * How much a plugin file may consist of. Everything here is looked at before anything is allocated for it. Where the
 * WebAssembly JavaScript interface has a limit (its appendix "Implementation-defined limits"), ours is the same or
 * lower; lower where each of the things costs V8 much more than its bytes. The figures are of Node 20 (V8 11.3),
 * 2026-11.
 */
import type { ByteReader } from './reader.ts';
import { refusal } from './refusal.ts';

/** Of one core module. */
export const caps = {
  /** Custom sections among them. */
  sections: 100_000,
  types: 1_000_000,
  functions: 1_000_000,
  /** V8's own limits until version 12. */
  imports: 100_000,
  exports: 100_000,
  /** Each whose value is not a plain i32.const takes 2.6 KiB while an instance is made: 130 MB for all of them. */
  globals: 50_000,
  /** For the same reason: values of elements, offsets of segments, in all that is not an index or an i32.const. */
  constants: 50_000,
  tags: 100_000,
  'element segments': 100_000,
  'data segments': 100_000,
  /** Toolchains make one table, dynamic linking two. */
  tables: 16,
  /** More than any program has functions; StarlingMonkey has some 20 000. */
  tableElements: 200_000,
  memories: 1,
  parameters: 1000,
  results: 1000,
  locals: 50_000,
  functionBytes: 7_654_321,
} as const;

/**
 * What the code of one function may cost to compile. V8 keeps the state of every local at every block and branch: its
 * first compiler 12 bytes each, its second, when the function is hot, 230 bytes at blocks (locals times blocks of
 * 2 million: 450 MB and a second) and 8 at branches.
 */
export const codeCaps = {
  localsTimesBlocks: 2_000_000,
  localsTimesBranches: 20_000_000,
} as const;

/** Of one component with all that is in it. A QuickJS plugin has 60 instances, 2 memories, and takes 4000 steps. */
export const componentCaps = {
  /** Components within components; toolchains make three levels. */
  depth: 32,
  sections: 100_000,
  /** Definitions, with the arguments of instances and the items of exports. */
  definitions: 250_000,
  types: 1_000_000,
  /** What linking may do: definitions carried out, once more in every component that is instantiated again. */
  steps: 1_000_000,
  instances: 1000,
  memories: 8,
  tables: 64,
  /** Functions, globals, exports and segments of all core instances together. */
  parts: 1_000_000,
} as const;

/** What `slung plugin inspect` shows of one file of what tools have noted in it. */
export const noteCaps = { producers: 1000, subsections: 1000 } as const;

/** @throws PluginError when there are more of something than slung takes */
export function checkCap(what: string, count: number, cap: number): void {
  if (count > cap) throw refusal(`it has ${count} ${what}, and the limit is ${cap}`);
}

const counted: Readonly<Record<number, keyof typeof caps>> = {
  1: 'types',
  2: 'imports',
  3: 'functions',
  4: 'tables',
  5: 'memories',
  6: 'globals',
  7: 'exports',
  9: 'element segments',
  10: 'functions',
  11: 'data segments',
  13: 'tags',
};

/**
 * Looks at the count that a section of a core module begins with; the reader stays where it is.
 * @throws PluginError for more than slung takes
 */
export function checkSectionCount(id: number, body: ByteReader): void {
  const what = counted[id];
  if (what === undefined) return;
  const start = body.at;
  const count = body.count(what);
  body.at = start;
  checkCap(what, count, caps[what]);
}
