/** `slung check --convert`: the text of a slung.yaml that does what a tangent.yaml does, with its comments. */
import { emitYaml } from './emit.ts';
import { type Comments, type Entry, type ListNode, type MapNode, type Node, noComments, scalarNode } from './node.ts';
import { tangentNotes } from './tangent.ts';

/** @param tree as fromTangent makes it, with variables that are not filled in */
export function convertedText(tree: MapNode): string {
  const entries = tree.entries.map((entry) => (entry.key === 'routes' ? withArrows(entry) : entry));
  const head = tangentNotes.map((line) => `# ${line}\n`).join('');
  return `${head}\n${emitYaml({ ...tree, entries }, { isLiteral: false })}`;
}

/** Routes that have only from and to are arrows. */
function withArrows(entry: Entry): Entry {
  if (entry.value.kind !== 'list') return entry;
  const { items, comments } = entry.value;
  const list: ListNode = {
    ...entry.value,
    items: items.map(arrowOf),
    comments: items.map((item, i) => allComments(comments[i] ?? noComments, item)),
  };
  return { ...entry, value: list };
}

/** Those of a route, and of its from and to, which an arrow has no lines for. */
function allComments(own: Comments, item: Node): Comments {
  const below = item.kind === 'map' ? item.entries.map(({ comments }) => comments) : [];
  const behind = [own, ...below].flatMap((comments) => comments.behind ?? []);
  const above = [own, ...below].flatMap((comments) => comments.above);
  return { above, behind: behind.length === 0 ? undefined : behind.join(';') };
}

function arrowOf(node: Node): Node {
  if (node.kind !== 'map' || node.entries.length !== 2) return node;
  const [from, to] = ['from', 'to'].map((key) => node.entries.find((entry) => entry.key === key)?.value);
  if (from?.kind !== 'scalar' || to === undefined || to.kind === 'map') return node;
  const targets = to.kind === 'scalar' ? [to] : to.items;
  const names = targets.flatMap((target) => (target.kind === 'scalar' ? [target.text] : []));
  return scalarNode(`${from.text} -> ${names.join(', ')}`, node.place);
}
