/**
 * What the operands of an `||` have in common is asked once. Conjunctions that have an equality of the same path
 * become a choice: the value says which of them can hold at all. Conjunctions that have a condition in common become
 * that condition and the rest of each.
 */
import type { Path, Scalar } from '../engine/program.ts';
import { type Grouped, type GroupedTest, placeOf, valueKey } from './grouped.ts';

/** A choice is made of at least so many conjunctions. */
const LEAST_CASES = 3;
/** A set that is compared with others has at most so many values. */
const MOST_VALUES = 4;

type Join = (operands: readonly Grouped[]) => Grouped;

/** @param either joins operands to an `or` that is grouped as well; `both` to an `and` */
export function shareConditions(operands: readonly Grouped[], either: Join, both: Join): readonly Grouped[] {
  if (!operands.some(({ kind }) => kind === 'and')) return operands;
  return factor(choose(operands, either, both), either, both);
}

/** For each operand the key that most operands have; keys that fewer than `least` would have are not given. */
function assign(keysOf: readonly (readonly string[])[], least: number): (string | undefined)[] {
  const counts = new Map<string, number>();
  for (const key of keysOf.flat()) counts.set(key, (counts.get(key) ?? 0) + 1);
  const chosen = keysOf.map((keys) =>
    keys.reduce<string | undefined>(
      (best, key) => (best === undefined || counts.get(key)! > counts.get(best)! ? key : best),
      undefined,
    ),
  );
  const uses = new Map<string, number>();
  for (const key of chosen) if (key !== undefined) uses.set(key, (uses.get(key) ?? 0) + 1);
  return chosen.map((key) => (key !== undefined && uses.get(key)! >= least ? key : undefined));
}

/** A condition that holds for some values of its path only. */
interface Equality {
  readonly condition: Grouped;
  readonly path: Path;
  readonly values: readonly Scalar[];
}

/** Of a path that names several values, one may be equal to this and one to that. */
const isBelow = ({ test }: Grouped & { kind: 'test' }): boolean => test.path.below !== undefined;

function equality(condition: Grouped): readonly Equality[] {
  if (condition.kind !== 'test' || condition.test.op !== 'eq' || isBelow(condition)) return [];
  return [{ condition, path: condition.test.path, values: [condition.test.value] }];
}

/** What of an operand a choice can be made by. A set in a conjunction is none, since its rest would be repeated. */
function equalities(operand: Grouped): readonly Equality[] {
  if (operand.kind === 'and') return operand.operands.flatMap(equality);
  if (operand.kind !== 'test' || operand.test.op !== 'in' || isBelow(operand)) return equality(operand);
  return [{ condition: operand, path: operand.test.path, values: operand.test.values }];
}

interface Chosen {
  readonly path: Path;
  readonly cases: Map<string, { value: Scalar; rests: Grouped[] }>;
}

function choose(operands: readonly Grouped[], either: Join, both: Join): readonly Grouped[] {
  const keysOf = operands.map((operand) => [...new Set(equalities(operand).map(({ path }) => placeOf(path)))]);
  const keys = assign(keysOf, LEAST_CASES);
  const choices = new Map<string, Chosen>();
  const result: (() => Grouped)[] = [];
  operands.forEach((operand, i) => {
    const key = keys[i];
    const found = equalities(operand).find(({ path }) => placeOf(path) === key);
    if (key === undefined || found === undefined) {
      result.push(() => operand);
      return;
    }
    let chosen = choices.get(key);
    if (chosen === undefined) {
      const made: Chosen = { path: found.path, cases: new Map() };
      chosen = made;
      choices.set(key, made);
      result.push(() => choiceNode(made, either, both));
    }
    addCases(chosen, found.values, both(withoutOne(operand, (each) => each === found.condition)));
  });
  return result.map((make) => make());
}

/** The other operands of an `and`; none of what is no `and`. */
function withoutOne(operand: Grouped, isTheOne: (each: Grouped) => boolean): readonly Grouped[] {
  if (operand.kind !== 'and') return [];
  const at = operand.operands.findIndex(isTheOne);
  return operand.operands.filter((_, i) => i !== at);
}

function addCases({ cases }: Chosen, values: readonly Scalar[], rest: Grouped): void {
  for (const value of new Map(values.map((each) => [valueKey(each), each])).values()) {
    const known = cases.get(valueKey(value));
    if (known === undefined) cases.set(valueKey(value), { value, rests: [rest] });
    else known.rests.push(rest);
  }
}

function choiceNode({ path, cases }: Chosen, either: Join, both: Join): Grouped {
  const list = [...cases.values()].map(({ value, rests }) => ({ value, rest: either(rests) }));
  const [first] = list;
  if (list.length > 1 || first === undefined) return { kind: 'choice', path, cases: list };
  return both([{ kind: 'test', test: { op: 'eq', path, value: first.value } }, first.rest]);
}

/** Equal for conditions that are the same; undefined for those that nobody repeats. */
function conditionKey(node: Grouped): string | undefined {
  if (node.kind === 'not') {
    const key = conditionKey(node.operand);
    return key === undefined ? undefined : `!${key}`;
  }
  return node.kind === 'test' ? testKey(node.test) : undefined;
}

function testKey(test: GroupedTest): string | undefined {
  const key = `${test.op}${placeOf(test.path)}`;
  switch (test.op) {
    case 'has':
      return key;
    case 'regex':
      return `${key}${test.pattern.source}`;
    case 'prefix':
    case 'suffix':
    case 'contains':
      return key + valueKey({ type: 'string', bytes: test.bytes });
    case 'in':
      return test.values.length <= MOST_VALUES ? key + test.values.map(valueKey).join() : undefined;
    case 'kinds':
      return key + test.kinds.join();
    case 'paths':
      return `${key}${test.order}${placeOf(test.other)}`;
    case 'length':
      return `${key}${test.order}${valueKey(test.value)}`;
    case 'time':
      return `${key}${test.order}${test.time.us}.${test.time.rest}`;
    case 'list':
    case 'texts':
    case 'patterns':
    case 'image':
      return undefined;
    default:
      return key + valueKey(test.value);
  }
}

/** `a && b || a && c` is `a && (b || c)`. */
function factor(operands: readonly Grouped[], either: Join, both: Join): readonly Grouped[] {
  const keysOf = operands.map((operand) =>
    operand.kind === 'and' ? operand.operands.flatMap((each) => conditionKey(each) ?? []) : [],
  );
  const keys = assign(keysOf, 2);
  const common = new Map<string, { condition: Grouped; rests: Grouped[] }>();
  const result: (() => Grouped)[] = [];
  operands.forEach((operand, i) => {
    const key = keys[i];
    if (key === undefined || operand.kind !== 'and') {
      result.push(() => operand);
      return;
    }
    const isCommon = (each: Grouped): boolean => conditionKey(each) === key;
    const rest = both(withoutOne(operand, isCommon));
    const known = common.get(key);
    if (known !== undefined) known.rests.push(rest);
    else {
      const shared = { condition: operand.operands.find(isCommon)!, rests: [rest] };
      common.set(key, shared);
      result.push(() => both([shared.condition, either(shared.rests)]));
    }
  });
  return result.map((make) => make());
}
