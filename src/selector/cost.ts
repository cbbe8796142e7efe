/**
 * What a condition costs, roughly, in units of a comparison of numbers: for the order in which conditions are tried.
 */
import type { Grouped, GroupedTest } from './grouped.ts';

/** What looks for a value byte by byte costs more than what the walk has found. */
const BELOW = 30;

function costOfTest(test: GroupedTest): number {
  return test.path.below === undefined ? costAt(test) : BELOW + costAt(test);
}

function costAt(test: GroupedTest): number {
  switch (test.op) {
    case 'contains':
      return 4;
    case 'texts':
      return test.at === 'contains' ? 16 : 2;
    case 'image':
    case 'patterns':
      return 40;
    case 'regex':
      return 24;
    case 'length':
    case 'list':
    case 'time':
      return 6;
    default:
      return 1;
  }
}

/** Grows with the time that a condition takes when all of it has to be looked at. */
export function costOf(node: Grouped): number {
  switch (node.kind) {
    case 'test':
      return costOfTest(node.test);
    case 'not':
      return costOf(node.operand);
    case 'choice':
      return 1 + node.cases.reduce((most, { rest }) => Math.max(most, costOf(rest)), 0);
    case 'present':
      return 8 + node.branches.reduce((most, { rest }) => Math.max(most, costOf(rest)), 0);
    default:
      return node.operands.reduce((sum, operand) => sum + costOf(operand), 0);
  }
}
