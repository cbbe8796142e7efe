/**
 * Trees to programs. What is said many times over one path is grouped first (group.ts). Each condition is emitted with
 * the two places control goes to afterwards, so `&&`, `||` and `!` leave no instruction behind: they only choose
 * targets. Emitting from the last condition to the first means that a target always exists already; tests are listed
 * so that control only ever goes forward, but for that from a path that is present to the next one. Constants (`in
 * []`, empty lists) emit nothing, and what they cut off is left out.
 */
import { ACCEPT, type Path, type Predicate, type Program, REJECT, type Scalar, type Test } from '../engine/program.ts';
import type { Expression } from './ast.ts';
import { group } from './group.ts';
import { type Grouped, type GroupedTest, placeOf } from './grouped.ts';
import { engineMany, Images, type ManyCompiler, type RegexCompiler } from './images.ts';

/**
 * Compiles a selector tree.
 * Equal paths share one entry of `paths`, and equal patterns one `image` object.
 * @throws SelectorError when a pattern is faulty, also one that can never be reached
 */
export function assemble(
  expression: Expression,
  compileRegex: RegexCompiler,
  many: ManyCompiler = engineMany,
): Program {
  const images = new Images(expression, compileRegex, many);
  const wanted = new Map<string, Path>();
  listPaths(expression, wanted);
  return new Assembly([...wanted.values()]).run(images.put(group(expression)));
}

/** The paths that an expression asks for, by their place, in the order of the text. */
function listPaths(node: Expression, wanted: Map<string, Path>): void {
  if (node.kind === 'test') {
    for (const path of testPaths(node.test)) if (!wanted.has(placeOf(path))) wanted.set(placeOf(path), path);
  } else if (node.kind === 'not') listPaths(node.operand, wanted);
  else for (const operand of node.operands) listPaths(operand, wanted);
}

/** The path that a test asks about, and the one that it compares it with. */
const testPaths = (test: GroupedTest): readonly Path[] => (test.op === 'paths' ? [test.path, test.other] : [test.path]);

/** Patterns and many texts are images by now. */
type AssembledTest = Exclude<GroupedTest, { op: 'regex' | 'texts' | 'patterns' }>;

/** A test before paths and targets have numbers: a target is what it leads to. */
type Draft =
  | { readonly kind: 'test'; readonly test: AssembledTest; readonly onTrue: Target; readonly onFalse: Target }
  | {
      readonly kind: 'choice';
      readonly path: Path;
      readonly cases: readonly { readonly value: Scalar; readonly target: Target }[];
      readonly onFalse: Target;
    }
  | {
      readonly kind: 'present';
      branches: readonly { readonly path: Path; readonly target: Target }[];
      readonly onFalse: Target;
    }
  | { readonly kind: 'again'; of: Draft | undefined; readonly onFalse: Target };

type Target = Draft | typeof ACCEPT | typeof REJECT;

/** Emits `node` so that control goes on at one of the two targets. @returns where `node` itself starts */
function emit(node: Grouped, onTrue: Target, onFalse: Target): Target {
  // The outcome changes nothing, as for the first half of `path == 1 && x in []`.
  if (onTrue === onFalse) return onTrue;
  switch (node.kind) {
    case 'test':
      return { kind: 'test', test: node.test as AssembledTest, onTrue, onFalse };
    case 'not':
      return emit(node.operand, onFalse, onTrue);
    case 'and':
      return node.operands.reduceRight<Target>((next, operand) => emit(operand, next, onFalse), onTrue);
    case 'or':
      return node.operands.reduceRight<Target>((next, operand) => emit(operand, onTrue, next), onFalse);
    case 'choice':
      return emitChoice(node, onTrue, onFalse);
    case 'present':
      return emitPresent(node, onTrue, onFalse);
  }
}

function emitChoice({ path, cases }: Grouped & { kind: 'choice' }, onTrue: Target, onFalse: Target): Target {
  const targets = cases.map(({ value, rest }) => ({ value, target: emit(rest, onTrue, onFalse) }));
  const leading = targets.filter(({ target }) => target !== onFalse);
  const [first] = leading;
  if (first === undefined) return onFalse;
  if (leading.some(({ target }) => target !== first.target)) return { kind: 'choice', path, cases: leading, onFalse };
  const test = { op: 'in' as const, path, values: leading.map(({ value }) => value) };
  return { kind: 'test', test, onTrue: first.target, onFalse };
}

function emitPresent({ branches }: Grouped & { kind: 'present' }, onTrue: Target, onFalse: Target): Target {
  const again: Draft & { kind: 'again' } = { kind: 'again', of: undefined, onFalse };
  const targets = branches.map(({ path, rest }) => ({ path, target: emit(rest, onTrue, again) }));
  again.of = { kind: 'present', branches: targets, onFalse };
  return again.of;
}

/** Where control can go from a test. */
function targetsOf(draft: Draft): readonly Target[] {
  switch (draft.kind) {
    case 'test':
      return [draft.onTrue, draft.onFalse];
    case 'choice':
      return [...draft.cases.map(({ target }) => target), draft.onFalse];
    case 'present':
      return [...draft.branches.map(({ target }) => target), draft.onFalse];
    case 'again':
      return [draft.of!, draft.onFalse];
  }
}

/**
 * The tests that control can reach, each before those that it leads to, but for `again`. Without recursion: a chain of
 * ten thousand conditions is as deep.
 */
function reachable(entry: Target): Draft[] {
  const order: Draft[] = [];
  const seen = new Set<Target>();
  const stack: { target: Target; isLeft: boolean }[] = [{ target: entry, isLeft: false }];
  while (stack.length > 0) {
    const { target, isLeft } = stack.pop()!;
    if (typeof target === 'number') continue;
    if (isLeft) order.push(target);
    else if (!seen.has(target)) {
      seen.add(target);
      stack.push({ target, isLeft: true });
      for (const next of targetsOf(target)) stack.push({ target: next, isLeft: false });
    }
  }
  return order.reverse();
}

/** Numbers paths and targets. */
class Assembly {
  /** One path for each place, in the order of the text. */
  readonly #wanted: readonly Path[];
  #paths = new PathTable([]);
  readonly #numbers = new Map<Target, number>();

  constructor(wanted: readonly Path[]) {
    this.#wanted = wanted;
  }

  run(grouped: Grouped): Program {
    const entry = emit(grouped, ACCEPT, REJECT);
    const order = reachable(entry);
    const asked = new Set(order.flatMap(pathsOf).map(placeOf));
    this.#paths = new PathTable(this.#wanted.filter((path) => asked.has(placeOf(path))));
    order.forEach((draft, number) => {
      this.#numbers.set(draft, number);
    });
    const tests = order.map((draft) => this.#link(draft));
    return { paths: this.#paths.paths, tests, entry: this.#number(entry) };
  }

  #number(target: Target): number {
    return typeof target === 'number' ? target : this.#numbers.get(target)!;
  }

  #link(draft: Draft): Test {
    const onFalse = this.#number(draft.onFalse);
    switch (draft.kind) {
      case 'test':
        return { ...this.#predicate(draft.test), onTrue: this.#number(draft.onTrue), onFalse };
      case 'choice': {
        const cases = draft.cases.map(({ value, target }) => ({ value, target: this.#number(target) }));
        return { op: 'choice', path: this.#paths.number(draft.path), cases, onFalse };
      }
      case 'present': {
        const branches = draft.branches.map(({ path, target }) => {
          return { path: this.#paths.number(path), target: this.#number(target) };
        });
        return { op: 'present', branches, onFalse };
      }
      case 'again':
        return { op: 'again', of: this.#number(draft.of!), onFalse };
    }
  }

  #predicate(test: AssembledTest): Predicate {
    const path = this.#paths.number(test.path);
    if (test.op === 'image') return { op: 'regex', path, image: test.image };
    if (test.op === 'paths') return { ...test, path, other: this.#paths.number(test.other) };
    if (test.op === 'in' && test.values.length === 1) return { op: 'eq', path, value: test.values[0]! };
    return { ...test, path };
  }
}

/** The paths that a test asks for. */
function pathsOf(draft: Draft): readonly Path[] {
  switch (draft.kind) {
    case 'test':
      return testPaths(draft.test);
    case 'choice':
      return [draft.path];
    case 'present':
      return draft.branches.map(({ path }) => path);
    case 'again':
      return [];
  }
}

/** Paths with numbers: in the order of the text, and without those that no test asks for. */
class PathTable {
  readonly paths: readonly Path[];
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(paths: readonly Path[]) {
    this.paths = paths;
    this.#numbers = new Map(paths.map((path, number) => [placeOf(path), number]));
  }

  /** Paths that mean the same place share a number. */
  number(path: Path): number {
    return this.#numbers.get(placeOf(path))!;
  }
}
