/**
 * From what was typed to what it means, for `slung select`: takes the merged settings, refuses the combinations that
 * contradict each other, and puts the parts together. Errors name the flag or the environment variable
 * that the value came from. A value from the environment that has no meaning in this run (SLUNG_CSV_STRICT with
 * ndjson) is a standing preference and is let go; the same value as a flag is an error.
 */
import { resolve as resolvePath } from 'node:path';
import { excerpt } from '../text/printable.ts';
import { UsageError } from './errors.ts';
import type { Resolved } from './layers.ts';
import { checkOutput, formatOf } from './output.ts';
import { outputSettings, readingSettings, sinkSettings } from './parts.ts';
import { recordSettings } from './record.ts';
import type { Conversion, ReadingSettings, SelectSettings, WritingSettings } from './settings.ts';

/**
 * The settings of one run. `files` are the operands as typed; none means standard input. `defaultStore` is the
 * directory of the store that --record writes to when nobody says which.
 * @throws UsageError when settings contradict each other
 */
export function selectSettings(resolved: Resolved, files: readonly string[], defaultStore?: string): SelectSettings {
  return Object.freeze({
    ...filterSettings(resolved, files, defaultStore),
    lanes: resolved.optionalNumber('lanes'),
  });
}

/** What `select` and `run` have in common: both read records and write some. @throws UsageError, as selectSettings */
export function filterSettings(
  resolved: Resolved,
  files: readonly string[],
  defaultStore: string | undefined,
): ReadingSettings & WritingSettings {
  checkOutput(resolved);
  if (resolved.boolean('unsparsify')) checkUnsparsify(resolved, files);
  checkReading(resolved, files, resolved.text('output'));
  const reading = readingSettings(resolved, files);
  if (reading.input.conversion !== undefined) refuseResume(resolved, reading.input.conversion);
  return {
    ...reading,
    output: outputSettings(resolved),
    sink: sinkSettings(resolved),
    record: recordSettings(resolved, reading.input.inputs, defaultStore),
  };
}

/** A position in the file is none in what is made of it. @throws UsageError */
function refuseResume(resolved: Resolved, { from }: Conversion): void {
  if (!resolved.boolean('resume')) return;
  throw new UsageError(
    `${resolved.originText('resume')} cannot be combined with ${from === 'ndjson' ? '--prefix' : `--from ${from}`}`,
    'Only records that are one a line are read from where the store has them; slung store write reads others.',
  );
}

/**
 * Refuses what contradicts itself in any command that reads records.
 * @param output where output goes, `-` also where there is none
 * @throws UsageError
 */
export function checkReading(resolved: Resolved, files: readonly string[], output: string): void {
  checkOnError(resolved);
  checkTalk(resolved);
  checkPaths(resolved, files, output);
}

/**
 * The columns of all records are found by reading the files once before: who names them, or has no file, has no use
 * for that.
 */
function checkUnsparsify(resolved: Resolved, files: readonly string[]): void {
  const name = resolved.originText('unsparsify');
  if (formatOf(resolved) === 'ndjson') {
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

function checkOnError(resolved: Resolved): void {
  if (resolved.choice('onError') === 'keep' && resolved.boolean('unchecked')) {
    throw new UsageError(
      `--unchecked cannot be combined with ${settingText(resolved, 'onError', 'keep')}`,
      'Bad lines that are not looked at are not passed on. Leave one of the two out.',
    );
  }
  const onError = resolved.choice('onError');
  const name = settingText(resolved, 'onError', onError);
  const laidOut = onError === 'keep' ? whatLaysOut(resolved) : undefined;
  if (laidOut !== undefined) {
    throw new UsageError(
      `${name} cannot be combined with ${laidOut}`,
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

/** What makes other output of records than lines of ndjson with what was in them, so that a bad line fits nowhere. */
function whatLaysOut(resolved: Resolved): string | undefined {
  for (const key of ['count', 'raw', 'pretty']) if (resolved.boolean(key)) return resolved.originText(key);
  const to = resolved.optionalText('to') ?? 'ndjson';
  if (to !== 'ndjson') return settingText(resolved, 'to', to);
  return resolved.has('fields') ? resolved.originText('fields') : undefined;
}

/** Of what has no lines as output. @throws UsageError */
export function refuseKeep(resolved: Resolved): void {
  if (resolved.choice('onError') !== 'keep') return;
  throw new UsageError(
    `${settingText(resolved, 'onError', 'keep')}: there is no output that a bad line could be kept in`,
    'Use --rejects FILE to keep bad lines apart.',
  );
}

function checkTalk(resolved: Resolved): void {
  if (resolved.isFlag('quiet') && resolved.boolean('quiet') && resolved.isFlag('verbose')) {
    throw new UsageError('-q and -v cannot be used together');
  }
}

function checkPaths(resolved: Resolved, files: readonly string[], output: string): void {
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
export function settingText(resolved: Resolved, key: string, value: string): string {
  const name = resolved.originText(key);
  return name.startsWith('-') ? `${name} ${value}` : `${name}=${value}`;
}
