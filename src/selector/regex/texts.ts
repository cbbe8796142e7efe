/**
 * Many texts → one automaton that engine/asm/texts.ts runs: is one of them at the start, at the end, or anywhere in
 * the string? A trie (of the texts backwards, for ends), with Aho's and Corasick's failures where a text may begin
 * anywhere. The states near the root, where nearly all bytes are spent, have an entry for every byte; the others have
 * their own bytes only. FORMAT.md describes the image.
 */
import {
  IMAGE_KIND,
  IMAGE_TEXTS,
  REGEX_ALIGNMENT,
  TEXTS_ACCEPT,
  TEXTS_BACKWARD,
  TEXTS_COLUMNS,
  TEXTS_DEAD,
  TEXTS_ENTRY_BYTES,
  TEXTS_START,
  TEXTS_TABLE,
} from '../../engine/regex-layout.ts';

/** What full rows may take together: no more than a core's nearest cache holds a part of. */
const FULL_BYTES = 1 << 18;
/** How many places are tried for a row before it is put behind all others. */
const MOST_TRIES = 16;
const ROOT = 0;
const NONE = -1;

/** Nodes are numbered in the order in which they were made: a parent before its children. */
interface Trie {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  readonly isEnd: Uint8Array;
}

/** Sorted, and without those that begin with another one: what fits them fits that one. */
function leastTexts(texts: readonly Uint8Array[]): Uint8Array[] {
  const sorted = [...texts].sort(Buffer.compare);
  const least: Uint8Array[] = [];
  for (const text of sorted) {
    const last = least.at(-1);
    const isLonger = last !== undefined && Buffer.compare(text.subarray(0, last.length), last) === 0;
    if (!isLonger) least.push(text);
  }
  return least;
}

function buildTrie(texts: readonly Uint8Array[]): Trie {
  const most = texts.reduce((sum, text) => sum + text.length, 1);
  const bytes = new Uint8Array(most);
  const firstChild = new Int32Array(most).fill(NONE);
  const nextSibling = new Int32Array(most).fill(NONE);
  const isEnd = new Uint8Array(most);
  /** The nodes of the text before, which the next one shares as far as it is alike. */
  const way = [ROOT];
  let count = 1;
  let before: Uint8Array = new Uint8Array(0);
  for (const text of texts) {
    let same = 0;
    while (same < before.length && before[same] === text[same]) same += 1;
    for (let i = same; i < text.length; i += 1) {
      const parent = way[i]!;
      bytes[count] = text[i]!;
      nextSibling[count] = firstChild[parent]!;
      firstChild[parent] = count;
      way[i + 1] = count;
      count += 1;
    }
    isEnd[way[text.length]!] = 1;
    before = text;
  }
  return { count, bytes, firstChild, nextSibling, isEnd };
}

/** Nodes by their depth, and where each fails to; a node that ends with a text is an end. */
function failures(trie: Trie): { order: Int32Array; fails: Int32Array } {
  const { count, bytes, firstChild, nextSibling, isEnd } = trie;
  const order = new Int32Array(count);
  const fails = new Int32Array(count);
  const childOf = (node: number, byte: number): number => {
    let child = firstChild[node]!;
    while (child !== NONE && bytes[child] !== byte) child = nextSibling[child]!;
    return child;
  };
  let end = 1;
  for (let at = 0; at < end; at += 1) {
    const node = order[at]!;
    for (let child = firstChild[node]!; child !== NONE; child = nextSibling[child]!) {
      order[end++] = child;
      if (node === ROOT) continue;
      let fail = fails[node]!;
      let found = childOf(fail, bytes[child]!);
      while (found === NONE && fail !== ROOT) {
        fail = fails[fail]!;
        found = childOf(fail, bytes[child]!);
      }
      fails[child] = found === NONE ? ROOT : found;
      if (isEnd[fails[child]!] === 1) isEnd[child] = 1;
    }
  }
  return { order, fails };
}

/** The children of one node: filled anew for each, since there are many nodes. */
class Children {
  readonly nodes = new Int32Array(256);
  /** Ascending. */
  readonly columns = new Int32Array(256);
  count = 0;

  fill(trie: Trie, columns: Uint16Array, node: number): void {
    let count = 0;
    for (let child = trie.firstChild[node]!; child !== NONE; child = trie.nextSibling[child]!) {
      const column = columns[trie.bytes[child]!]!;
      let at = count++;
      for (; at > 0 && this.columns[at - 1]! > column; at -= 1) {
        this.columns[at] = this.columns[at - 1]!;
        this.nodes[at] = this.nodes[at - 1]!;
      }
      this.columns[at] = column;
      this.nodes[at] = child;
    }
    this.count = count;
  }
}

/** The rows of all states in one table. */
class Table {
  /** In twos: the state that an entry belongs to, and where it leads. Always with room for one more row. */
  entries = new Uint32Array(1 << 12);
  /** One past the last entry that is used. */
  end = TEXTS_DEAD / TEXTS_ENTRY_BYTES + 1;
  /** Before this, places are not looked for. */
  #from = this.end;

  /**
   * @returns the state that a row is for, whose first entry is free and those in the columns, which are ascending
   */
  place(columns: Int32Array, count: number): number {
    const at = this.#find(columns, count);
    const state = at * TEXTS_ENTRY_BYTES;
    this.entries[at * 2] = state;
    for (let i = 0; i < count; i += 1) this.entries[(at + columns[i]!) * 2] = state;
    this.end = Math.max(this.end, at + (count === 0 ? 0 : columns[count - 1]!) + 1);
    if ((this.end + MOST_TRIES + 300) * 2 > this.entries.length) {
      const grown = new Uint32Array(this.entries.length * 2);
      grown.set(this.entries);
      this.entries = grown;
    }
    while (this.entries[this.#from * 2] !== 0) this.#from += 1;
    return state;
  }

  #find(columns: Int32Array, count: number): number {
    const { entries } = this;
    for (let at = this.#from; at < this.#from + MOST_TRIES && at < this.end; at += 1) {
      if (entries[at * 2] !== 0) continue;
      let i = 0;
      while (i < count && entries[(at + columns[i]!) * 2] === 0) i += 1;
      if (i === count) return at;
    }
    // Little is free there; the next rows are looked for further on.
    this.#from = Math.min(this.end, this.#from + MOST_TRIES / 4);
    return this.end;
  }

  lead(state: number, column: number, target: number): void {
    this.entries[(state / TEXTS_ENTRY_BYTES + column) * 2 + 1] = target;
  }
}

/** The column of each byte: 0 is that of no byte, 1 of all bytes that are in no text. */
function columnsOf(trie: Trie): { columns: Uint16Array; count: number } {
  const columns = new Uint16Array(256).fill(1);
  let count = 2;
  for (let node = 1; node < trie.count; node += 1) {
    const byte = trie.bytes[node]!;
    if (columns[byte] === 1) columns[byte] = count++;
  }
  return { columns, count };
}

/** Backwards copies. */
const turned = (texts: readonly Uint8Array[]): Uint8Array[] => texts.map((text) => text.slice().reverse());

/**
 * Compiles texts to one image.
 * @param at where a text has to be: at the start of the string, at its end, or anywhere
 */
export function compileTexts(texts: readonly Uint8Array[], at: 'prefix' | 'suffix' | 'contains'): Uint8Array {
  const trie = buildTrie(leastTexts(at === 'suffix' ? turned(texts) : texts));
  const { columns, count } = columnsOf(trie);
  const { table, start } = at === 'contains' ? searching(trie, columns, count) : anchored(trie, columns);
  const size = Math.ceil((TEXTS_TABLE + table.end * TEXTS_ENTRY_BYTES) / REGEX_ALIGNMENT) * REGEX_ALIGNMENT;
  // Behind the last state's first entry there may be less than a full row: what is read there belongs to no state.
  const image = new Uint8Array(size + count * TEXTS_ENTRY_BYTES);
  const view = new DataView(image.buffer);
  view.setUint32(IMAGE_KIND, IMAGE_TEXTS, true);
  view.setUint32(TEXTS_START, start, true);
  view.setUint32(TEXTS_BACKWARD, at === 'suffix' ? 1 : 0, true);
  for (let byte = 0; byte < 256; byte += 1) {
    view.setUint16(TEXTS_COLUMNS + byte * 2, columns[byte]! * TEXTS_ENTRY_BYTES, true);
  }
  // The processors that Node runs on are little-endian, as the engine's memory is.
  image.set(new Uint8Array(table.entries.buffer, 0, table.end * TEXTS_ENTRY_BYTES), TEXTS_TABLE);
  return image;
}

interface Built {
  readonly table: Table;
  readonly start: number;
}

/**
 * A trie: where it has no entry, nothing fits. Nodes are placed from the last to the first, children before parents.
 */
function anchored(trie: Trie, columns: Uint16Array): Built {
  const table = new Table();
  const states = new Int32Array(trie.count);
  const children = new Children();
  for (let node = trie.count - 1; node >= 0; node -= 1) {
    if (trie.isEnd[node] === 1) {
      states[node] = TEXTS_ACCEPT;
      continue;
    }
    children.fill(trie, columns, node);
    const state = table.place(children.columns, children.count);
    states[node] = state;
    table.lead(state, 0, TEXTS_DEAD);
    leadToChildren(table, states, state, children);
  }
  return { table, start: states[ROOT]! };
}

function leadToChildren(table: Table, states: Int32Array, state: number, children: Children): void {
  for (let i = 0; i < children.count; i += 1) table.lead(state, children.columns[i]!, states[children.nodes[i]!]!);
}

/** With failures: all states are placed first, nearest to the root first, and led from then. */
function searching(trie: Trie, columns: Uint16Array, columnCount: number): Built {
  const { order, fails } = failures(trie);
  const table = new Table();
  const states = new Int32Array(trie.count);
  const fullCount = Math.max(1, Math.floor(FULL_BYTES / (columnCount * TEXTS_ENTRY_BYTES)));
  const allColumns = Int32Array.from({ length: columnCount - 1 }, (_, i) => i + 1);
  const children = new Children();
  for (let i = 0; i < trie.count; i += 1) {
    const node = order[i]!;
    if (trie.isEnd[node] === 1) continue;
    children.fill(trie, columns, node);
    states[node] =
      i < fullCount ? table.place(allColumns, columnCount - 1) : table.place(children.columns, children.count);
  }
  /** What the full row of a node leads to, for the nodes that fail to it. */
  const rows = new Map<number, Int32Array>();
  for (let i = 0; i < trie.count; i += 1) {
    const node = order[i]!;
    if (trie.isEnd[node] === 1) continue;
    const state = states[node]!;
    children.fill(trie, columns, node);
    table.lead(state, 0, states[fails[node]!]!);
    if (i < fullCount) {
      const row = node === ROOT ? new Int32Array(columnCount).fill(state) : rows.get(fails[node]!)!.slice();
      rows.set(node, row);
      for (let j = 0; j < children.count; j += 1) row[children.columns[j]!] = states[children.nodes[j]!]!;
      for (let column = 1; column < columnCount; column += 1) table.lead(state, column, row[column]!);
    } else leadToChildren(table, states, state, children);
  }
  return { table, start: states[ROOT]! };
}
