/**
 * `--set sinks.out.path=x`: another value for one key. Names may contain points, so the longest name that exists is
 * taken.
 */
import { nearest } from '../selector/index.ts';
import { quoted } from '../text/printable.ts';
import { entryNode, listNode, type MapNode, mapNode, type Node } from './node.ts';
import type { Place, Problems } from './problem.ts';

/** One --set, with its value read. */
export interface Change {
  /** `sinks.out.path` */
  readonly path: string;
  readonly value: Node;
  /** Of the path, in what was typed. */
  readonly place: Place;
}

/** The tree with the changes made, in their order. What cannot be changed is reported. */
export function setValues(tree: Node | undefined, changes: readonly Change[], problems: Problems): Node | undefined {
  let changed = tree;
  for (const change of changes) {
    const root = changed ?? mapNode(change.place, []);
    changed = setAt(root, change.path, change, problems) ?? changed;
  }
  return changed;
}

/** Undefined when it cannot be, which was reported. */
function setAt(node: Node, path: string, change: Change, problems: Problems): Node | undefined {
  if (path === '') return change.value;
  if (node.kind === 'list') return setInList(node.items, path, change, problems);
  if (node.kind === 'map') return setInMap(node, path, change, problems);
  const whole = change.path.slice(0, change.path.length - path.length).replace(/\.$/, '');
  const hint = `Set all of it: --set ${whole}=…`;
  return fail(`${whole} is one text in the file, so it has no ${path}`, change, problems, hint);
}

function setInList(items: readonly Node[], path: string, change: Change, problems: Problems): Node | undefined {
  const [step = '', index = ''] = /^\[(\d+)\]\.?/.exec(path) ?? [];
  const item = step === '' ? undefined : items[Number(index)];
  if (item === undefined)
    return fail(`there is no ${quoted(change.path, 80)}: the list has ${items.length} items`, change, problems);
  const value = setAt(item, path.slice(step.length), change, problems);
  return (
    value &&
    listNode(
      change.place,
      items.map((other, i) => (i === Number(index) ? value : other)),
    )
  );
}

function setInMap(map: MapNode, path: string, change: Change, problems: Problems): Node | undefined {
  const keys = map.entries.map(({ key }) => key);
  const fits = keys.filter((key) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`));
  const key = fits.sort((a, b) => b.length - a.length)[0] ?? /^[^.[]+/.exec(path)?.[0];
  if (key === undefined)
    return fail(
      `${quoted(change.path, 80)} is no path of a key`,
      change,
      problems,
      'For example: --set sinks.out.path=x',
    );
  const rest = path.slice(key.length).replace(/^\./, '');
  const entry = map.entries.find((other) => other.key === key);
  if (entry === undefined && rest !== '') {
    const near = nearest(key, keys);
    const hint = near === undefined ? undefined : `Did you mean ${near}?`;
    if (near !== undefined)
      return fail(`the file has no ${quoted(key, 60)} at ${quoted(change.path, 80)}`, change, problems, hint);
  }
  const value = setAt(entry?.value ?? mapNode(change.place, []), rest, change, problems);
  if (value === undefined) return undefined;
  const made = entryNode(key, value, { keyPlace: entry?.keyPlace ?? change.place });
  const entries =
    entry === undefined ? [...map.entries, made] : map.entries.map((other) => (other === entry ? made : other));
  return { ...map, entries };
}

function fail(message: string, { place }: Change, problems: Problems, hint?: string): undefined {
  problems.error({ code: 'set', message, place, path: '--set', hint });
  return undefined;
}
