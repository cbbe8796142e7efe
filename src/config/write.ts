/**
 * From what was typed to what it means, for `slung store write`: it reads as `select` does, outputs nothing, and makes
 * points of its records.
 */
import { refuseOddDelimiter } from './conversion.ts';
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
  refuseOddDelimiter(resolved);
  checkReading(resolved, files, '-');
  const reading = readingSettings(resolved, files);
  const resume = resolved.boolean('resume');
  checkResume(resolved, resume, reading.input.inputs);
  const store = storeSettings(resolved, defaultStore);
  return Object.freeze({
    ...reading,
    record: Object.freeze({ store, points: Object.freeze([points]), resume, final: resolved.boolean('final') }),
  });
}
