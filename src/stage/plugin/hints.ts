/**
 * What the lanes of a plugin say together about names that did not fit: paths no record had, settings nobody asked
 * for.
 */
import type { Path } from '../../engine/program.ts';
import type { UnseenPath } from '../../plugin/lane/task.ts';
import { nearest } from '../../selector/index.ts';
import { oneLine } from '../../text/printable.ts';
import type { PluginLane } from './lane.ts';

/** The paths that no lane has seen: those of --where, or those of the plugin's selectors. */
export function absentPaths(lanes: readonly PluginLane[], isOfWhere: boolean): Path[] {
  const [first, ...others] = lanes.map((lane) => {
    lane.mail.receive();
    return lane.unseenPaths().filter((unseen) => unseen.isOfWhere === isOfWhere);
  });
  const isUnseenBy = (list: readonly UnseenPath[], text: string): boolean =>
    list.some(({ path }) => path.text === text);
  return first!.map(({ path }) => path).filter(({ text }) => others.every((list) => isUnseenBy(list, text)));
}

/** Keys of --plugin-config that the plugin `name` has not asked for, although it was at work, in a sentence each. */
export function unaskedKeys(
  name: string,
  config: Readonly<Record<string, string>>,
  lanes: readonly PluginLane[],
): string[] {
  const asked = new Set(lanes.flatMap(({ mail }) => [...mail.configAsked]));
  const unasked = Object.keys(config).filter((key) => !asked.has(key));
  return unasked.map((key) => {
    const guess = nearest(key, asked);
    const next = guess === undefined ? '' : `; it asked for \`${oneLine(guess)}\``;
    return `plugin ${name} did not ask for the key \`${oneLine(key)}\` of --plugin-config${next}`;
  });
}
