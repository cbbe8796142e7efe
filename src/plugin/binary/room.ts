/**
 * How the memory that a guest may have is divided among its memories and tables. V8 knows maxima of single memories
 * only, and a maximum cannot be changed once an instance exists; so each gets what it starts with, and what is left is
 * divided among those that can grow, evenly, but to none more than its own maximum. A guest with one memory, as nearly
 * all are, gives it everything.
 */
import { caps } from './caps.ts';
import { type Limits, pageBytes } from './limits.ts';
import { refusal } from './refusal.ts';

/** What one instance of a module makes, and what may become larger. */
export interface Room {
  readonly memories: readonly Limits[];
  readonly tables: readonly Limits[];
  readonly growsMemory: boolean;
  readonly growsTable: boolean;
}

export interface RoomUse extends Room {
  /** How often the module is instantiated. */
  readonly instances: number;
}

/** How far each memory and table of a module may grow beyond its start. */
export interface Share {
  readonly morePages: number;
  readonly moreElements: number;
  /** Everything that the guest may have. */
  readonly allPages: number;
}

/** What V8 has for an element: a reference, a target, an instance, a signature. */
const elementBytes = 32;
/** The part of what is left that tables may grow by. */
const tablesPart = 1 / 8;

const pagesOf = (elements: number): number => Math.floor((elements * elementBytes) / pageBytes);

/**
 * @param uses one for each module
 * @returns the share of each, in the same order
 * @throws PluginError when they take more at their start than the guest may have
 */
export function shareOut(uses: readonly RoomUse[], allPages: number): Share[] {
  const sum = (of: (use: RoomUse) => number): number => uses.reduce((total, use) => total + use.instances * of(use), 0);
  const initial = (limits: readonly Limits[]): number => limits.reduce((total, one) => total + one.initial, 0);
  const startPages = sum(({ memories }) => initial(memories)) + pagesOf(sum(({ tables }) => initial(tables)));
  if (startPages > allPages) throw tooLarge(sum, startPages, allPages);
  let left = allPages - startPages;
  const growing = sum(({ tables, growsTable }) => (growsTable ? tables.length : 0));
  const most = Math.floor((left * tablesPart * pageBytes) / elementBytes / Math.max(1, growing));
  const moreElements = Math.min(caps.tableElements, most);
  left -= pagesOf(growing * moreElements);
  const pages = divided(uses, left);
  return uses.map(({ growsTable }, i) => ({
    morePages: pages[i]!,
    moreElements: growsTable ? moreElements : 0,
    allPages,
  }));
}

/** What each memory gets of `left`: those that want least come first, and leave the others what they do not want. */
function divided(uses: readonly RoomUse[], left: number): number[] {
  // A guest with one memory may have all of it, whoever makes it larger.
  const isOne = uses.reduce((total, { memories, instances }) => total + memories.length * instances, 0) === 1;
  const wants = uses.map(({ memories: [memory], growsMemory }) =>
    memory === undefined || !(growsMemory || isOne)
      ? 0
      : Math.max(0, (memory.maximum ?? Number.POSITIVE_INFINITY) - memory.initial),
  );
  const shares = wants.map(() => 0);
  let waiting = uses.reduce((total, { instances }, i) => total + (wants[i] === 0 ? 0 : instances), 0);
  let rest = left;
  for (const i of [...wants.keys()].sort((one, other) => wants[one]! - wants[other]!)) {
    const { instances } = uses[i]!;
    if (wants[i] === 0 || instances === 0) continue;
    shares[i] = Math.min(wants[i]!, Math.floor(rest / waiting));
    rest -= shares[i] * instances;
    waiting -= instances;
  }
  return shares;
}

function tooLarge(sum: (of: (use: RoomUse) => number) => number, startPages: number, allPages: number): Error {
  const memories = sum((use) => use.memories.length);
  const tables = sum((use) => use.tables.length);
  // Tables of a usual size are no reason to mention them.
  const hasTables = pagesOf(sum((use) => use.tables.reduce((total, { initial }) => total + initial, 0))) > 0;
  const parts = [memories === 1 ? 'memory' : `${memories} memories`, tables === 1 ? 'table' : `${tables} tables`];
  const what = [...(memories > 0 ? [parts[0]] : []), ...(hasTables ? [parts[1]] : [])].join(' and ');
  const starts = what === 'memory' || what === 'table' ? 'starts at' : 'start together at';
  const sizes = `${showPages(startPages)}, and the limit is ${showPages(allPages)}`;
  return refusal(`its ${what} ${starts} ${sizes}; a higher --memory allows it`);
}

/** `3 MiB`, or `64 KiB` where that is not whole. */
export function showPages(pages: number): string {
  return pages % 16 === 0 ? `${pages / 16} MiB` : `${(pages * pageBytes) / 1024} KiB`;
}
