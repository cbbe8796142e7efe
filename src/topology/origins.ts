/** `@file` and `@line` tell where a record was read: only records straight from a source have that. */
import { asksOrigin } from '../config/fields.ts';
import type { Draft } from './drafts.ts';
import type { Node, Scalar } from './node.ts';
import type { Problems } from './problem.ts';
import type { DraftEdge } from './routes.ts';

export function checkOrigins(edges: readonly DraftEdge[], problems: Problems): void {
  for (const { from, to, projection, place, path } of edges) {
    if (from.kind !== 'plugin') continue;
    const { fields = [], edits } = projection;
    const own = [...fields.map((field) => field.path), ...(edits?.set ?? [])].find(asksOrigin);
    const keys = [...(projection.fields === undefined ? ['fields'] : []), ...(edits === undefined ? ['set'] : [])];
    const its =
      own === undefined ? keys.flatMap((key) => textsOf(to, key)).find(({ text }) => asksOrigin(text)) : undefined;
    if (own === undefined && its === undefined) continue;
    problems.error({
      code: 'origin',
      message: `@file and @line are where a record was read, and what plugin ${from.name} outputs was made by it`,
      place: its?.place ?? place,
      path,
      hint: 'Add them on the way to the plugin: { from: …, set: [file=@file, line=@line], to: … }',
    });
  }
}

/** What a sink says under a key that takes a text or a list of them. */
function textsOf({ walked }: Draft, key: string): Scalar[] {
  const value: Node | undefined = walked?.entries.get(key)?.value;
  const items = value?.kind === 'list' ? value.items : value === undefined ? [] : [value];
  return items.filter((item) => item.kind === 'scalar');
}
