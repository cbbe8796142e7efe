/**
 * From what was typed to what it means, for `slung select`: takes the merged settings, refuses the combinations that
 * contradict each other, and freezes the rest into SelectSettings. Errors name the flag or the environment variable
 * that the value came from. A value from the environment that has no meaning in this run (SLUNG_CSV_STRICT with
 * ndjson) is a standing preference and is let go; the same value as a flag is an error.
 */
import { resolve as resolvePath } from 'node:path';
import { excerpt } from '../text/printable.ts';
import { UsageError } from './errors.ts';
import { splitFields } from './fields.ts';
import type { Resolved } from './layers.ts';
import { recordSettings } from './record.ts';
import type {
  ColorWhen,
  ErrorsFormat,
  FieldSetting,
  OnError,
  OutputFormat,
  SelectSettings,
  StatsFormat,
} from './settings.ts';

const formats: readonly OutputFormat[] = ['ndjson', 'csv', 'tsv'];
const onErrors: readonly OnError[] = ['skip', 'fail', 'keep'];
const statsFormats: readonly StatsFormat[] = ['none', 'human', 'json'];
const errorsFormats: readonly ErrorsFormat[] = ['text', 'json'];
const colors: readonly ColorWhen[] = ['auto', 'always', 'never'];

/**
 * The settings of one run. `files` are the operands as typed; none means standard input. `defaultStore` is the directory
 * of the store that --record writes to when nobody says which.
 * @throws UsageError when settings contradict each other
 */
export function selectSettings(resolved: Resolved, files: readonly string[], defaultStore?: string): SelectSettings {
  const to = resolved.choice('to', formats);
  checkFormat(resolved, to);
  const unsparsify = resolved.boolean('unsparsify');
  if (unsparsify) checkUnsparsify(resolved, to, files);
  checkOnError(resolved, to);
  checkTalk(resolved);
  checkPaths(resolved, files);
  const output = resolved.text('output');
  const inputs = Object.freeze(files.length === 0 ? ['-'] : [...files]);
  return Object.freeze({
    inputs,
    where: Object.freeze([...resolved.list('where')]),
    fields: columnsOf(resolved, 'fields'),
    columns: columnsOf(resolved, 'columns'),
    to,
    header: resolved.boolean('header'),
    csvStrict: resolved.boolean('csvStrict') && to !== 'ndjson',
    unsparsify,
    batchBytes: resolved.number('batchBytes'),
    batchRecords: resolved.optionalNumber('batchRecords'),
    batchAgeMs: resolved.number('batchAge'),
    lanes: resolved.number('lanes'),
    maxRecordBytes: resolved.number('maxRecord'),
    maxDepth: resolved.number('maxDepth'),
    onError: resolved.choice('onError', onErrors),
    badLinesFail: resolved.isDefault('onError'),
    rejects: resolved.optionalText('rejects'),
    maxErrors: resolved.optionalNumber('maxErrors'),
    output,
    stats: resolved.choice('stats', statsFormats),
    errors: resolved.choice('errors', errorsFormats),
    quiet: isQuiet(resolved),
    verbose: isQuiet(resolved) ? 0 : resolved.number('verbose'),
    color: resolved.choice('color', colors),
    exitStatus: resolved.boolean('exitStatus'),
    record: recordSettings(resolved, inputs, defaultStore),
  });
}

/** -q and -v from different sources are no contradiction: the one typed now overrules the one in the environment. */
function isQuiet(resolved: Resolved): boolean {
  return resolved.boolean('quiet') && (resolved.isFlag('quiet') || !resolved.isFlag('verbose'));
}

/** The columns of a repeatable list flag, or undefined when it was not given. */
function columnsOf(resolved: Resolved, key: 'fields' | 'columns'): readonly FieldSetting[] | undefined {
  if (!resolved.has(key)) return undefined;
  return Object.freeze(splitFields(resolved.list(key).join(','), resolved.originText(key)));
}

function checkFormat(resolved: Resolved, to: OutputFormat): void {
  if (resolved.has('fields') && resolved.has('columns')) {
    throw new UsageError(
      '--columns and --fields cannot be used together',
      'Use one: --fields also sets the csv header.',
    );
  }
  if (to !== 'ndjson') return;
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

/** The columns of all records are found by reading the files once before: who names them, or has no file, has no use for that. */
function checkUnsparsify(resolved: Resolved, to: OutputFormat, files: readonly string[]): void {
  const name = resolved.originText('unsparsify');
  if (to === 'ndjson') {
    throw new UsageError(
      `${name} needs --to csv or --to tsv`,
      'ndjson has no columns: each record has the members that it has, or those of -f/--fields.',
    );
  }
  const named = resolved.has('fields') ? '--fields' : resolved.has('columns') ? '--columns' : undefined;
  if (named !== undefined) {
    throw new UsageError(
      `${name} cannot be combined with ${named}`,
      `${named} names the columns, and ${name} looks for all that there are. Use one.`,
    );
  }
  if (resolved.boolean('resume')) {
    throw new UsageError(
      `${name} cannot be combined with ${resolved.originText('resume')}`,
      'Each run would have columns of its own. Name them: --columns a,b',
    );
  }
  if (files.length > 0 && !files.includes('-')) return;
  throw new UsageError(
    `${name} cannot read standard input twice`,
    'Save it to a file and name that, or name the columns: --columns a,b',
  );
}

function checkOnError(resolved: Resolved, to: OutputFormat): void {
  const onError = resolved.choice('onError', onErrors);
  const name = settingText(resolved, 'onError', onError);
  if (onError === 'keep' && (to !== 'ndjson' || resolved.has('fields'))) {
    const other = to !== 'ndjson' ? settingText(resolved, 'to', to) : '--fields';
    throw new UsageError(
      `${name} cannot be combined with ${other}`,
      'A kept line is passed on byte for byte and has no columns. Use --rejects FILE to keep bad lines apart.',
    );
  }
  if (onError === 'fail' && resolved.isFlag('maxErrors')) {
    throw new UsageError(
      `${name} cannot be combined with --max-errors`,
      'fail already stops at the first bad line. Use --on-error skip to allow some.',
    );
  }
}

function checkTalk(resolved: Resolved): void {
  if (resolved.isFlag('quiet') && resolved.boolean('quiet') && resolved.isFlag('verbose')) {
    throw new UsageError('-q and -v cannot be used together');
  }
}

function checkPaths(resolved: Resolved, files: readonly string[]): void {
  const output = resolved.text('output');
  const rejects = resolved.optionalText('rejects');
  if (files.includes('')) throw new UsageError('a file name is empty', 'Use - for standard input.');
  if (output === '') throw new UsageError('--output needs a file name', 'Use - for standard output.');
  if (rejects === undefined) return;
  if (rejects === '') throw new UsageError('--rejects needs a file name');
  if (rejects === '-') {
    throw new UsageError('--rejects needs a file', 'Standard output carries the records. /dev/stderr works.');
  }
  const place = resolvePath(rejects);
  if (output !== '-' && resolvePath(output) === place) {
    throw new UsageError(`--output and --rejects are the same file: ${excerpt(rejects)}`);
  }
  if (files.some((file) => file !== '-' && resolvePath(file) === place)) {
    throw new UsageError(`--rejects would overwrite an input: ${excerpt(rejects)}`);
  }
}

/** `--on-error keep`, or `SLUNG_ON_ERROR=keep` when it was the environment that said so. */
function settingText(resolved: Resolved, key: string, value: string): string {
  const name = resolved.originText(key);
  return name.startsWith('-') ? `${name} ${value}` : `${name}=${value}`;
}
