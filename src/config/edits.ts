/** The flags that edit records and leave the rest: --drop, --set, --rename, --flatten and --explode. */
import { UsageError } from './errors.ts';
import { splitPaths } from './fields.ts';
import type { Resolved } from './layers.ts';
import type { EditSettings } from './settings.ts';

/** Undefined when none of them is given. @throws UsageError for a list of paths that is none */
export function editSettings(resolved: Resolved): EditSettings | undefined {
  const keys = ['drop', setKey(resolved), 'rename', 'flatten', 'explode'];
  if (!keys.some((key) => resolved.has(key))) return undefined;
  const flatten = resolved.optionalText('flatten');
  if (flatten !== undefined && flatten.length > MOST_SEPARATOR) {
    throw new UsageError('--flatten: the separator is longer than 16 characters', 'For example: --flatten=_');
  }
  return Object.freeze({
    drop: Object.freeze(
      resolved.has('drop') ? splitPaths(resolved.list('drop').join(','), resolved.originText('drop')) : [],
    ),
    set: Object.freeze([...resolved.list(setKey(resolved))]),
    rename: Object.freeze([...resolved.list('rename')]),
    flatten,
    explode: resolved.optionalText('explode'),
  });
}

/** Of run, where it may be about the keys of a topology instead; whoever reads one never asks for edits. */
export const setKey = (resolved: Resolved): 'setPath' | 'set' => (resolved.has('set') ? 'set' : 'setPath');

const MOST_SEPARATOR = 16;
