/** Edits of records, as the engine reads them (asm/edit.ts). edit-layout.ts names the offsets. */
import * as E from './edit-layout.ts';
import * as L from './layout.ts';
import { writeSteps } from './plan-below.ts';
import type { Writer } from './plan-writer.ts';
import type { Column, Edits, Path, PathStep } from './program.ts';
import { addPath, isEmpty, newNode, numberSlots, type TrieEdge, type TrieNode, writeNode } from './trie.ts';

const encoder = new TextEncoder();

/** The slots that answer for a path in the record. */
export interface PlaceSlots {
  readonly whole: number;
  readonly steps: number;
}

/** Where the paths that edits ask for are in a plan: their first number, and their slots. */
interface EditPlaces {
  readonly firstPath: number;
  readonly slots: readonly PlaceSlots[];
}

const stepsPath = (steps: readonly PathStep[]): Path => ({ text: '', wholeKey: undefined, steps });
const keyPath = (key: string): Path => stepsPath([{ kind: 'key', key }]);

/** A place that an edit is about, with all that is above it. */
interface Target {
  readonly path: Path;
  readonly action: Partial<Action>;
}

/** A place that is set to what is at another one. */
export interface Copied {
  readonly target: Path;
  readonly source: Path;
  /** Of the source, among paths. */
  readonly number: number;
}

/** What is done at one edge. */
interface Action {
  /** Of the places in `paths`: the value itself, and what must or must not be there. */
  slotOf: number;
  unless: number | undefined;
  readonly dropIf: number[];
  does: number;
  name: Uint8Array | undefined;
  value: Uint8Array | undefined;
  copy: number | undefined;
  /** It is made when it is missing. */
  makes: boolean;
}

/** Gathers paths: each place once. */
class Places {
  readonly paths: Path[] = [];
  readonly #numbers = new Map<string, number>();

  number(path: Path): number {
    const key = JSON.stringify([path.wholeKey ?? null, path.steps, path.below ?? [], path.origin ?? '']);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.paths.length);
    return this.paths.push(path) - 1;
  }
}

/** A path that was named for its value, and its number among the paths of its edits. */
interface NamedPath {
  readonly path: Path;
  readonly number: number;
}

interface EditTree {
  readonly root: TrieNode;
  readonly actions: Map<TrieEdge, Action>;
  readonly explode: number | undefined;
}

const quotedBytes = (key: string): Uint8Array => encoder.encode(JSON.stringify(key));

/** The steps of the place that has the new name. */
const renamed = ({ steps }: Path, name: string): PathStep[] => [...steps.slice(0, -1), { kind: 'key', key: name }];

function treeOf(edits: Edits, places: Places): EditTree {
  const root = newNode();
  const actions = new Map<TrieEdge, Action>();
  const at = (steps: readonly PathStep[]): Action => {
    let action: Action | undefined;
    for (let length = 1; length <= steps.length; length++) {
      const prefix = stepsPath(steps.slice(0, length));
      const edge = addPath(root, prefix).steps!;
      action = actions.get(edge) ?? {
        ...{ slotOf: places.number(prefix), unless: undefined, dropIf: [] },
        ...{ does: 0, name: undefined, value: undefined, copy: undefined, makes: false },
      };
      actions.set(edge, action);
    }
    return action!;
  };
  const add = ({ path, action }: Target): void => {
    const does = action.does ?? 0;
    if (path.wholeKey !== undefined) {
      const whole = at([{ kind: 'key', key: path.wholeKey }]);
      Object.assign(whole, action, { does: whole.does | does });
      if (path.steps.length === 0) return;
    }
    const unless = path.wholeKey === undefined ? undefined : places.number(keyPath(path.wholeKey));
    const own = at(path.steps);
    // One key of the root is set where it is, and never made of a path that could be steps.
    const makes = (does & (E.DO_SET | E.DO_COPY)) !== 0;
    Object.assign(own, action, { does: own.does | does, unless, makes });
  };
  for (const path of edits.drop) add({ path, action: { does: E.DO_DROP } });
  for (const { path, value } of edits.set) {
    const action =
      value instanceof Uint8Array ? { does: E.DO_SET, value } : { does: E.DO_COPY, copy: places.number(value) };
    add({ path, action });
  }
  if (edits.explode !== undefined) add({ path: edits.explode, action: { does: E.DO_EXPLODE } });
  for (const { path, name } of edits.rename) add({ path, action: { does: E.DO_RENAME, name: quotedBytes(name) } });
  for (const { path, name } of edits.rename) {
    if (path.wholeKey !== undefined) giveWay(at([{ kind: 'key', key: name }]), places.number(keyPath(path.wholeKey)));
    giveWay(at(renamed(path, name)), places.number(stepsPath(path.steps)));
  }
  return { root, actions, explode: edits.explode && places.number(edits.explode) };
}

/** A member gives way to one that gets its name, unless it is about to get another name itself. */
function giveWay(action: Action, slotOf: number): void {
  if ((action.does & (E.DO_RENAME | E.DO_DROP)) === 0) action.dropIf.push(slotOf);
}

/** The edits of one form: first what they ask of a record, then, when that has slots, their bytes. */
export class EditWriter {
  /** What is dropped, renamed or exploded: what no record has may be a mistake (of copies, see `copied`). */
  readonly named: readonly NamedPath[];
  readonly #edits: Edits;
  readonly #tree: EditTree;
  readonly #places = new Places();

  constructor(edits: Edits) {
    this.#edits = edits;
    this.#tree = treeOf(edits, this.#places);
    const exploded = edits.explode === undefined ? [] : [edits.explode];
    const paths = [...edits.drop, ...edits.rename.map(({ path }) => path), ...exploded];
    this.named = paths.map((path) => ({ path, number: this.#places.number(path) }));
  }

  get paths(): readonly Path[] {
    return this.#places.paths;
  }

  /** Places that others are set to, by their numbers in `paths`. */
  get copied(): readonly Copied[] {
    return this.#edits.set.flatMap(({ path, value }) =>
      value instanceof Uint8Array ? [] : [{ target: path, source: value, number: this.#places.number(value) }],
    );
  }

  /**
   * @param columns that are filled from the edited record, and their slots
   * @returns where the struct is
   */
  write(writer: Writer, plan: EditPlaces, columns: readonly Column[], columnSlots: readonly number[]): number {
    const { root, actions, explode } = this.#tree;
    const { flatten } = this.#edits;
    const count = numberSlots(root).length;
    const at = writer.reserve(E.EDIT_BYTES);
    const list = writer.reserve(count * E.ACTION_BYTES);
    const slot = (number: number | undefined): number => {
      if (number === undefined) return L.NO_SLOT;
      const { whole, steps } = plan.slots[number]!;
      return steps === L.NO_SLOT ? whole : steps;
    };
    for (const [edge, action] of actions) {
      const place = list + edge.slot * E.ACTION_BYTES;
      writer.i32(place + E.AC_SLOT, slot(action.slotOf));
      writer.i32(place + E.AC_UNLESS, slot(action.unless));
      if (action.dropIf.length > 0) {
        const words = [action.dropIf.length, ...action.dropIf.map(slot)];
        const at = writer.reserve(words.length * 4);
        words.forEach((word, i) => {
          writer.i32(at + i * 4, word);
        });
        writer.i32(place + E.AC_DROP_IF, at);
      }
      writer.i32(place + E.AC_DO, action.does);
      if (action.name !== undefined) this.#bytes(writer, place + E.AC_NAME, action.name);
      if (action.value !== undefined) this.#bytes(writer, place + E.AC_VALUE, action.value);
      if (action.copy !== undefined) writer.i32(place + E.AC_VALUE, plan.firstPath + action.copy);
    }
    this.#made(writer, at + E.ED_MADE, root, list);
    writer.i32(at + E.ED_ROOT, isEmpty(root) ? 0 : writeNode(writer, root));
    writer.i32(at + E.ED_ACTIONS, list);
    writer.i32(at + E.ED_EXPLODE, explode === undefined ? L.NO_SLOT : plan.firstPath + explode);
    if (flatten !== undefined) {
      const separator = encoder.encode(JSON.stringify(flatten).slice(1, -1));
      writer.i32(at + E.ED_FLATTEN, 1);
      this.#bytes(writer, at + E.ED_SEPARATOR, separator);
    }
    // What says where a record is from is in its slot already.
    const found = columns.flatMap(({ path }, i) =>
      path.origin === undefined ? [{ path, slot: columnSlots[i]! }] : [],
    );
    writer.i32(at + E.ED_FOUND, this.#columns(writer, found));
    writer.i32(at + E.ED_FOUND_COUNT, found.length);
    return at;
  }

  #bytes(writer: Writer, at: number, bytes: Uint8Array): void {
    writer.i32(at, writer.put(bytes));
    writer.i32(at + 4, bytes.length);
  }

  /** Lists the edges of a node that make what is missing; @returns whether there are some */
  #made(writer: Writer, at: number, node: TrieNode, list: number): boolean {
    const makers: number[] = [];
    for (const [key, edge] of node.keys) {
      const action = this.#tree.actions.get(edge)!;
      const place = list + edge.slot * E.ACTION_BYTES;
      this.#bytes(writer, place + E.AC_KEY, quotedBytes(key));
      const isBelow = edge.child !== undefined && this.#made(writer, place + E.AC_MADE, edge.child, list);
      if (action.makes || isBelow) makers.push(edge.slot);
    }
    // Elements are not made, but members of those that are there.
    for (const { slot, child } of node.indexes.values()) {
      if (child !== undefined) this.#made(writer, list + slot * E.ACTION_BYTES + E.AC_MADE, child, list);
    }
    const words = writer.reserve(makers.length * 4);
    makers.forEach((number, i) => {
      writer.i32(words + i * 4, number);
    });
    writer.i32(at, words);
    writer.i32(at + 4, makers.length);
    return makers.length > 0;
  }

  #columns(writer: Writer, columns: readonly { path: Path; slot: number }[]): number {
    const at = writer.reserve(columns.length * E.EDIT_FOUND_BYTES);
    columns.forEach(({ path, slot }, i) => {
      const place = at + i * E.EDIT_FOUND_BYTES;
      const below = path.below ?? [];
      const whole = path.wholeKey === undefined ? [] : [{ kind: 'key' as const, key: path.wholeKey }, ...below];
      const steps = path.steps.length === 0 ? [] : [...path.steps, ...below];
      writer.i32(place + E.EF_SLOT, slot);
      writer.i32(place + E.EF_WHOLE, writeSteps(writer, whole));
      writer.i32(place + E.EF_WHOLE_COUNT, whole.length);
      writer.i32(place + E.EF_STEPS, writeSteps(writer, steps));
      writer.i32(place + E.EF_STEP_COUNT, steps.length);
    });
    return at;
  }
}

/** What the edits of several forms copy. @param firstPath the number of the first path of all edits */
export function copiedOf(forms: readonly { editor: EditWriter | undefined }[], firstPath: number): Copied[] {
  let first = firstPath;
  return forms.flatMap(({ editor }) => {
    const copied = (editor?.copied ?? []).map((one) => ({ ...one, number: first + one.number }));
    first += editor?.paths.length ?? 0;
    return copied;
  });
}
