/**
 * The front door: text or lists in, a program for the engine out. Everything here happens once, before the first
 * record.
 */
import type { Program } from '../engine/program.ts';
import { assemble } from './assemble.ts';
import type { Expression } from './ast.ts';
import { Reading, type SelectorContext } from './context.ts';
import type { RegexCompiler } from './images.ts';
import { parseLists } from './lists.ts';
import { parseExpression } from './parse.ts';
import { compileRegex } from './regex/index.ts';

function parseAll(texts: readonly string[], reading: Reading): Expression[] {
  return texts.map((text) => parseExpression(text, reading));
}

/** With what has to be said about the files that were read for it. */
function noted(program: Program, { emptyFiles }: Reading): Program {
  return emptyFiles.length === 0 ? program : { ...program, emptyFiles };
}

/**
 * Compiles expressions that must all hold (-w/--where given several times). None at all accept every record.
 * @param context what they are read with
 * @param regex compiles patterns; tests inject one
 * @throws SelectorError for the first expression that is faulty, or a file that it names; its `text` is that
 * expression
 */
export function compileExpressions(
  texts: readonly string[],
  context: SelectorContext = {},
  regex: RegexCompiler = compileRegex,
): Program {
  const reading = new Reading(context);
  return noted(assemble({ kind: 'and', operands: parseAll(texts, reading) }, regex), reading);
}

/**
 * Compiles both notations at once, as a topology has them: all expressions must hold, and one of the lists when there
 * are some.
 * @param lists undefined: none; an array of ListSelector, whose shape is checked
 * @throws SelectorError for the first expression or list that is faulty
 */
export function compileBoth(texts: readonly string[], lists: unknown, context: SelectorContext = {}): Program {
  const reading = new Reading(context);
  const operands = parseAll(texts, reading);
  const both = lists === undefined ? operands : [...operands, parseLists(lists)];
  return noted(assemble({ kind: 'and', operands: both }, compileRegex), reading);
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
