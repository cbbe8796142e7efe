/**
 * The front door: text or lists in, a program for the engine out. Everything here happens once, before the first
 * record.
 */
import type { Program } from '../engine/program.ts';
import { assemble } from './assemble.ts';
import type { RegexCompiler } from './images.ts';
import { parseLists } from './lists.ts';
import { parseExpression } from './parse.ts';
import { compileRegex } from './regex/index.ts';

/**
 * Compiles expressions that must all hold (-w/--where given several times). None at all accept every record.
 * @param regex compiles patterns; tests inject one
 * @throws SelectorError for the first expression that is faulty; its `text` is that expression
 */
export function compileExpressions(texts: readonly string[], regex: RegexCompiler = compileRegex): Program {
  return assemble({ kind: 'and', operands: texts.map(parseExpression) }, regex);
}

/**
 * Compiles both notations at once, as a topology has them: all expressions must hold, and one of the lists when there
 * are some.
 * @param lists undefined: none; an array of ListSelector, whose shape is checked
 * @throws SelectorError for the first expression or list that is faulty
 */
export function compileBoth(texts: readonly string[], lists: unknown, regex: RegexCompiler = compileRegex): Program {
  const operands = texts.map(parseExpression);
  return assemble({ kind: 'and', operands: lists === undefined ? operands : [...operands, parseLists(lists)] }, regex);
}

/**
 * Compiles Tangent's lists; a record passes when any of them holds, so none at all accept nothing.
 * @param selectors an array of ListSelector; its shape is checked, since it may come from a file
 * @param regex     compiles patterns; tests inject one
 * @throws SelectorError whose `place` names the member at fault
 */
export function compileLists(selectors: unknown, regex: RegexCompiler = compileRegex): Program {
  return assemble(parseLists(selectors), regex);
}
