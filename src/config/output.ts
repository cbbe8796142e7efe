/**
 * From what was typed to how records are output, for `select` and `run`: their format, their cells, how many, and
 * what of it contradicts itself.
 */
import type { CellForm, Sample } from '../engine/program.ts';
import { delimiterNamed } from './conversion.ts';
import { UsageError } from './errors.ts';
import type { Resolved } from './layers.ts';
import type { CellChoices, OutputFormat } from './settings.ts';

/** What --to may be of `select` and `run`: a table is made of tsv. */
export const outputFormats = ['ndjson', 'csv', 'tsv', 'table'] as const;

/** What changes records. */
const edits = ['drop', 'setPath', 'set', 'rename', 'flatten', 'explode'];

const COMMA = ',';
const HASHES = 2 ** 32;

/** The format in which records are output; `table` and raw text are made of tsv. */
export function formatOf(resolved: Resolved): OutputFormat {
  const to = resolved.optionalText('to');
  if (to === 'table' || resolved.boolean('raw')) return 'tsv';
  return to === 'csv' || to === 'tsv' ? to : 'ndjson';
}

const isTable = (resolved: Resolved): boolean => resolved.optionalText('to') === 'table';

/** How cells are written; undefined where nothing was asked for. @throws UsageError */
export function cellsOf(resolved: Resolved): CellForm | undefined {
  const isRaw = resolved.boolean('raw');
  const nullText = resolved.optionalText('nullText') ?? '';
  const delimiter = delimiterOf(resolved);
  const quotesAll = resolved.optionalText('quote') === 'all';
  const [isSafe, crlf] = [resolved.boolean('csvSafe'), resolved.boolean('crlf')];
  if (!isRaw && !quotesAll && !isSafe && !crlf && nullText === '' && delimiter === COMMA) return undefined;
  return Object.freeze({
    delimiter,
    quotesAll,
    isSafe,
    crlf,
    isRaw,
    nullText: nullCell(nullText, resolved, delimiter),
  });
}

/** The form that a route or a sink chooses; undefined where it chooses nothing. */
export function chosenCells({ bom: _, ...chosen }: CellChoices = {}): CellForm | undefined {
  if (Object.values(chosen).every((one) => one === undefined)) return undefined;
  const plain = { delimiter: COMMA, quotesAll: false, isSafe: false, crlf: false, isRaw: false, nullText: '' };
  return Object.freeze({ ...plain, ...chosen });
}

/** Of csv that is written: its own, or that of csv that is read. */
function delimiterOf(resolved: Resolved): string {
  if (resolved.optionalText('to') !== 'csv') return COMMA;
  const key = ['toDelimiter', 'delimiter'].find((one) => resolved.has(one));
  return key === undefined ? COMMA : delimiterNamed(resolved.text(key), resolved.originText(key));
}

/** It is written as it is, unless it would not be one cell then. */
function nullCell(text: string, resolved: Resolved, delimiter: string): string {
  const isCsv = resolved.optionalText('to') === 'csv';
  const breaks = isCsv ? text.includes(delimiter) || /["\r\n]/.test(text) : /[\t\r\n]/.test(text);
  if (!breaks) return text;
  throw new UsageError(
    `${resolved.originText('nullText')} would not be one cell: it has a delimiter, a quote or a line end in it`,
    'For example: --null NULL, or --null \\N',
  );
}

/** @throws UsageError */
export function sampleOf(resolved: Resolved): Sample | undefined {
  const text = resolved.optionalText('sample');
  if (text === undefined) {
    if (!resolved.isFlag('seed')) return undefined;
    throw new UsageError(`${resolved.originText('seed')} needs --sample`, 'For example: --sample 1% --seed 7');
  }
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text.trim()) ?? [];
  const share = Number(digits) / (percent === '%' ? 100 : 1);
  if (!(share > 0 && share < 1)) {
    throw new UsageError(
      `${resolved.originText('sample')}: ${JSON.stringify(text)} is no share between 0 and 1`,
      'A share of the records, as 1% or 0.01. For the first records: --limit N.',
    );
  }
  return Object.freeze({ below: Math.max(1, Math.round(share * HASHES)), seed: resolved.number('seed') });
}

/** @throws UsageError for what contradicts itself */
export function checkOutput(resolved: Resolved): void {
  checkFields(resolved);
  checkCounted(resolved);
  checkRaw(resolved);
  if (resolved.boolean('pretty') && (resolved.optionalText('to') ?? 'ndjson') !== 'ndjson') {
    throw refused(resolved, 'pretty', `--to ${resolved.text('to')}`, 'It lays out ndjson; for columns: --to table.');
  }
  checkCells(resolved);
  const key = ['limit', 'sample'].find((one) => resolved.has(one));
  if (key !== undefined && resolved.list('record').length > 0) {
    throw refused(resolved, key, '--record', 'All records that match are remembered. -w chooses which.');
  }
}

function checkFields(resolved: Resolved): void {
  if (resolved.has('fields') && resolved.has('columns')) {
    throw new UsageError(
      '--columns and --fields cannot be used together',
      'Use one: --fields also sets the csv header.',
    );
  }
  const edit = edits.find((key) => resolved.has(key));
  const isNamed = resolved.has('fields') || resolved.has('columns');
  if (edit !== undefined && formatOf(resolved) !== 'ndjson' && !isNamed) {
    throw new UsageError(
      `${resolved.originText(edit)} needs the names of the columns: they are looked for in records as they were read`,
      'Name them: -f time,level',
    );
  }
  if (formatOf(resolved) !== 'ndjson') return;
  if (resolved.has('columns')) {
    throw new UsageError(
      '--columns needs --to csv or --to tsv',
      'To choose the members of ndjson output, use -f/--fields.',
    );
  }
  for (const key of ['csvStrict', 'header']) {
    if (resolved.isFlag(key)) throw new UsageError(`${resolved.originText(key)} needs --to csv or --to tsv`);
  }
}

/** A number has no fields, no columns and no form. */
function checkCounted(resolved: Resolved): void {
  if (!resolved.boolean('count')) return;
  const keys = [...edits, 'fields', 'columns', 'raw', 'pretty', 'unsparsify', 'record', 'tee', 'route'];
  const other = resolved.isFlag('to') ? 'to' : keys.find((key) => resolved.isFlag(key));
  if (other === undefined) return;
  const advice = 'Only a number is output. slung count counts by the values of fields, to csv or a table.';
  throw refused(resolved, 'count', resolved.originText(other), advice);
}

function checkRaw(resolved: Resolved): void {
  if (!resolved.boolean('raw')) return;
  const other = ['to', 'columns', 'pretty', 'header', 'csvStrict', 'unsparsify'].find((key) => resolved.isFlag(key));
  if (other !== undefined) {
    throw refused(resolved, 'raw', resolved.originText(other), 'It outputs the text of one field, and nothing else.');
  }
  const isOne =
    resolved.has('fields') &&
    !/,/.test(
      resolved
        .list('fields')
        .join(',')
        .replace(/(["']).*?\1/g, ''),
    );
  if (isOne) return;
  throw new UsageError(
    `${resolved.originText('raw')} needs one field: -f PATH`,
    'For several: --to tsv --no-header, where tabs and newlines of texts are written as \\t and \\n.',
  );
}

/** What is about cells needs some. */
function checkCells(resolved: Resolved): void {
  const to = resolved.optionalText('to') ?? 'ndjson';
  for (const key of ['toDelimiter', 'quote', 'csvSafe', 'bom']) {
    if (resolved.isFlag(key) && to !== 'csv') throw new UsageError(`${resolved.originText(key)} needs --to csv`);
  }
  const reads = resolved.optionalText('from') === 'csv';
  if (resolved.isFlag('delimiter') && to !== 'csv' && !reads) {
    const other = to === 'tsv' ? 'Cells of tsv have tabs between them.' : 'Only csv has cells with another delimiter.';
    throw new UsageError(`${resolved.originText('delimiter')} needs --from csv or --to csv`, other);
  }
  if (resolved.isFlag('crlf') && to !== 'csv' && to !== 'tsv') {
    throw new UsageError(`${resolved.originText('crlf')} needs --to csv or --to tsv`);
  }
  if (resolved.isFlag('nullText') && formatOf(resolved) === 'ndjson') {
    throw new UsageError(
      `${resolved.originText('nullText')} needs --to csv, tsv or table, or --raw`,
      'ndjson has null.',
    );
  }
  if (isTable(resolved) && resolved.isFlag('csvStrict')) {
    throw refused(resolved, 'csvStrict', '--to table', 'It is for csv and tsv.');
  }
}

function refused(resolved: Resolved, key: string, other: string, advice: string): UsageError {
  return new UsageError(`${resolved.originText(key)} cannot be combined with ${other}`, advice);
}
