/**
 * Trees to programs. Each condition is emitted with the two places control goes to afterwards, so `&&`, `||` and `!`
 * leave no instruction behind: they only choose targets. Emitting from the last condition to the first means that a
 * target always exists already; the list is turned round at the end, so tests stand in the order of the text and
 * control only ever goes forward. Constants (`in []`, empty lists) emit nothing, and what they cut off is left out.
 */
import { ACCEPT, type Path, type Predicate, type Program, REJECT, type Test } from '../engine/program.ts';
import type { Comparison, Expression, Pattern } from './ast.ts';
import { SelectorError } from './errors.ts';
import { RegexError } from './regex/error.ts';

/**
 * Compiles one pattern to the image that the engine runs; throws RegexError. Injected, so that tests can do without.
 */
export type RegexCompiler = (pattern: string) => { readonly image: Uint8Array };

/**
 * Compiles a selector tree.
 * Equal paths share one entry of `paths`, and equal patterns one `image` object.
 * @throws SelectorError when a pattern is faulty, also one that can never be reached
 */
export function assemble(expression: Expression, compileRegex: RegexCompiler): Program {
  const images = new Map<string, Uint8Array>();
  compilePatterns(expression, compileRegex, images);
  const emitted: Emitted[] = [];
  const entry = emit(expression, ACCEPT, REJECT, emitted);
  return link(emitted, entry, images);
}

/** Before anything is emitted, and in the order of the text, so that the first faulty pattern is the one reported. */
function compilePatterns(node: Expression, compileRegex: RegexCompiler, images: Map<string, Uint8Array>): void {
  if (node.kind === 'not') {
    compilePatterns(node.operand, compileRegex, images);
  } else if (node.kind !== 'test') {
    for (const operand of node.operands) compilePatterns(operand, compileRegex, images);
  } else if (node.test.op === 'regex') {
    const { pattern } = node.test;
    if (!images.has(pattern.source)) images.set(pattern.source, imageOf(pattern, compileRegex));
  }
}

function imageOf(pattern: Pattern, compileRegex: RegexCompiler): Uint8Array {
  try {
    return compileRegex(pattern.source).image;
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    const last = pattern.offsets.length - 1;
    const start = pattern.offsets[Math.min(error.offset, last)]!;
    const end = pattern.offsets[Math.min(error.offset + error.length, last)]!;
    throw new SelectorError({
      message: error.message,
      text: pattern.text,
      offset: start,
      length: end - start,
      expected: error.expected,
      suggestion: error.hint,
      place: pattern.place,
    });
  }
}

/** A test whose targets are indexes of the list it stands in. */
interface Emitted {
  readonly test: Comparison;
  readonly onTrue: number;
  readonly onFalse: number;
}

/**
 * Emits `node` so that control goes on at one of the two targets.
 * @param emitted receives the tests, the last of the text first
 * @returns where `node` itself starts
 */
function emit(node: Expression, onTrue: number, onFalse: number, emitted: Emitted[]): number {
  switch (node.kind) {
    case 'test':
      return emitTest(node.test, onTrue, onFalse, emitted);
    case 'not':
      return emit(node.operand, onFalse, onTrue, emitted);
    case 'and':
      return node.operands.reduceRight((next, operand) => emit(operand, next, onFalse, emitted), onTrue);
    case 'or':
      return node.operands.reduceRight((next, operand) => emit(operand, onTrue, next, emitted), onFalse);
  }
}

function emitTest(test: Comparison, onTrue: number, onFalse: number, emitted: Emitted[]): number {
  // The outcome changes nothing, as for the first half of `path == 1 && x in []`.
  if (onTrue === onFalse) return onTrue;
  if (test.op === 'in' && test.values.length === 0) return onFalse;
  emitted.push({ test, onTrue, onFalse });
  return emitted.length - 1;
}

/** Turns the emitted tests round, drops those that control cannot reach, and numbers paths and targets. */
function link(emitted: readonly Emitted[], entry: number, images: ReadonlyMap<string, Uint8Array>): Program {
  const reachable = new Set([entry]);
  for (let index = emitted.length - 1; index >= 0; index -= 1) {
    if (!reachable.has(index)) continue;
    reachable.add(emitted[index]!.onTrue).add(emitted[index]!.onFalse);
  }
  const kept = [...emitted.keys()].filter((index) => reachable.has(index)).reverse();
  const numbers = new Map([
    [ACCEPT, ACCEPT],
    [REJECT, REJECT],
    ...kept.map((index, number) => [index, number] as const),
  ]);
  const paths = new PathTable();
  const tests = kept.map((index): Test => {
    const { test, onTrue, onFalse } = emitted[index]!;
    const predicate = predicateOf(test, paths.number(test.path), images);
    return { ...predicate, onTrue: numbers.get(onTrue)!, onFalse: numbers.get(onFalse)! };
  });
  return { paths: paths.paths, tests, entry: numbers.get(entry)! };
}

function predicateOf(test: Comparison, path: number, images: ReadonlyMap<string, Uint8Array>): Predicate {
  if (test.op === 'regex') return { op: 'regex', path, image: images.get(test.pattern.source)! };
  if (test.op === 'in' && test.values.length === 1) return { op: 'eq', path, value: test.values[0]! };
  return { ...test, path };
}

/** Numbers paths in the order of their first use; paths that mean the same place share a number. */
class PathTable {
  readonly paths: Path[] = [];
  readonly numbers = new Map<string, number>();

  number(path: Path): number {
    const place = JSON.stringify([
      path.wholeKey ?? null,
      ...path.steps.map((s) => (s.kind === 'key' ? s.key : s.index)),
    ]);
    const known = this.numbers.get(place);
    if (known !== undefined) return known;
    this.numbers.set(place, this.paths.length);
    return this.paths.push(path) - 1;
  }
}
