/**
 * Runs a compiled program over a record, as the engine does but over a record read whole. It shares the meaning of the
 * single predicates with oracle.ts; what it checks is the control flow: targets, negation, constants, path numbers.
 */
import { ACCEPT, type Program, REJECT, type Test } from '../../src/engine/program.ts';
import type { RegexCompiler } from '../../src/selector/assemble.ts';
import { holds, patternFinds } from './oracle.ts';
import { type JsonValue, lookup, readRecord } from './record.ts';

/** Stands in for the pattern compiler: the image is the pattern's own UTF-8. */
export const stubRegex: RegexCompiler = (pattern) => ({ image: new TextEncoder().encode(pattern) });

/**
 * True when the record passes the program, which was compiled with `stubRegex`.
 * @throws Error when a target does not lead forward, which would let a program run for ever
 */
export function runProgram(program: Program, recordText: string): boolean {
  const record = readRecord(recordText);
  let at = program.entry;
  while (at !== ACCEPT && at !== REJECT) {
    const test = program.tests[at];
    if (test === undefined) throw new Error(`no test ${at}`);
    const next = testHolds(program, test, record) ? test.onTrue : test.onFalse;
    if (next >= 0 && next <= at) throw new Error(`test ${at} leads back to ${next}`);
    at = next;
  }
  return at === ACCEPT;
}

function testHolds(program: Program, test: Test, record: JsonValue): boolean {
  const path = program.paths[test.path];
  if (path === undefined) throw new Error(`no path ${test.path}`);
  const found = lookup(path, record);
  if (test.op !== 'regex') return holds(test, found);
  return typeof found === 'string' && patternFinds(new TextDecoder().decode(test.image), found);
}
