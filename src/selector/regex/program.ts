/**
 * ast.ts → a Thompson automaton over whole characters. Bytes come in only later (decoder.ts), so an automaton's size
 * does not depend on how many ranges a class has. Counted repetitions are written out; the size is checked before
 * anything is built.
 */
import { OP_ASSERT, OP_CHARACTER, OP_MATCH, OP_SPLIT } from '../../engine/regex-layout.ts';
import type { Node, Pattern } from './ast.ts';
import { RegexError } from './error.ts';
import type { CodePoints } from './ranges.ts';

/**
 * Instructions are numbered by their index. `argument`: character → index into sets, split → second next, assert →
 * pairs.
 */
export interface Nfa {
  readonly operations: readonly number[];
  readonly nexts: readonly number[];
  readonly arguments: readonly number[];
  /** Distinct sets of code points. */
  readonly sets: readonly CodePoints[];
  readonly start: number;
}

/**
 * Instruction numbers must fit in 16 bits; a quarter of that keeps the simulation's cost per byte in the tens of µs.
 */
export const MAX_INSTRUCTIONS = 16384;

/** Instructions that a node becomes, at most. @throws RegexError at the innermost repetition that is too large */
function sizeOf(node: Node): number {
  switch (node.type) {
    case 'set':
    case 'assert':
      return 1;
    case 'cat':
      return node.items.reduce((size, item) => size + sizeOf(item), 0);
    case 'alt':
      return node.items.reduce((size, item) => size + sizeOf(item) + 1, 0);
    case 'repeat': {
      const item = sizeOf(node.item);
      const size =
        node.max === Number.POSITIVE_INFINITY
          ? item * Math.max(1, node.min) + 1
          : item * node.min + (item + 1) * (node.max - node.min);
      if (size > MAX_INSTRUCTIONS) {
        throw new RegexError({
          message: `this repetition makes the pattern too large: ${size} steps`,
          offset: node.offset,
          length: node.length,
          expected: `at most ${MAX_INSTRUCTIONS} steps`,
          hint: 'repeat less, or repeat something shorter',
        });
      }
      return size;
    }
  }
}

/** Builds from the end: every node gets what follows it and returns where it begins. */
class Builder {
  /** A class such as \w is the same object wherever it stands: it need not be spelt out to be known. */
  private readonly known = new Map<CodePoints, number>();
  readonly operations: number[] = [];
  readonly nexts: number[] = [];
  readonly arguments: number[] = [];
  readonly sets: CodePoints[] = [];
  private readonly setIndices = new Map<string, number>();

  add(operation: number, next: number, argument: number): number {
    this.nexts.push(next);
    this.arguments.push(argument);
    return this.operations.push(operation) - 1;
  }

  emit(node: Node, next: number): number {
    switch (node.type) {
      case 'set':
        return this.add(OP_CHARACTER, next, this.setIndex(node.set));
      case 'assert':
        return this.add(OP_ASSERT, next, node.pairs);
      case 'cat':
        return node.items.reduceRight((after, item) => this.emit(item, after), next);
      case 'alt': {
        let first = this.emit(node.items[node.items.length - 1]!, next);
        for (let i = node.items.length - 2; i >= 0; i -= 1) {
          first = this.add(OP_SPLIT, this.emit(node.items[i]!, next), first);
        }
        return first;
      }
      case 'repeat':
        return this.emitRepeat(node, next);
    }
  }

  private emitRepeat(node: Node & { type: 'repeat' }, next: number): number {
    let first = next;
    let copies = node.min;
    if (node.max === Number.POSITIVE_INFINITY) {
      const loop = this.add(OP_SPLIT, 0, next);
      const body = this.emit(node.item, loop);
      this.nexts[loop] = body;
      first = node.min === 0 ? loop : body;
      copies = Math.max(0, node.min - 1);
    } else {
      for (let i = node.min; i < node.max; i += 1) first = this.add(OP_SPLIT, this.emit(node.item, first), next);
    }
    for (let i = 0; i < copies; i += 1) first = this.emit(node.item, first);
    return first;
  }

  private setIndex(set: CodePoints): number {
    let index = this.known.get(set);
    if (index !== undefined) return index;
    const key = set.join();
    index = this.setIndices.get(key);
    if (index === undefined) {
      index = this.sets.push(set) - 1;
      this.setIndices.set(key, index);
    }
    this.known.set(set, index);
    return index;
  }
}

/** @throws RegexError when the pattern is too large; `length` is the pattern's, in UTF-16 units */
export function checkSize(pattern: Pattern, length: number): number {
  const size = sizeOf(pattern.root) + 1;
  if (size <= MAX_INSTRUCTIONS) return size;
  throw new RegexError({
    message: `the pattern is too large: ${size} steps`,
    offset: 0,
    length,
    expected: `at most ${MAX_INSTRUCTIONS} steps`,
    hint: 'use several patterns',
  });
}

/** Of a pattern whose size has been checked. */
export function buildNfa(pattern: Pattern): Nfa {
  const builder = new Builder();
  const start = builder.emit(pattern.root, builder.add(OP_MATCH, 0, 0));
  const { operations, nexts, arguments: args, sets } = builder;
  return { operations, nexts, arguments: args, sets, start };
}
