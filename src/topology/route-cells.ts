/** How a route or a sink writes csv and tsv. */
import { delimiterNamed } from '../config/conversion.ts';
import { UsageError } from '../config/errors.ts';
import type { CellChoices } from '../config/settings.ts';
import { quoted } from '../text/printable.ts';
import type { WalkContext, Walked } from './walk.ts';

/** Keys that tsv has no use for. */
const ofCsv = ['delimiter', 'quote', 'bom', 'csv-safe'];
const switches = ['crlf', 'bom', 'csv-safe'];
export const cellKeys: readonly string[] = [...ofCsv, 'null', 'crlf'];

/** What is said of cells, when something is; what is wrong with it is reported. */
export function readCells(walked: Walked, context: WalkContext): CellChoices | undefined {
  const { settings, entries, section, path } = walked;
  const given = cellKeys.filter((key) => entries.has(key));
  if (given.length === 0) return undefined;
  const fail = (key: string, message: string, hint?: string): undefined => {
    const { place } = entries.get(key)!.value;
    context.problems.error({ code: 'cells', message: `${key}: ${message}`, place, path: `${path}.${key}`, hint });
  };
  // The format of a route may be its sink's.
  const format = section.name === 'sink' || entries.has('format') ? settings.text('format') : undefined;
  const isPlain = (key: string): boolean =>
    (key === 'quote' && settings.optionalText(key) === 'needed') ||
    (switches.includes(key) && settings.has(key) && !settings.boolean(key));
  const odd = given.find((key) => !isPlain(key) && (format === 'ndjson' || (format === 'tsv' && ofCsv.includes(key))));
  if (odd !== undefined) fail(odd, `${format} has no such thing`, 'Write format: csv.');
  if (format === 'ndjson') return undefined;
  const has = (key: string): boolean => given.includes(key) && settings.has(key);
  const delimiter = has('delimiter') ? delimiterOf(settings.text('delimiter'), fail) : undefined;
  const nullText = has('null') ? settings.text('null') : undefined;
  if (nullText !== undefined && (/["\r\n\t]/.test(nullText) || nullText.includes(delimiter ?? ','))) {
    fail('null', `${quoted(nullText, 60)} would not be one cell`, "For example: null: 'NULL'");
  }
  return Object.freeze({
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(has('quote') ? { quotesAll: settings.text('quote') === 'all' } : {}),
    ...(nullText === undefined ? {} : { nullText }),
    ...(has('crlf') ? { crlf: settings.boolean('crlf') } : {}),
    ...(has('bom') ? { bom: settings.boolean('bom') } : {}),
    ...(has('csv-safe') ? { isSafe: settings.boolean('csv-safe') } : {}),
  });
}

/** The character; undefined when it can be none, which is reported. */
export function delimiterOf(
  text: string,
  fail: (key: string, message: string, hint?: string) => undefined,
): string | undefined {
  try {
    return delimiterNamed(text, 'delimiter');
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return fail('delimiter', error.message.replace(/^delimiter: /, ''), error.hint);
  }
}
