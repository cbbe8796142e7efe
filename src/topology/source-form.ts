/** `from`, `prefix`, `types` and `delimiter` of a source: the form in which its records are read. */
import { delimiterNamed } from '../config/conversion.ts';
import type { Resolved } from '../config/layers.ts';
import type { Conversion } from '../config/settings.ts';
import { delimiterOf } from './route-cells.ts';

/** Undefined when lines are records. What is asked for was checked (`checkForm`). */
export function conversionOf(settings: Resolved): Conversion | undefined {
  const from = settings.choice('from', ['ndjson', 'json', 'csv', 'tsv'] as const);
  const prefix = settings.optionalText('prefix');
  if (from === 'ndjson' && prefix === undefined) return undefined;
  const delimiter = settings.has('delimiter') ? delimiterNamed(settings.text('delimiter'), 'delimiter') : ',';
  return Object.freeze({ from, delimiter, types: settings.choice('types', ['look', 'text'] as const), prefix });
}

/** Reports what contradicts itself. @param given the keys that are written */
export function checkForm(
  settings: Resolved,
  given: ReadonlySet<string>,
  fail: (key: string, message: string, hint?: string) => undefined,
): void {
  const from = given.has('from') && settings.has('from') ? settings.text('from') : 'ndjson';
  const refuse = (key: string, needs: string): void => {
    if (given.has(key)) fail(key, `it needs from: ${needs}, and what is read is ${from}`);
  };
  const isTable = from === 'csv' || from === 'tsv';
  if (!isTable && settings.optionalText('types') !== 'look') refuse('types', 'csv or tsv');
  if (from !== 'csv') refuse('delimiter', 'csv');
  else if (given.has('delimiter') && settings.has('delimiter')) delimiterOf(settings.text('delimiter'), fail);
  if (from !== 'ndjson') refuse('prefix', 'ndjson');
  const key = from === 'ndjson' ? 'prefix' : 'from';
  const isRead = key === 'from' || given.has('prefix');
  if (!isRead || !(given.has('positions') || isFollowed(settings, given))) return;
  fail(
    key,
    'a file in this form is read once, from its beginning to its end; follow and positions read on in it',
    'Convert it in front: tail -F FILE | slung select --prefix drop | slung run -c …',
  );
}

const isFollowed = (settings: Resolved, given: ReadonlySet<string>): boolean =>
  given.has('follow') && settings.has('follow') && settings.boolean('follow');
