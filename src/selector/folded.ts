/** Text whose case does not count, `"text"i`, as a pattern: simple case folding of Unicode, as (?i) has it. */
import type { Path } from '../engine/program.ts';
import type { Comparison } from './ast.ts';

/** What a folded text can be compared by, and what stands around it in the pattern. */
const around = { eq: ['^', '$'], prefix: ['^', ''], suffix: ['', '$'], contains: ['', ''] } as const;
export type FoldedOp = keyof typeof around;

/** @param at where the literal stands in `text`, for a pattern that is too large */
export function foldedTest(path: Path, op: FoldedOp, value: string, text: string, at: number): Comparison {
  const [before, behind] = around[op];
  const literal = value.replace(/[\\^$.*+?()[\]{}|#&~-]/g, '\\$&');
  const source = `(?i)${before}${literal}${behind}`;
  const offsets = Array.from({ length: source.length + 1 }, () => at);
  return { op: 'regex', path, pattern: { source, text, offsets, place: undefined } };
}
