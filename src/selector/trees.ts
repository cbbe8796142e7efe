/** Trees of expressions for questions about their text: what a line has to have, and hints at the end of a run. */
import type { Expression } from './ast.ts';
import { parseExpression } from './parse.ts';

const trees = new WeakMap<readonly string[], readonly Expression[]>();

/**
 * The trees of expressions, without what is in the files that they name. Thousands of rules are read once for all
 * questions.
 * @throws SelectorError
 */
export function treesOf(texts: readonly string[]): readonly Expression[] {
  const known = trees.get(texts) ?? texts.map((text) => parseExpression(text));
  trees.set(texts, known);
  return known;
}
