/**
 * Runs a compiled program over a record, as the engine does but over a record read whole. It shares the meaning of the
 * single predicates with oracle.ts; what it checks is the control flow: targets, negation, constants, path numbers.
 */
import { ACCEPT, type Predicate, type Program, REJECT, type Test } from '../../src/engine/program.ts';
import type { ManyCompiler, RegexCompiler } from '../../src/selector/images.ts';
import { holds, patternFinds } from './oracle.ts';
import { type JsonValue, lookup, readRecord } from './record.ts';

/** Stands in for the pattern compiler: the image is the pattern's own UTF-8. */
export const stubRegex: RegexCompiler = (pattern) => ({ image: new TextEncoder().encode(pattern) });

const many = new WeakMap<Uint8Array, (found: string) => boolean>();

/** Stands in for the compilers of what is looked for in one go. */
export const stubMany: ManyCompiler = {
  texts(texts, at) {
    const image = Buffer.from(`${texts.length} texts`);
    many.set(image, (found) => texts.some((bytes) => holds({ op: at, bytes }, found)));
    return image;
  },
  parse: (pattern) => pattern as never,
  patterns(parsed) {
    const image = Buffer.from(`${parsed.length} patterns`);
    many.set(image, (found) => parsed.some((pattern) => patternFinds(pattern as never, found)));
    return [image];
  },
};

/**
 * True when the record passes the program, which was compiled with the stubs.
 * @throws Error when a target does not lead forward, which would let a program run for ever
 */
export function runProgram(program: Program, recordText: string): boolean {
  const record = readRecord(recordText);
  const turns = new Map<number, number>();
  let at = program.entry;
  while (at !== ACCEPT && at !== REJECT) {
    const test = program.tests[at];
    if (test === undefined) throw new Error(`no test ${at}`);
    const next = nextOf(program, at, test, record, turns);
    if (next >= 0 && next <= at && test.op !== 'again') throw new Error(`test ${at} leads back to ${next}`);
    at = next;
  }
  return at === ACCEPT;
}

/** @param turns how many branches of each `present` test have had their turn */
function nextOf(program: Program, at: number, test: Test, record: JsonValue, turns: Map<number, number>): number {
  const found = (path: number): JsonValue | undefined => lookup(program.paths[path]!, record);
  if (test.op === 'choice') {
    const value = found(test.path);
    return test.cases.find((one) => holds({ op: 'eq', value: one.value }, value))?.target ?? test.onFalse;
  }
  if (test.op !== 'present' && test.op !== 'again')
    return testHolds(test, found(test.path)) ? test.onTrue : test.onFalse;
  const first = test.op === 'again' ? test.of : at;
  const group = program.tests[first];
  if (group?.op !== 'present') throw new Error(`test ${at} goes on with ${first}`);
  for (let turn = test.op === 'again' ? turns.get(first)! : 0; turn < group.branches.length; turn += 1) {
    const branch = group.branches[turn]!;
    if (found(branch.path) === undefined) continue;
    turns.set(first, turn + 1);
    return branch.target;
  }
  return test.onFalse;
}

function testHolds(test: Predicate, found: JsonValue | undefined): boolean {
  if (test.op === 'paths') throw new Error('two paths are not compared here');
  if (test.op !== 'regex') return holds(test, found);
  if (typeof found !== 'string') return false;
  return many.get(test.image)?.(found) ?? patternFinds(new TextDecoder().decode(test.image), found);
}
