/**
 * Classes by the value of a place: programs that begin with an equality of one path are asked at once where the value
 * leads, instead of one after another. A thousand routes by `service` cost a record what a few do.
 */
import type { Choice, OutputClass, Path, Program, Scalar } from './program.ts';
import { ACCEPT, REJECT } from './program.ts';

/** A choice costs about as much as two tests. */
const LEAST_CLASSES = 3;

/** A program's first test, when that is whether a place has one of some values. */
export interface Leading {
  /** The number in the program, and equal for paths that mean the same place. */
  readonly path: number;
  readonly place: string;
  readonly values: readonly Scalar[];
  /** Equal for values that are equal. */
  readonly keys: readonly string[];
  /** Where the program goes on; with several values it is at its end. */
  readonly next: number;
}

/** Undefined for programs that begin with anything else. */
export function leadingOf({ entry, tests, paths }: Program): Leading | undefined {
  const test = tests[entry];
  if (test === undefined || (test.op !== 'eq' && test.op !== 'in') || test.onFalse !== REJECT) return undefined;
  const values = test.op === 'eq' ? [test.value] : test.values;
  if (values.length > 1 && test.onTrue !== ACCEPT) return undefined;
  const { path, onTrue } = test;
  // Several values below a path may be equal to different ones.
  if (paths[path]!.below !== undefined) return undefined;
  return { path, place: placeOf(paths[path]!), values, keys: values.map(keyOf), next: onTrue };
}

/**
 * Classes that no record can be in two of, because one place has one value: lists to be used as groups. What has no
 * such equality, or one that no other has, is a list by itself.
 */
export function exclusive(classes: readonly OutputClass[], numbers: readonly number[]): number[][] {
  const lists = new Map<string, number[][]>();
  const result: number[][] = [];
  const uses = new Map<string, number>();
  for (const number of numbers) {
    const leading = leadingOf(classes[number]!.program);
    if (leading === undefined) {
      result.push([number]);
      continue;
    }
    const { place, keys } = leading;
    // The first list in which none of the values stands.
    const marks = keys.map((key) => `${place} ${key}`);
    const at = Math.max(0, ...marks.map((mark) => uses.get(mark) ?? 0));
    for (const mark of marks) uses.set(mark, at + 1);
    const own = lists.get(place) ?? [];
    lists.set(place, own);
    const list = own[at];
    if (list !== undefined) list.push(number);
    else {
      own[at] = [number];
      result.push(own[at]);
    }
  }
  return result;
}

/** Neighbours of a chain that one choice can be made of; all others are alone. */
export function runsOf(chain: readonly number[], leading: (number: number) => Leading | undefined): number[][] {
  const runs: number[][] = [];
  let place: string | undefined;
  for (const number of chain) {
    const own = leading(number)?.place;
    if (own !== undefined && own === place) runs.at(-1)!.push(number);
    else runs.push([number]);
    place = own;
  }
  return runs.flatMap((run) => (run.length < LEAST_CLASSES ? run.map((number) => [number]) : [run]));
}

/** The cases of a choice, gathered from the last class to the first: what comes later gives way. */
export class Cases {
  readonly #byKey = new Map<string, { value: Scalar; target: number }>();

  /** Where a value leads by the classes so far; undefined: nowhere. */
  targetOf(key: string): number | undefined {
    return this.#byKey.get(key)?.target;
  }

  lead({ values, keys }: Leading, target: number): void {
    values.forEach((value, i) => {
      this.#byKey.set(keys[i]!, { value, target });
    });
  }

  choice(path: number, onFalse: number): Choice {
    return { op: 'choice', path, cases: [...this.#byKey.values()], onFalse };
  }
}

const places = new WeakMap<Path, string>();

function placeOf(path: Path): string {
  const known = places.get(path);
  if (known !== undefined) return known;
  const steps = path.steps.map((step) => (step.kind === 'key' ? step.key : step.index));
  const place = JSON.stringify([path.wholeKey ?? null, ...steps]);
  places.set(path, place);
  return place;
}

/** As numbers compare: an integer is the same in whatever kind it is. */
function keyOf(value: Scalar): string {
  if (value.type === 'null') return 'null';
  if (value.type === 'string') return `"${Buffer.from(value.bytes).toString('latin1')}`;
  const isWhole = value.type === 'f64' && Number.isInteger(value.value);
  return String(isWhole ? BigInt(value.value) : value.value);
}
