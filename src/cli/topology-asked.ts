/**
 * Whether a line of select or run wants more than files in their order and one output: then it is run as a topology
 * (topology/line.ts), by code that other starts do not load.
 */
import type { Resolved } from '../config/layers.ts';
import { isUrlWord } from '../config/url-word.ts';
import { excerpt } from '../text/printable.ts';
import type { World } from './world.ts';

/** What of the line asks for a topology, for messages; undefined when nothing does. */
export function topologyAsked(
  command: 'select' | 'run',
  resolved: Resolved,
  files: readonly string[],
): string | undefined {
  for (const key of ['follow', 'positions', 'tee', 'route', 'metrics', 'status', 'workerName']) {
    const isOn = key === 'follow' ? resolved.boolean(key) : resolved.has(key);
    if (isOn) return resolved.originText(key);
  }
  const listen = resolved.optionalText('listen');
  // Producers of slung run over ws may get answers, which a topology has no way for.
  if (listen !== undefined && !(command === 'run' && /^wss?:/i.test(listen))) return '--listen';
  const url = [...files, resolved.text('output'), resolved.optionalText('rejects')].find(
    (word) => word !== undefined && isUrlWord(word),
  );
  // Not the URL itself: it may hold a password.
  return url === undefined ? undefined : `a URL (${excerpt(url.slice(0, url.indexOf(':') + 1), 20)})`;
}

/** Records would come from the terminal: nobody types NDJSON there on purpose. */
export function isIdle(resolved: Resolved, files: readonly string[], world: World): boolean {
  const isRead = ['listen', 'positions'].some((key) => resolved.has(key)) || resolved.boolean('follow');
  return files.length === 0 && !isRead && world.isTTY(0);
}
