/** `drop`, `set`, `rename`, `flatten` and `explode` of a route or a sink. */
import type { EditSettings } from '../config/settings.ts';
import { EditError, parseEdits } from '../selector/index.ts';
import type { Node } from './node.ts';
import { hintOf } from './values.ts';
import type { WalkContext, Walked } from './walk.ts';

const lists = ['drop', 'set', 'rename'] as const;
const texts = ['flatten', 'explode'] as const;
/** The keys of edits. */
export const editKeys: readonly string[] = [...lists, ...texts];
const MOST_SEPARATOR = 16;

/** The edits, when there are some; what is wrong with them is reported. */
export function readEdits({ settings, entries, path }: Walked, { problems }: WalkContext): EditSettings | undefined {
  const [first] = [...lists, ...texts].flatMap((key) => entries.get(key) ?? []);
  if (first === undefined) return undefined;
  const list = (key: (typeof lists)[number]): readonly string[] => (settings.has(key) ? settings.list(key) : []);
  const edits: EditSettings = Object.freeze({
    ...{ drop: list('drop'), set: list('set'), rename: list('rename') },
    ...{ flatten: settings.optionalText('flatten'), explode: settings.optionalText('explode') },
  });
  if ((edits.flatten?.length ?? 0) > MOST_SEPARATOR) {
    const { place } = entries.get('flatten')!.value;
    const message = 'flatten: the separator is longer than 16 characters';
    problems.error({ code: 'edit', message, place, path: `${path}.flatten` });
  }
  const format = settings.has('format') ? settings.text('format') : 'ndjson';
  if (format !== 'ndjson' && !entries.has('fields')) {
    const message = `${first.key}: the columns of ${format} are looked for in records as they were read`;
    const hint = 'Name them: fields: [time, level]';
    problems.error({ code: 'edit', message, place: first.value.place, path: `${path}.${first.key}`, hint });
  }
  try {
    parseEdits(edits);
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    const { kind, cause } = error;
    const message = `${kind}: ${cause.message}`;
    const place = itemOf(entries.get(kind)!.value, cause.text).place;
    problems.error({ code: 'edit', message, place, path: `${path}.${kind}`, hint: hintOf(cause) });
  }
  return edits;
}

/** The item of a list that has this text. */
function itemOf(node: Node, text: string): Node {
  const items = node.kind === 'list' ? node.items : [node];
  return items.find((item) => item.kind === 'scalar' && item.text === text) ?? node;
}
