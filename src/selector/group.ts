/**
 * Many rules for the price of a few. An `||` of a thousand conditions is regrouped, so that each value is looked at
 * once: equalities of one path become one set; conjunctions with an equality become a choice by that path's value;
 * texts and patterns of one path become one automaton; conditions of paths that a record does not have are passed over
 * together. Conditions have no effects and never fail, so their order is free: the cheap ones come first. The same is
 * done for an `&&` of negations.
 */
import type { Path, Scalar } from '../engine/program.ts';
import type { Expression, Pattern } from './ast.ts';
import { costOf } from './cost.ts';
import { type Grouped, type GroupedTest, placeOf, type TextPlace, valueKey } from './grouped.ts';
import { shareConditions } from './share.ts';

/** From how many on an automaton is faster than one test each (bench/rules.mjs). */
const LEAST_TEXTS = 6;
export const LEAST_PATTERNS = 4;
/** From how many paths on it pays to ask first which of them are there. */
const LEAST_PATHS = 12;
/** Of larger sets nobody asks whether a value is in them twice, which only takes room. */
const MOST_COMPARED = 256;

/** Regroups a tree. The result holds for the same records. */
export function group(node: Expression): Grouped {
  switch (node.kind) {
    case 'test':
      return node.test.op === 'in' && node.test.values.length === 0 ? never : node;
    case 'not':
      return negate(group(node.operand));
    case 'or':
      return either(node.operands.map(group));
    case 'and':
      return both(node.operands.map(group));
  }
}

const never: Grouped = { kind: 'or', operands: [] };

const negate = (node: Grouped): Grouped => (node.kind === 'not' ? node.operand : { kind: 'not', operand: node });

/** Operands of the same kind of node take its place. */
function flatten(kind: 'and' | 'or', operands: readonly Grouped[]): readonly Grouped[] {
  if (!operands.some((operand) => operand.kind === kind)) return operands;
  return operands.flatMap((operand) => (operand.kind === kind ? operand.operands : [operand]));
}

function node(kind: 'and' | 'or', operands: readonly Grouped[]): Grouped {
  return operands.length === 1 ? operands[0]! : { kind, operands: cheapFirst(operands) };
}

/** Kinds of costs, not costs: within a kind, what the user wrote first is tried first. */
function cheapFirst(operands: readonly Grouped[]): readonly Grouped[] {
  const costs = new Map(operands.map((operand) => [operand, Math.floor(Math.log2(costOf(operand) + 1) / 3)]));
  return [...operands].sort((a, b) => costs.get(a)! - costs.get(b)!);
}

/** All of them. What is negated in it is an `or`, negated. */
function both(given: readonly Grouped[]): Grouped {
  const operands = flatten('and', given);
  const negated = operands.filter((operand) => operand.kind === 'not');
  if (negated.length < 2) return node('and', operands);
  const plain = operands.filter((operand) => operand.kind !== 'not');
  return node('and', [...plain, negate(either(negated.map(({ operand }) => operand)))]);
}

/** One of them. */
function either(given: readonly Grouped[]): Grouped {
  const operands = flatten('or', given);
  if (operands.length < 2) return node('or', operands);
  return node('or', groupPaths(shareConditions(groupTests(operands), either, both)));
}

/** Tests of one path that are asked in one go: by what they are, and their path. */
interface Bucket {
  readonly first: GroupedTest;
  readonly tests: GroupedTest[];
}

function groupTests(operands: readonly Grouped[]): readonly Grouped[] {
  const buckets = new Map<string, Bucket>();
  const result: (Grouped | Bucket)[] = [];
  for (const operand of operands) {
    const kind = operand.kind === 'test' ? bucketKind(operand.test) : undefined;
    if (operand.kind !== 'test' || kind === undefined) {
      result.push(operand);
      continue;
    }
    const key = kind + placeOf(operand.test.path);
    const bucket = buckets.get(key);
    if (bucket !== undefined) bucket.tests.push(operand.test);
    else {
      const made = { first: operand.test, tests: [operand.test] };
      buckets.set(key, made);
      result.push(made);
    }
  }
  return result.flatMap((each) => ('first' in each ? merged(each) : [each]));
}

function bucketKind({ op }: GroupedTest): string | undefined {
  if (op === 'eq' || op === 'in') return 'in';
  return op === 'prefix' || op === 'suffix' || op === 'contains' || op === 'regex' ? op : undefined;
}

const testNode = (test: GroupedTest): Grouped => ({ kind: 'test', test });

function merged({ first, tests }: Bucket): Grouped[] {
  const { path, op } = first;
  if (op === 'eq' || op === 'in') return tests.length === 1 ? [testNode(first)] : [membership(path, tests)];
  if (op === 'regex') return patternTests(path, tests);
  if (tests.length < LEAST_TEXTS) return tests.map(testNode);
  const texts = tests.flatMap((test) => ('bytes' in test ? [test.bytes] : []));
  return [testNode({ op: 'texts', path, at: op as TextPlace, texts })];
}

/** Patterns that are written twice are looked for once. */
function patternTests(path: Path, tests: readonly GroupedTest[]): Grouped[] {
  const patterns = new Map<string, Pattern>();
  for (const test of tests) {
    if (test.op === 'regex' && !patterns.has(test.pattern.source)) patterns.set(test.pattern.source, test.pattern);
  }
  const list = [...patterns.values()];
  if (list.length >= LEAST_PATTERNS) return [testNode({ op: 'patterns', path, patterns: list })];
  return list.map((pattern) => testNode({ op: 'regex', path, pattern }));
}

/** The values of equalities and sets. */
function valuesOf(test: GroupedTest): readonly Scalar[] {
  if (test.op === 'eq') return [test.value];
  return test.op === 'in' ? test.values : [];
}

function membership(path: Path, tests: readonly GroupedTest[]): Grouped {
  const all = tests.flatMap(valuesOf);
  const values = all.length > MOST_COMPARED ? all : [...new Map(all.map((value) => [valueKey(value), value])).values()];
  return testNode({ op: 'in', path, values });
}

/** The path without which an operand is false; undefined when there is no such path. */
function neededPath(operand: Grouped): Path | undefined {
  if (operand.kind === 'test') return operand.test.path;
  if (operand.kind === 'choice') return operand.path;
  if (operand.kind !== 'and') return undefined;
  for (const each of operand.operands) {
    const path = neededPath(each);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** The keys and steps that answer for a path: other paths may share them. */
function answersOf(path: Path): string[] {
  const whole = path.wholeKey === undefined ? [] : [JSON.stringify([path.wholeKey])];
  if (path.steps.length === 0) return whole;
  const steps = path.steps.map((step) => (step.kind === 'key' ? step.key : step.index));
  return [...whole, JSON.stringify(steps)];
}

/** Operands of many paths: those whose path is absent are not looked at. */
function groupPaths(operands: readonly Grouped[]): readonly Grouped[] {
  if (operands.length < LEAST_PATHS) return operands;
  const branches = new Map<string, { path: Path; operands: Grouped[] }>();
  const owners = new Map<string, string>();
  const others: Grouped[] = [];
  for (const operand of operands) {
    const path = neededPath(operand);
    const place = path === undefined ? '' : placeOf(path);
    const isFree = path !== undefined && answersOf(path).every((each) => (owners.get(each) ?? place) === place);
    if (path === undefined || !isFree) {
      others.push(operand);
      continue;
    }
    for (const each of answersOf(path)) owners.set(each, place);
    const branch = branches.get(place);
    if (branch === undefined) branches.set(place, { path, operands: [operand] });
    else branch.operands.push(operand);
  }
  if (branches.size < LEAST_PATHS) return operands;
  const list = [...branches.values()].map((branch) => ({ path: branch.path, rest: node('or', branch.operands) }));
  return [...others, { kind: 'present', branches: list }];
}
