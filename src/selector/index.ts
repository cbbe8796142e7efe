/**
 * What the rest of slung uses of selectors. The CLI compiles expressions and paths and shows errors; plugins bring
 * Tangent's lists; the end of a run asks for hints. README.md describes the language.
 */
export { compileBoth, compileExpressions, compileLists } from './compile.ts';
export { EditError, type EditTexts, parseEdits } from './edits.ts';
export { renderSelectorError, SelectorError } from './errors.ts';
export { bareWordHints, bareWords, misfitHints, timeHints } from './fit.ts';
export { nearestPath } from './hint.ts';
export type { ListPredicate, ListScalar, ListSelector } from './lists.ts';
export { formatPath, parseField, parsePath } from './paths.ts';
export { requiredTexts } from './required.ts';
export { sampledRecords } from './sample.ts';
export { nearest } from './suggest.ts';
export { parseTangentPath } from './tangent.ts';
