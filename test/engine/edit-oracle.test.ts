/**
 * Edits against a plain evaluation: random records, some with keys twice, and random edits, alone and with columns.
 * The oracle works on a tree in which scalars keep their text, so that bytes are compared. A difference is shown as
 * the seed, the edits and the record.
 */
import { expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import type { Edits, Path } from '../../src/engine/program.ts';
import { EditError, parseEdits, parseField } from '../../src/selector/index.ts';
import { sized } from '../support/full.ts';
import { type Chance, chanceOf } from '../support/mutate.ts';
import { createEngine, everything, processBytes } from './harness.ts';

type Tree = string | Tree[] | Member[] | Branch;
type Member = readonly [key: string, value: Tree];
/** An object, told from an array of pairs. */
interface Branch {
  readonly members: readonly Member[];
}

const pick = <T>(chance: Chance, from: readonly T[]): T => from[chance(from.length)]!;
const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const isBranch = (tree: Tree | undefined): tree is Branch => typeof tree === 'object' && 'members' in tree;
const isArray = (tree: Tree | undefined): tree is Tree[] => Array.isArray(tree);

const KEYS = ['a', 'b', 'c', 'a.b', 'é"', 'key that is longer than a vector'];
const SCALARS = ['1', '-0.50', '1e400', '12345678901234567890', '"x"', '"\\u00e9\\n"', 'true', 'null', '""'];
const LEAVES: readonly Tree[] = [...SCALARS, [], { members: [] }];

function tree(chance: Chance, depth: number): Tree {
  const kind = depth === 0 ? 0 : chance(4);
  if (kind < 2) return pick(chance, LEAVES);
  if (kind === 2) return many(1 + chance(3), () => tree(chance, depth - 1));
  return branch(chance, depth - 1);
}

function branch(chance: Chance, depth: number): Branch {
  const members = many(1 + chance(5), (): Member => [pick(chance, KEYS), tree(chance, depth)]);
  const isOnce = chance(4) > 0;
  return { members: isOnce ? [...new Map(members)] : members };
}

function textOf(one: Tree): string {
  if (typeof one === 'string') return one;
  if (isBranch(one))
    return `{${one.members.map(([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`).join(',')}}`;
  return `[${(one as Tree[]).map(textOf).join(',')}]`;
}

type Steps = readonly (string | number)[];
const stepsOf = (path: Path): Steps => path.steps.map((step) => (step.kind === 'key' ? step.key : step.index));

function follow(record: Tree, steps: Steps): Tree | undefined {
  let at: Tree | undefined = record;
  for (const step of steps) {
    if (typeof step === 'number') at = isArray(at) ? at[step] : undefined;
    else at = isBranch(at) ? at.members.findLast(([key]) => key === step)?.[1] : undefined;
  }
  return at;
}

/** The steps that a path means in a record: one key of the root, when that is there. */
function meantBy(record: Tree, path: Path): Steps {
  const whole = path.wholeKey === undefined ? undefined : [path.wholeKey];
  return whole !== undefined && follow(record, whole) !== undefined ? whole : stepsOf(path);
}

/** The only literal that is looked into. */
const literal = (bytes: Uint8Array): Tree => {
  const text = Buffer.from(bytes).toString();
  return text.startsWith('[') ? ['1', { members: [['b', '2']] }] : text;
};

interface Place {
  does: 'nothing' | 'drop' | { readonly set: Tree | undefined } | { readonly name: string };
  readonly below: Map<string | number, Place>;
  /** One key of the root is meant instead. */
  isIdle: boolean;
}

const newPlace = (): Place => ({ does: 'nothing', below: new Map(), isIdle: false });

/** The edits as places in this record, in the order in which what is missing is made. */
function placesOf(record: Tree, edits: Edits, element: Tree | undefined): Place {
  const root = newPlace();
  const at = (steps: Steps): Place => {
    let place = root;
    for (const step of steps) {
      const next = place.below.get(step) ?? newPlace();
      place.below.set(step, next);
      place = next;
    }
    return place;
  };
  const mark = (path: Path, does: Place['does']): void => {
    if (path.wholeKey !== undefined) at([path.wholeKey]);
    const meant = meantBy(record, path);
    at(stepsOf(path)).isIdle = meant.length !== path.steps.length;
    at(meant).does = does;
  };
  for (const path of edits.drop) mark(path, 'drop');
  for (const { path, value } of edits.set) {
    mark(path, { set: value instanceof Uint8Array ? literal(value) : follow(record, meantBy(record, value)) });
  }
  if (edits.explode !== undefined) mark(edits.explode, element === undefined ? 'nothing' : { set: element });
  for (const { path, name } of edits.rename) mark(path, { name });
  for (const { path, name } of edits.rename) {
    const meant = meantBy(record, path);
    const way = at([...meant.slice(0, -1), name]);
    const stays = way.does === 'nothing' || (typeof way.does === 'object' && 'set' in way.does);
    if (stays && follow(record, meant) !== undefined) way.does = 'drop';
    for (const steps of [stepsOf(path), ...(path.wholeKey === undefined ? [] : [[path.wholeKey]])]) {
      at([...steps.slice(0, -1), name]);
    }
  }
  return root;
}

function edit(one: Tree, place: Place): Tree {
  if (isArray(one)) {
    return one.flatMap((value, i) => {
      const own = place.below.get(i);
      const changed = own === undefined ? value : changedBy(value, own);
      return changed === undefined ? [] : [changed];
    });
  }
  if (!isBranch(one)) return one;
  const members = one.members.flatMap(([key, value], i): Member[] => {
    const own = place.below.get(key);
    if (own === undefined || own.isIdle) return [[key, value]];
    if (one.members.findLastIndex((other) => other[0] === key) !== i) return [];
    const changed = changedBy(value, own);
    const name = typeof own.does === 'object' && 'name' in own.does ? own.does.name : key;
    return changed === undefined ? [] : [[name, changed]];
  });
  const had = new Set(one.members.map(([key]) => key));
  return { members: [...members, ...made(place, had)] };
}

function changedBy(value: Tree, place: Place): Tree | undefined {
  const { does } = place;
  if (does === 'drop') return undefined;
  if (typeof does === 'object' && 'set' in does && does.set !== undefined) return does.set;
  return edit(value, place);
}

function made(place: Place, had: ReadonlySet<string>): Member[] {
  return [...place.below].flatMap(([key, own]): Member[] => {
    const { does } = own;
    if (typeof key === 'number' || had.has(key)) return [];
    if (typeof does === 'object' && 'set' in does && does.set !== undefined) return [[key, does.set]];
    const members = made(own, new Set());
    return members.length > 0 ? [[key, { members }]] : [];
  });
}

function flattened(one: Tree, separator: string): Tree {
  if (!isBranch(one)) return one;
  const flat = (members: readonly Member[], above: string): Member[] =>
    members.flatMap(([key, value]): Member[] => {
      if (!isBranch(value) || value.members.length === 0) return [[above + key, value]];
      return flat(value.members, above + key + separator);
    });
  return { members: flat(one.members, '') };
}

function editedBy(record: Tree, edits: Edits): Tree[] {
  const array = edits.explode && follow(record, meantBy(record, edits.explode));
  const elements = isArray(array) ? array : [undefined];
  return elements.map((element) => {
    const edited = edit(record, placesOf(record, edits, element));
    return edits.flatten === undefined ? edited : flattened(edited, edits.flatten);
  });
}

function pathText(chance: Chance): string {
  const first = pick(chance, ['a', 'b', 'c', 'new', '"a.b"', "'é\"'", '"key that is longer than a vector"']);
  return first + many(chance(3), () => pick(chance, ['.a', '.b', '.c', '[0]', '[1]', '["a.b"]', '.new'])).join('');
}

function randomEdits(chance: Chance): Edits {
  for (;;) {
    const value = () => pick(chance, ['"text"', '1.50', 'null', '[1,{"b":2}]', pathText(chance), pathText(chance)]);
    const texts = {
      drop: many(chance(3), () => pathText(chance)),
      set: many(chance(3), () => `${pathText(chance)}=${value()}`),
      rename: many(chance(3), () => `${pathText(chance)}=${pick(chance, ['a', 'b', 'n', '"a.b"'])}`),
      flatten: chance(4) === 0 ? pick(chance, ['.', '_', '"']) : undefined,
      explode: chance(4) === 0 ? pathText(chance) : undefined,
    };
    try {
      return parseEdits(texts);
    } catch (error) {
      if (!(error instanceof EditError)) throw error;
    }
  }
}

const RECORDS = 30;

test('random edits change what they should, and nothing else', () => {
  const runs = sized(100, 3000);
  let changed = 0;
  for (let seed = 0; seed < runs; seed++) {
    const chance = chanceOf(seed);
    const edits = randomEdits(chance);
    const records = many(RECORDS, () => branch(chance, 3));
    const columns = chance(3) > 0 ? undefined : ['a', 'b.a', 'a.b', 'c[1]'];
    const projection =
      columns === undefined
        ? ({ to: 'lines', edits } as const)
        : ({ to: 'ndjson', columns: columns.map((text) => ({ name: text, path: parseField(text) })), edits } as const);
    const engine = createEngine(buildPlan(everything, projection));
    const wrong = records.flatMap((record) => {
      const line = `${textOf(record)}\n`;
      const wanted = editedBy(record, edits).map((one) => {
        if (columns === undefined) return `${textOf(one)}\n`;
        const members = columns.flatMap((text) => {
          const path = parseField(text);
          const found = follow(one, meantBy(one, path));
          return found === undefined ? [] : [`${JSON.stringify(text)}:${textOf(found)}`];
        });
        return `{${members.join(',')}}\n`;
      });
      const { out, counts } = processBytes(engine, Buffer.from(line));
      expect(counts).toMatchObject({ records: 1, matched: 1, rejected: 0 });
      if (out.toString() !== line) changed++;
      const found = out.toString();
      return found === wanted.join('') ? [] : [{ line, wanted: wanted.join(''), found }];
    });
    const shown = `${seed}: ${JSON.stringify(edits)}`;
    expect({ shown, wrong }).toEqual({ shown, wrong: [] });
  }
  expect(changed).toBeGreaterThan((runs * RECORDS) / 3);
});
