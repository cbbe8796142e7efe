/**
 * `where`: a selector, a list of selectors that must all hold, or Tangent's list of {any, all, none}. Each is compiled
 * once to check it, and an error in it gets its place in the file.
 */

import type { TimeUnit } from '../config/settings.ts';
import { compileExpressions, compileLists, type ListSelector, SelectorError } from '../selector/index.ts';
import { isNothing, type Node, type Scalar, shapeOf } from './node.ts';
import type { Place, Problems } from './problem.ts';
import type { Where } from './topology.ts';
import { hintOf, plainValue } from './values.ts';
import { placeIn } from './variables.ts';

/** Where problems go, and what names of files are relative to. */
export interface Reader {
  readonly problems: Problems;
  readonly directory: string | undefined;
}

/**
 * The selector of a key; undefined when it cannot be, which is reported.
 * @param unit of times that are numbers, as a word of the file
 */
export function readWhere(node: Node, path: string, context: Reader, unit: string): Where | undefined {
  const { problems } = context;
  const items = node.kind === 'list' ? node.items : [node];
  if (node.kind === 'list' && items.length > 0 && items.every(({ kind }) => kind === 'map')) {
    return readLists(node, path, problems);
  }
  const texts: string[] = [];
  let isGood = true;
  for (const [i, item] of items.entries()) {
    const below = node.kind === 'list' ? `${path}[${i}]` : path;
    const text = readText(item, below, context);
    if (text === undefined) isGood = false;
    else texts.push(text);
  }
  const { place } = node;
  const timeUnit = unit === 'auto' ? {} : { timeUnit: unit as TimeUnit };
  return isGood ? Object.freeze({ texts: Object.freeze(texts), lists: undefined, ...timeUnit, place }) : undefined;
}

function readText(node: Node, path: string, { problems, directory }: Reader): string | undefined {
  // The tag has its own message already.
  if (node.kind === 'scalar' && node.tag !== undefined) return undefined;
  if (node.kind !== 'scalar' || isNothing(node)) {
    const hint = `For example: where: 'level == "error"'`;
    const message = `where: ${shapeOf(node)} is no selector`;
    problems.error({ code: 'selector', message, place: node.place, path, hint });
    return undefined;
  }
  try {
    compileExpressions([node.text], { directory });
    return node.text;
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    // A mistake in a file of rules is shown at the name of the file.
    const place = error.place === undefined ? placeOfError(node, error) : node.place;
    const message = `where: ${error.place === undefined ? '' : `${error.place}: `}${error.message}`;
    problems.error({ code: 'selector', message, place, path, hint: hintOf(error) });
    return undefined;
  }
}

function placeOfError(node: Scalar, { offset, length }: SelectorError): Place {
  return placeIn(node, offset, Math.max(1, length));
}

function readLists(node: Node, path: string, problems: Problems): Where | undefined {
  const lists = plainValue(node) as readonly ListSelector[];
  try {
    compileLists(lists);
    return Object.freeze({ texts: [], lists: Object.freeze(lists), place: node.place });
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    // `selectors[0].any[1].regex[1]`
    const steps = (error.place ?? '').match(/[A-Za-z_]+|\d+/g)?.slice(1) ?? [];
    const found = steps.reduce((at, step) => memberOf(at, step) ?? at, node);
    const named =
      found.kind === 'list'
        ? found.items.find((item) => item.kind === 'scalar' && item.text === error.text)
        : undefined;
    const at = error.text === '' ? found : (named ?? found);
    const isInText = at.kind === 'scalar' && at.text === error.text;
    const place = isInText ? placeOfError(at, error) : at.place;
    const where = `${path}${(error.place ?? '').replace(/^selectors/, '')}`;
    problems.error({ code: 'selector', message: `where: ${error.message}`, place, path: where, hint: hintOf(error) });
    return undefined;
  }
}

function memberOf(node: Node, step: string): Node | undefined {
  if (node.kind === 'list') return node.items[Number(step)];
  return node.kind === 'map' ? node.entries.find(({ key }) => key === step)?.value : undefined;
}
