/**
 * What was meant by an option that does not exist: one of other tools, with what does the same here, or a misspelt
 * one. No hint is better than a far one: `--follow` is not `--color`.
 */
import { UsageError } from '../config/errors.ts';
import { nearest } from '../selector/suggest.ts';
import { excerpt } from '../text/printable.ts';
import { type Flag, oppositeOf } from './flags/flag.ts';

/** Names without dashes → the option of slung that does it, as it is written. */
const foreign: readonly (readonly [names: string, long: string, written: string])[] = [
  ['filter query expr expression match grep condition search', 'where', '-w \'level == "error"\''],
  ['after from start', 'since', '--since 1h'],
  ['before end', 'until', '--until 2026-03-14'],
  ['select keys keep project pick cut include', 'fields', '-f time,msg'],
  ['csv', 'to', '--to csv'],
  ['tsv', 'to', '--to tsv'],
  ['json ndjson jsonl', 'to', '--to ndjson'],
  ['pretty table', 'to', '--to table'],
  ['output-format format output-type outformat oformat out-format', 'to', '--to csv'],
  ['csv', 'from', '--from csv'],
  ['tsv', 'from', '--from tsv'],
  ['separator sep fs ifs ofs d', 'delimiter', "--delimiter ';'"],
  // Of commands that are about a store; those that read records have --store for --record.
  ['s d', 'store', '--store DIR'],
  ['delimiter separator sep ofs d', 'to', '--to tsv'],
  ['no-headers headerless headerless-csv-output noheader', 'no-header', '--no-header'],
  ['raw raw-output r', 'no-header', '--to tsv --no-header'],
  ['out outfile output-file out-file', 'output', '-o FILE'],
  ['threads jobs parallel workers nproc cores', 'lanes', '-j N'],
  ['skip-errors ignore-errors skip-bad-lines skip-invalid lenient', 'on-error', '--on-error skip'],
  ['strict fail-fast stop-on-error abort-on-error', 'on-error', '--on-error fail'],
  ['dead-letter errors-file bad-lines reject-file', 'rejects', '--rejects FILE'],
  ['tail', 'follow', '--follow'],
  ['silent', 'quiet', '--quiet'],
  ['debug trace', 'verbose', '--verbose'],
  ['count', 'stats', '--stats'],
  ['group-by groupby group g b', 'by', '--by service'],
  ['limit n head first max-count m', 'top', '--top 10'],
  ['n head first max-count m take', 'limit', '--limit 10'],
  ['raw-output', 'raw', '-r -f PATH'],
  ['indent', 'pretty', '--pretty'],
  ['order-by order sort-by orderby', 'sort', '--sort count'],
  ['window interval step bucket', 'every', '--every 1m'],
  ['mean average', 'avg', '--avg PATH'],
  ['median', 'p50', '--p50 PATH'],
  ['buffer-size chunk-size block-size', 'batch-bytes', '--batch-bytes SIZE'],
  ['db database data-dir directory dir', 'store', '--store DIR'],
  ['older-than retain keep max-age age', 'older', '--older 30d'],
  ['colors colour colours', 'color', '--color WHEN'],
  ['no-color no-colors no-colour', 'color', '--color never'],
  ['timeout', 'time-limit', '--time-limit DURATION'],
  ['max-memory memory-limit', 'memory', '--memory SIZE'],
];

/** Names → what to do, when no option does it; for commands that read records. */
const otherwise: readonly (readonly [names: string, advice: string])[] = [
  ['follow tail', 'To read a file that grows: tail -f FILE | slung …'],
  ['by group-by groupby group sum avg top every', 'Counting is a command of its own: slung count --by service'],
  ['n limit head max-count m first take', 'To have the first records only: slung … | head -n 10'],
  ['c compact compact-output', 'Records are output as they went in, one a line.'],
  ['line-buffered unbuffered flush fflush', 'Live input is output at once, without an option.'],
  ['i ignore-case', 'Case does not count in a pattern that begins with (?i): -w \'msg ~ "(?i)time"\''],
  ['invert-match exclude', 'A condition is negated as a whole: -w \'!(level == "debug")\''],
  ['input file files in infile input-file', 'Files are named without an option: slung … FILE'],
  ['null-input slurp s a', 'Records are read one by one; jq -s collects them: slung … | jq -s .'],
  [
    'gzip zstd decompress uncompress z gz zin gzin',
    'gzip and zstd are recognised by their first bytes, without an option.',
  ],
];

/** The same for `slung query`, of which much is in the query itself. */
const ofQueries: readonly (readonly [names: string, advice: string])[] = [
  ['since last range start from until end after before', "A range is part of the query: 'AVG:cpu:[]:[1h]'"],
  ['every window interval step bucket w', "Windows are part of the query: 'AVG:cpu:[]:[1h] EVERY 5m'"],
  ['by group-by groupby group g', "Groups are part of the query: 'AVG:cpu:[]:[1h] BY host'"],
  [
    'limit n top head order-by sort order',
    "That is part of the query: 'MAX:cpu:[] BY host ORDER BY value DESC LIMIT 10'",
  ],
  ['filter where tag tags', "Tags are part of the query: 'AVG:cpu:[host=web-1]'"],
];

/** Of commands that only write to standard output. */
const redirected: readonly string[] = ['o', 'out', 'output', 'outfile', 'output-file', 'out-file'];

/** An option that `slung run` cannot have. */
const ofSelect =
  'Only slung select has it: it reads its files twice, and what a plugin outputs comes once. --columns or -f can name the columns.';

/** Of the commands that read records; `since` is of queries. */
const advised: ReadonlySet<string> = new Set(['select', 'run', 'store write']);

/** `written` is the option as typed, perhaps with `=VALUE`; `flags` are those of the command. */
export function unknownOption(written: string, flags: readonly Flag[]): UsageError {
  const name = (written.split('=')[0] ?? written).replace(/^-+/, '');
  const typed = name === '' ? written : (written.split('=')[0] ?? written);
  const given = written.includes('=') ? switchOf(typed, flags) : undefined;
  if (given !== undefined) return new UsageError(`the option ${typed} takes no value`, withoutValue(given));
  const message = `unknown option ${excerpt(typed)}`;
  // A letter may be any tool's: only what it surely means is suggested.
  const near = name.length < 2 ? undefined : nearOption(name, flags);
  const meant = foreign.find(
    ([names, long]) =>
      names.split(' ').includes(name.toLowerCase()) && flags.some((flag) => fits(flag, long, name, flags)),
  );
  if (meant !== undefined) return new UsageError(message, { near: meant[2] });
  const advice = adviceOn(name, flags);
  if (advice !== undefined) return new UsageError(message, advice);
  return new UsageError(message, { near: near === undefined ? undefined : `--${near}` });
}

/** The switch that is called so, or whose opposite is. */
function switchOf(typed: string, flags: readonly Flag[]): Flag | undefined {
  const names = (flag: Flag) => [`-${flag.short}`, `--${flag.long}`, `--${oppositeOf(flag)}`];
  return flags.find((flag) => flag.value === undefined && names(flag).includes(typed));
}

function withoutValue(flag: Flag): string {
  const opposite = oppositeOf(flag);
  return opposite === undefined ? `Write --${flag.long}` : `Write --${flag.long}, or --${opposite} for the opposite`;
}

/** The command has the flag, and the choice that the name stands for. */
function fits(flag: Flag, long: string, name: string, flags: readonly Flag[]): boolean {
  if (flag.long !== long) return false;
  if (long === 'store' && name.length === 1) return !flags.some((other) => other.long === 'record');
  const isChoice = long === 'to' && ['csv', 'tsv', 'json', 'ndjson', 'pretty', 'table'].includes(name);
  if (!isChoice) return true;
  const choice = { json: 'ndjson', pretty: 'table' }[name] ?? name;
  return flag.choices?.includes(choice) ?? false;
}

function adviceOn(name: string, flags: readonly Flag[]): string | undefined {
  if (name.toLowerCase() === 'unsparsify' && flags.some(({ long }) => long === 'columns')) return ofSelect;
  const isQuery = flags.some((flag) => flag.commands.includes('query') && flag.long === 'plot');
  const has = (long: string): boolean => flags.some((flag) => flag.long === long);
  if (has('exit-status') && !has('output') && redirected.includes(name.toLowerCase())) {
    return 'It writes to standard output: slung … > FILE';
  }
  const isReader = flags.some(
    (flag) => flag.long === 'on-error' && flag.commands.some((command) => advised.has(command)),
  );
  if (!isReader && !isQuery) return undefined;
  return (isQuery ? ofQueries : otherwise).find(([names]) => names.split(' ').includes(name.toLowerCase()))?.[1];
}

/** The option that `name` is a slip or a beginning of. Both are without dashes. */
export function nearOption(name: string, flags: readonly Flag[]): string | undefined {
  const known = flags.flatMap((flag) => {
    const opposite = oppositeOf(flag);
    return opposite === undefined ? [flag.long] : [flag.long, opposite];
  });
  const begun = known.filter((long) => long.startsWith(name.toLowerCase()));
  if (name.length >= 3 && begun.length === 1) return begun[0];
  return nearest(name, known, Math.max(1, Math.floor(name.length / 3)));
}
