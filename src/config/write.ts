/**
 * From what was typed to what it means, for `slung store write`: it reads as `select` does, outputs nothing, and makes
 * points of its records.
 */
import { excerpt } from '../text/printable.ts';
import { UsageError } from './errors.ts';
import type { Resolved } from './layers.ts';
import { readingSettings } from './parts.ts';
import { checkResume, pointFields, storeSettings } from './record.ts';
import { checkReading, refuseKeep } from './select.ts';
import type { WriteSettings } from './settings.ts';

/**
 * The settings of one `slung store write`. `files` are the operands as typed; none means standard input.
 * @param defaultStore the directory of the store when nobody says which
 * @throws UsageError when settings contradict each other
 */
export function writeSettings(
  resolved: Resolved,
  files: readonly string[],
  defaultStore: string | undefined,
): WriteSettings {
  const points = pointFields(resolved);
  refuseKeep(resolved);
  const from = resolved.choice('from');
  const delimiter = delimiterOf(resolved, from);
  checkReading(resolved, files, '-');
  const reading = readingSettings(resolved, files);
  const resume = resolved.boolean('resume');
  checkResume(resolved, resume, reading.input.inputs);
  const store = storeSettings(resolved, defaultStore);
  return Object.freeze({
    ...reading,
    input: Object.freeze({ ...reading.input, from, ...(delimiter === undefined ? {} : { delimiter }) }),
    record: Object.freeze({ store, points: Object.freeze([points]), resume, final: resolved.boolean('final') }),
  });
}

/** One ASCII character that cannot be in a number, or tab by its name. @throws UsageError */
function delimiterOf(resolved: Resolved, from: string): string | undefined {
  const text = resolved.optionalText('delimiter');
  if (text === undefined) return undefined;
  const name = resolved.originText('delimiter');
  if (from !== 'csv') {
    if (!resolved.isFlag('delimiter')) return undefined;
    throw new UsageError(`${name} needs --from csv`, 'NDJSON has no cells.');
  }
  const character = text === 'tab' || text === '\\t' ? '\t' : text;
  if (/^[^"\n\r\u0080-\uffff0-9A-Za-z+.-]$/.test(character)) return character;
  throw new UsageError(
    `${name}: ${JSON.stringify(excerpt(text, 20))} cannot be between cells`,
    "It is one ASCII character that is no letter, digit, quote, plus, minus or point: ';', '|', or tab.",
  );
}
