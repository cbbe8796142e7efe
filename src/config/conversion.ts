/**
 * --from and what belongs to it: in which form records are read, when that is not one a line. The same for all
 * commands that read records.
 */
import { excerpt } from '../text/printable.ts';
import { UsageError } from './errors.ts';
import type { Resolved } from './layers.ts';
import type { Conversion } from './settings.ts';

const COMMA = ',';

/** Undefined when records are one a line. @throws UsageError */
export function conversionOf(resolved: Resolved): Conversion | undefined {
  const from = resolved.choice('from');
  const prefix = resolved.optionalText('prefix');
  const isTable = from === 'csv' || from === 'tsv';
  if (resolved.isFlag('types') && !isTable) {
    throw new UsageError(
      `${resolved.originText('types')} needs --from csv or --from tsv`,
      'JSON says itself what is text.',
    );
  }
  if (prefix !== undefined) checkPrefix(prefix, from, resolved.originText('prefix'));
  if (from === 'ndjson' && prefix === undefined) return undefined;
  refuseKept(resolved, from);
  const delimiter = from === 'csv' ? delimiterOf(resolved) : undefined;
  return Object.freeze({ from, delimiter: delimiter ?? COMMA, types: resolved.choice('types'), prefix });
}

/** Of a command that outputs no csv of records. @throws UsageError */
export function refuseOddDelimiter(resolved: Resolved): void {
  if (!resolved.isFlag('delimiter') || resolved.choice('from') === 'csv') return;
  throw new UsageError(
    `${resolved.originText('delimiter')} needs --from csv`,
    'Only csv has cells with another delimiter.',
  );
}

function checkPrefix(prefix: string, from: Conversion['from'], name: string): void {
  if (from !== 'ndjson') {
    throw new UsageError(
      `${name} cannot be combined with --from ${from}`,
      'It is for text before the record of each line of ndjson.',
    );
  }
  if (prefix === '') {
    throw new UsageError(
      `${name}: a name is missing`,
      '--prefix drop discards the text, --prefix NAME keeps it as a field.',
    );
  }
}

/** What depends on bytes as they were read. @throws UsageError */
function refuseKept(resolved: Resolved, from: Conversion['from']): void {
  const flag = from === 'ndjson' ? '--prefix' : `--from ${from}`;
  if (from !== 'ndjson' && resolved.choice('onError') === 'keep') {
    throw new UsageError(
      `${resolved.originText('onError')} keep cannot be combined with ${flag}`,
      'What was converted is not there any more as it was; --rejects FILE keeps bad records.',
    );
  }
}

/** Of --from csv: one ASCII character that cannot be in a number, or tab by its name. @throws UsageError */
function delimiterOf(resolved: Resolved): string | undefined {
  const text = resolved.optionalText('delimiter');
  return text === undefined ? undefined : delimiterNamed(text, resolved.originText('delimiter'));
}

/** @param name of the flag, for messages @throws UsageError */
export function delimiterNamed(text: string, name: string): string {
  const character = text === 'tab' || text === '\\t' ? '\t' : text;
  if (/^[^"\n\r\u0080-\uffff0-9A-Za-z+.-]$/.test(character)) return character;
  throw new UsageError(
    `${name}: ${JSON.stringify(excerpt(text, 20))} cannot be between cells`,
    "It is one ASCII character that is no letter, digit, quote, plus, minus or point: ';', '|', or tab.",
  );
}
