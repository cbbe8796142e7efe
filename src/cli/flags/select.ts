/**
 * The flags of `slung select`, in the order of help; `slung run` has nearly all of them, too. Defaults are written as
 * a user would write them and go through the same parser. flags.ts explains the columns of the table. The file is
 * longer than others because it is one table: a flag has its whole text here and nowhere else.
 */
import { outputFormats } from '../../config/output.ts';
import { rules } from '../../config/rules.ts';
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';
import { storeCommands } from './store.ts';
import { trust } from './trust.ts';

const commands: readonly CommandName[] = ['select', 'run'];
/** What reads records. */
const readers: readonly CommandName[] = [...commands, 'count', 'store write'];

const selection: readonly Flag[] = [
  {
    key: 'where',
    long: 'where',
    short: 'w',
    type: 'list',
    value: 'EXPR',
    group: 'Selection',
    doc: 'Pass records for which EXPR holds; may be repeated',
    longDoc: `Pass only the records for which EXPR holds. May be given more than once; then all must hold. Operators: == != > >= < <= ^= (prefix) $= (suffix) *= (contains) ~ (regular expression) in [..] has(path), joined by && || ! and parentheses, or by and, or, not. A path is a.b, a[0].c, tags[*] (any element), "dotted.key".x, a["any key"] or json(log).level (JSON in a string). It is compared with text ("x"i: case does not count), a number, true, false, null, a time (@2026-03-14T09:26:24Z, @now-1h) or another path. len(path) and type(path) are compared, too; path in file("NAME") asks whether it is a line of a file. See slung help selectors.

A comparison with a missing value, or between a number and a string, is false. Integers are compared exactly.`,
    common: true,
    commands: [...readers, 'bench'],
  },
  {
    key: 'rules',
    long: 'rules',
    short: 'W',
    type: 'list',
    isPath: true,
    value: 'FILE',
    group: 'Selection',
    doc: 'Pass records for which one of the selectors in FILE holds',
    longDoc:
      'Pass only the records for which at least one rule in FILE holds: one selector per line; empty lines and lines that begin with # are ignored. A thousand rules cost little more than one. Given more than once, at least one rule of each file must hold, and -w as well. The condition rules("FILE") does the same.',
    commands: readers,
  },
  {
    key: 'since',
    long: 'since',
    type: 'text',
    value: 'TIME',
    group: 'Selection',
    doc: 'Pass records from TIME on: 1h (ago), 2026-03-14T09:26:00Z',
    longDoc:
      'Pass only the records whose time (see --time) is TIME or later: a time as in RFC 3339, a day in UTC (2026-03-14), now, or how long ago: a number with us, ms, s, m, h, d or w. Records without a time do not pass. The condition PATH >= @TIME does the same.',
    commands: readers,
  },
  {
    key: 'until',
    long: 'until',
    type: 'text',
    value: 'TIME',
    group: 'Selection',
    doc: 'Pass records before TIME, written as for --since',
    longDoc: 'Pass only the records whose time (see --time) is before TIME, which is written as for --since.',
    commands: readers,
  },
  {
    key: 'timeField',
    long: 'time',
    type: 'text',
    value: 'PATH',
    default: 'timestamp',
    group: 'Selection',
    doc: 'Where the time is, for --since and --until',
    longDoc:
      'The path of the time for --since and --until: a number (see --time-unit) or a text as in RFC 3339, such as 2026-01-01T08:30:00.25+01:00.',
    commands: ['select'],
  },
  {
    key: 'timeUnit',
    long: 'time-unit',
    ...rules.timeUnit,
    value: 'UNIT',
    group: 'Selection',
    doc: 'The unit of times that are numbers',
    longDoc:
      'The unit of times that are numbers, where they are compared with a time: seconds, milliseconds, microseconds or nanoseconds since 1970. auto decides for each number by its size: below 1e11 it is seconds, and then each unit reaches a thousand times as far.',
    commands: ['select'],
  },
  {
    key: 'fields',
    long: 'fields',
    short: 'f',
    type: 'list',
    value: 'LIST',
    group: 'Selection',
    doc: 'Output only these: a,b.c,name=source.name',
    longDoc: `Output only these fields of each record. LIST is paths separated by commas. A field is named after its path, without quotes; name=path renames it. Commas and = inside quotes or brackets belong to the path. Values are copied as they were written: numbers keep every digit. May be given more than once. @file is the input that a record is from, and @line its line there: -f file=@file,line=@line; a key of that name is written in quotes.

Without it, ndjson output is the matching lines, byte for byte, or the output of the last plugin.`,
    common: true,
    commands: [...commands, 'bench'],
  },
  {
    key: 'columns',
    long: 'columns',
    type: 'list',
    value: 'LIST',
    group: 'Selection',
    doc: 'The csv or tsv header, when there is no -f',
    longDoc:
      'The columns of csv or tsv output, written as for --fields. Without --columns and --fields, the first 10 000 lines or 4 MiB that have a match decide the columns, and nothing is output before they are known; keys that first appear later are counted, reported once, and make exit code 1 (see --unsparsify of slung select).',
    commands,
  },
  trust,
];

const output: readonly Flag[] = [
  {
    key: 'to',
    long: 'to',
    ...rules.to,
    choices: outputFormats,
    value: 'FORMAT',
    group: 'Output',
    doc: 'Output ndjson, csv, tsv or a table',
    longDoc:
      'The output format: ndjson, csv (RFC 4180), tsv, or a table for people, whose columns are as wide as what is in the first 1000 rows (or in those that came before the input paused, or before a terminal had to wait). Nested values become compact JSON in one csv or tsv cell; missing values and null are empty cells. In tsv, tab, newline, carriage return and backslash are written as \\t \\n \\r \\\\.',
    common: true,
    commands,
  },
  {
    key: 'header',
    long: 'no-header',
    ...rules.header,
    group: 'Output',
    doc: 'Write no header for csv, tsv or a table',
    longDoc: 'Write no header line for csv, tsv or a table.',
    commands,
  },
  {
    key: 'csvStrict',
    long: 'csv-strict',
    ...rules.csvStrict,
    env: 'SLUNG_CSV_STRICT',
    group: 'Output',
    doc: 'Fail on a column that the csv header lacks',
    longDoc:
      'With csv or tsv output, stop with exit code 1 at the first record that has a key which is not in the header, instead of counting it.',
    commands,
  },
  {
    key: 'unsparsify',
    long: 'unsparsify',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Read files twice, so that csv has the columns of all records',
    longDoc:
      'With csv or tsv output, the columns are those of all records that match, in order of first appearance, and not only of those in the first 10 000 lines or 4 MiB. The inputs are read twice, first for their columns, so they have to be files, which do not change meanwhile; compressed ones are inflated twice. At most 8192 columns.',
    commands: ['select'],
  },
  {
    key: 'output',
    long: 'output',
    short: 'o',
    type: 'file',
    value: 'FILE',
    default: '-',
    defaultText: 'standard output',
    group: 'Output',
    doc: 'Write to FILE, which gets its name when all is written',
    longDoc: `Write to FILE instead of standard output. The data goes to a temporary file in the same directory, which is renamed to FILE at the end; after a failure, an earlier FILE is as it was. What a run that was killed leaves there is removed by the next one with that FILE. - is standard output.

FILE may be a URL: file:PATH?append, dir:PATH with places of records in braces ({level}, {time:%Y-%m-%d}) for one file each, http://HOST/PATH or https: for POST requests, tcp://HOST:PORT, unix:PATH, nats://HOST/SUBJECT, or store:DIR?series=NAME&time=PATH&value=PATH. Its settings follow ?, separated by &: the keys of sinks in slung.yaml(5). A file whose name looks like a URL is written ./file:x.`,
    common: true,
    commands,
  },
  {
    key: 'exitStatus',
    long: 'exit-status',
    short: 'e',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Exit 4 when nothing was output',
    longDoc: 'Exit with code 4 when all went well but no record was output, or a query found no point.',
    commands: [...commands, 'count', 'query', 'store ls', 'store export'],
  },
];

const badLines: readonly Flag[] = [
  {
    key: 'onError',
    long: 'on-error',
    ...rules.onError,
    value: 'ACTION',
    env: 'SLUNG_ON_ERROR',
    group: 'Bad lines',
    doc: 'A line that is not JSON: skip it, fail, or keep it',
    longDoc: `What to do with a line that is not JSON. skip leaves it out and goes on; fail stops at the first one; keep passes it on byte for byte (only for ndjson output without --fields, and not where there are plugins). Bad lines are always counted and the first five are shown. If there were any, the exit code is 1, except with keep, and with skip where that is given and not the default.`,
    common: true,
    commands: readers,
  },
  {
    key: 'rejects',
    long: 'rejects',
    type: 'file',
    value: 'FILE',
    group: 'Bad lines',
    doc: 'Write bad lines to FILE, and why to FILE.log',
    longDoc:
      "Write the bytes of every bad line to FILE, and for each of them one line of NDJSON to FILE.log: file, line, byte offset, column, code and reason. Both are emptied first. An open descriptor, such as /dev/stderr or the shell's >(command), is appended to and has no log. For select and run, FILE may also be a URL as for --output; it gets the lines, and there is no log.",
    commands: readers,
  },
  {
    key: 'maxErrors',
    long: 'max-errors',
    ...rules.maxErrors,
    value: 'N',
    env: 'SLUNG_MAX_ERRORS',
    defaultText: 'no limit',
    group: 'Bad lines',
    doc: 'Stop when more than N lines were bad',
    longDoc: 'Stop with exit code 1 when more than N lines were bad.',
    commands: readers,
  },
];

const batches: readonly Flag[] = [
  {
    key: 'lanes',
    long: 'lanes',
    short: 'j',
    type: 'integer',
    value: 'N',
    min: 1,
    max: 256,
    env: 'SLUNG_LANES',
    defaultText: 'the number of cores',
    group: 'Batches',
    doc: 'Work on N batches at a time; the order stays',
    longDoc:
      'The number of worker threads. The order of the output is the order of the input for every N. In count, each thread has its own groups, which are merged at the end: the answer is the same for every N, except for the last digit of inexact sums.',
    common: true,
    commands: ['select', 'count'],
  },
  {
    key: 'batchBytes',
    long: 'batch-bytes',
    ...rules.batchBytes,
    value: 'SIZE',
    env: 'SLUNG_BATCH_BYTES',
    group: 'Batches',
    doc: 'Cut a batch at SIZE bytes',
    longDoc:
      'Pass a batch on when it holds SIZE bytes of whole lines. A batch also ends when the input would block (see --batch-age), so a larger SIZE does not delay a slow stream.',
    commands: [...readers, 'bench'],
  },
  {
    key: 'batchRecords',
    long: 'batch-records',
    ...rules.batchRecords,
    value: 'N',
    env: 'SLUNG_BATCH_RECORDS',
    defaultText: 'no limit',
    group: 'Batches',
    doc: 'Cut a batch at N records',
    longDoc: 'Pass a batch on when it holds N records, too.',
    commands: [...readers, 'bench'],
  },
  {
    key: 'batchAge',
    long: 'batch-age',
    ...rules.batchAge,
    value: 'DURATION',
    env: 'SLUNG_BATCH_AGE',
    group: 'Batches',
    doc: 'Wait this long for a fuller batch',
    longDoc:
      'How long a batch may wait for more input, counted from its first record. With 0, a batch is passed on as soon as the input would block: output appears at once, at no cost in speed.',
    commands: [...commands, 'count'],
  },
];

const limits: readonly Flag[] = [
  {
    key: 'maxRecord',
    long: 'max-record',
    ...rules.maxRecord,
    value: 'SIZE',
    env: 'SLUNG_MAX_RECORD',
    group: 'Limits',
    doc: 'A line longer than SIZE is a bad line',
    longDoc: 'A line longer than SIZE is treated as a bad line. Memory for long lines is only used while one is read.',
    commands: readers,
  },
  {
    key: 'maxDepth',
    long: 'max-depth',
    ...rules.maxDepth,
    value: 'N',
    env: 'SLUNG_MAX_DEPTH',
    group: 'Limits',
    doc: 'A record nested deeper than N is a bad line',
    longDoc: 'A record whose arrays and objects are nested deeper than N is treated as a bad line.',
    commands: readers,
  },
];

const talk: readonly Flag[] = [
  {
    key: 'errors',
    long: 'errors',
    ...rules.errors,
    value: 'FORMAT',
    env: 'SLUNG_ERRORS',
    group: 'Messages',
    doc: 'Write messages as text or as lines of JSON',
    longDoc:
      'How errors and warnings are written to standard error: as text for people, or as JSON objects, one a line, with level and message. The message about a bad line also has file, line, byteOffset, column, code, name, reason and length; an error that ends the program has kind, exitCode and, where something helps, hint.',
    commands: [...readers, 'check', 'test', 'bench', ...storeCommands],
  },
  {
    key: 'stats',
    long: 'stats',
    ...rules.stats,
    value: 'FORMAT',
    bare: 'human',
    env: 'SLUNG_STATS',
    group: 'Messages',
    doc: 'Report counts and speed at the end, on standard error',
    longDoc:
      'At the end, report records, bytes, matches, bad lines by reason, batches by what ended them, seconds and MB/s, on standard error: for people (--stats) or as one line of JSON (--stats=json). The value follows =, without a space.',
    common: true,
    commands: readers,
  },
  {
    key: 'quiet',
    long: 'quiet',
    short: 'q',
    type: 'switch',
    default: 'false',
    env: 'SLUNG_QUIET',
    group: 'Messages',
    doc: 'Say nothing but errors',
    longDoc: 'Write no warnings and no progress to standard error. Errors are still shown, and so is --stats.',
    commands: [...readers, 'check', 'test', 'bench', ...storeCommands],
  },
  {
    key: 'verbose',
    long: 'verbose',
    short: 'v',
    type: 'count',
    default: '0',
    env: 'SLUNG_VERBOSE',
    group: 'Messages',
    doc: 'Say more; repeat for still more',
    longDoc:
      'Say more about what is done, on standard error: at the end, what was read, by how many lanes, and why batches were closed. -vv says with which plan, too. In the environment, a number.',
    commands: readers,
  },
];

export const selectFlags: readonly Flag[] = [...selection, ...output, ...badLines, ...batches, ...limits, ...talk];
