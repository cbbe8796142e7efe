/**
 * The flags around the store: where it is, what is remembered (`--record`, `slung store write`), what is asked (`slung
 * query`); tending.ts has what is only for the other subcommands of `slung store`. flags.ts explains the columns.
 *
 * The surprising part: --store has no default in the table. Where the default is depends on the environment, so it is
 * computed (../store/place.ts), and a plugin of `slung run` gets the store only when somebody named one.
 */
import { rules } from '../../config/rules.ts';
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';
import { tending, tendingFlags } from './tending.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400 * SECOND_MS;
const CENTURY_MS = 36_525 * DAY_MS;

const recording: readonly CommandName[] = ['select', 'run', 'store write'];

/** What the two rows of --store share: of those who take one store, and of who asks several. */
const place = {
  long: 'store',
  value: 'DIR',
  defaultText: 'slung/store below XDG_DATA_HOME (~/.local/share when that is not set)',
  env: 'SLUNG_STORE',
  group: 'History',
} as const;

const history: readonly Flag[] = [
  {
    key: 'record',
    long: 'record',
    type: 'list',
    value: 'SPEC',
    group: 'History',
    doc: 'Remember numbers of what passes, for slung query',
    longDoc: `Write points of the records that pass into a store, while the records flow on unchanged. SPEC is words separated by blanks: series=NAME, or series=.PATH for a name that is in the record; time=PATH; value=PATH, or several separated by commas, each of which becomes its own series NAME.KEY; tags=PATH,PATH, which may be left out; unit=auto, s, ms, us or ns. May be given more than once. Of slung run, it is the records that the last plugin outputs.

A record without these fields is counted and reported once, and passes like the others.`,
    commands: ['select', 'run'],
  },
  {
    key: 'resume',
    long: 'resume',
    type: 'switch',
    default: 'false',
    group: 'History',
    doc: 'Go on where the store has each file',
    longDoc:
      'Begin each file where the store says that it was read to, instead of at its start: what is in the store is not read again, also after a crash. A file that was replaced, rotated or cut is read from its start: it is known by its first bytes and by those before the position, whatever its inode is. A last line without a newline is left for the next run, because somebody may be writing it (see --final); so is that of a compressed file. Standard input cannot be resumed. Plugins that answer batch by batch (Tangent) can be; WASI filters and Slung programs read one stream, and their output cannot be assigned to a place in it.',
    common: ['store write'],
    commands: ['select', 'run', 'store write'],
  },
  {
    key: 'final',
    long: 'final',
    type: 'switch',
    default: 'false',
    group: 'History',
    doc: 'With --resume, read a last line without newline',
    longDoc:
      'With --resume: the files do not grow any more, so read a last line that has no newline, too. Should the file grow all the same, the line is read once more, as a whole.',
    commands: ['select', 'run', 'store write'],
  },
  {
    key: 'store',
    type: 'file',
    ...place,
    doc: 'The directory of the store',
    longDoc:
      'The directory of the store. It is created when something is written; a directory with other files in it is refused. One process at a time can write, any number can read. A Slung program of slung run writes to and asks a store only when this option is on the command line.',
    common: ['store write', ...tending],
    commands: [...recording, ...tending],
  },
  {
    key: 'stores',
    type: 'list',
    isPath: true,
    ...place,
    doc: 'The directory of the store; may be repeated',
    longDoc: `The directory of the store. Given more than once, or as a pattern in quotes ('workers/*', in which * and ? stand for characters of the names of directories), the stores are asked as if they were one. A point that is in several of them, which is one of the same series, tags and time, counts once: that of the store named later holds, as that of a later run does in one store; a pattern names stores in the order of their names. Of several points of one time that a run kept (see --same-time in slung-store(1)), the first takes the place of the first, the second of the second. So stores of workers that count events of their own need a tag that names the worker.`,
    common: true,
    commands: ['query'],
  },
  {
    key: 'durability',
    long: 'durability',
    ...rules.durability,
    value: 'WHEN',
    env: 'SLUNG_DURABILITY',
    group: 'History',
    doc: 'When points are safe: at each batch, soon, or later',
    longDoc:
      'When what is written is safe from a loss of power. batch: before the batch is acknowledged; interval: about a second later; none: whenever the system writes it. It survives a crash of slung in every case.',
    commands: recording,
  },
  {
    key: 'retain',
    long: 'retain',
    type: 'age',
    value: 'AGE',
    min: SECOND_MS,
    max: CENTURY_MS,
    defaultText: 'everything is kept',
    group: 'History',
    doc: 'Drop what is older than this, 30d for example',
    longDoc:
      'Drop points that are older than AGE while writing: a number with s, m, h, d or w. Whole files are dropped, so some points stay a little longer.',
    commands: recording,
  },
  {
    key: 'sameTime',
    long: 'same-time',
    ...rules.sameTime,
    value: 'WHICH',
    group: 'History',
    doc: 'Keep all points of a series and time, or the last',
    longDoc:
      'What happens to points that a run writes with the same series, tags and time. keep: all of them are points; a later run over the same input replaces them one by one, and --resume continues after them. last: only the last one is kept. The points that Slung programs write themselves are always the last ones.',
    commands: recording,
  },
];

const points: readonly Flag[] = [
  {
    key: 'batchAge',
    long: 'batch-age',
    ...rules.batchAge,
    default: '20ms',
    value: 'DURATION',
    env: 'SLUNG_BATCH_AGE',
    group: 'Batches',
    doc: 'Wait this long for a fuller batch',
    longDoc:
      'How long a batch may wait for more input, counted from its first record. Each batch is synced when it is written, so that fuller batches are faster: through a pipe, which brings little at a time, about twice as fast as with 0.',
    commands: ['store write'],
  },
  {
    key: 'seriesName',
    long: 'series-name',
    type: 'text',
    value: 'NAME',
    group: 'Events and points',
    doc: 'The series of all points, instead of a field',
    longDoc: 'The name of the series of all points, when no field of the records has it.',
    common: true,
    commands: ['store write'],
  },
  {
    key: 'valueField',
    long: 'value',
    ...rules.valueField,
    value: 'LIST',
    group: 'Events and points',
    doc: 'Where the values are: a,b makes two series',
    longDoc:
      "The path of a point's value, a number. With several paths, and commas between them, each value that a record has is a point of a series of its own, which is called by the series, a point and the last key of the path.",
    common: true,
    commands: ['store write'],
  },
  {
    key: 'tagsField',
    long: 'tags',
    ...rules.tagsField,
    value: 'LIST',
    group: 'Events and points',
    doc: 'Where the tags are, commas between the paths',
    longDoc:
      'The paths of the tags of a point, with commas between them: an array of strings gives its items, an object name=value for each member, and anything else the last key of the path and its value, as key=value. What is missing is left out.',
    common: true,
    commands: ['store write'],
  },
  {
    key: 'from',
    long: 'from',
    ...rules.from,
    value: 'FORMAT',
    group: 'Events and points',
    doc: 'Read ndjson, json in any layout, csv or tsv',
    longDoc:
      "The format of the input: ndjson, json in any layout (arrays, too), or csv (RFC 4180) or tsv, of which the first line names the columns (see --delimiter and --types). A cell that is a number as in JSON is a number, any other a string; as a value or a time, numbers with spaces around them, +5, .5, 5. and 007 are taken, too (in series and tags they stay as they are written), but 1,5, 1_000, 0x1f, 5% and inf are not, because they can mean several things or are another program's. A column that --time, --value, --series or --tags names and the header has not is an error before anything of the file is written.",
    common: true,
    commands: ['store write'],
  },
  {
    key: 'delimiter',
    long: 'delimiter',
    type: 'text',
    value: 'CHARACTER',
    defaultText: 'a comma',
    group: 'Events and points',
    doc: 'What is between the cells of csv: ;, |, tab',
    longDoc:
      'The character between the cells of --from csv: one ASCII character that is no letter, digit, quote, plus, minus or point; tab (or \\t) for a tab.',
    commands: ['store write'],
  },
];

const asking: readonly Flag[] = [
  {
    key: 'maxGroups',
    long: 'max-groups',
    type: 'integer',
    value: 'N',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    default: '100000',
    env: 'SLUNG_MAX_GROUPS',
    group: 'Limits',
    doc: 'Refuse BY with more than N groups',
    longDoc:
      'BY keeps a list of all groups in memory before the first row, because rows are in their order: about 1 KB for each. With more than N groups the query fails instead; so it does with LIMIT, which only bounds the rows.',
    commands: ['query'],
  },
  {
    key: 'plot',
    long: 'plot',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Draw the windows of EVERY, or the points',
    longDoc:
      'Draw the values over time instead of listing them: windows (EVERY) or points (POINTS), a line for each group. Without colours, every group has a mark of its own.',
    common: true,
    commands: ['query'],
  },
  {
    key: 'to',
    long: 'to',
    type: 'choice',
    value: 'FORMAT',
    choices: ['ndjson', 'csv', 'tsv', 'table'],
    defaultText: 'table on a terminal, else ndjson',
    group: 'Output',
    doc: 'Output ndjson, csv, tsv or a table',
    longDoc:
      'The output format: ndjson, csv (RFC 4180), tsv, or a table for people. Numbers have the fewest digits that give the same number back. What cannot be computed, and a result that is not finite, is null in ndjson and an empty cell in csv and tsv. The table of windows ends with a line that shows how each group went.',
    common: true,
    commands: ['query', 'store ls'],
  },
  {
    key: 'exportTo',
    long: 'to',
    type: 'choice',
    value: 'FORMAT',
    choices: ['ndjson', 'csv'],
    default: 'ndjson',
    group: 'Output',
    doc: 'Output ndjson or csv',
    longDoc:
      'The output format: ndjson as slung store write reads it, one point a line, or csv with the tags as JSON in one cell. Values that are not finite are the strings "NaN", "Infinity" and "-Infinity" in ndjson, and these words in csv.',
    common: true,
    commands: ['store export'],
  },
  {
    key: 'header',
    long: 'no-header',
    ...rules.header,
    group: 'Output',
    doc: 'Leave the header line out',
    longDoc: 'Write no header line for csv, tsv or a table.',
    commands: ['count', 'query', 'store ls', 'store export'],
  },
  {
    key: 'now',
    long: 'now',
    type: 'text',
    value: 'TIME',
    defaultText: 'the clock of the system',
    group: 'Selection',
    doc: 'What now and [1h] are counted from',
    longDoc:
      'The time that now means, as in a query: a date, a time as in RFC 3339, or microseconds since 1970. For reports about a day that is over, and for scripts that must give the same answer again.',
    commands: ['query', 'store trim', 'store delete', 'store compact', 'store export'],
  },
];

/** For the rows that other tables share with these commands. */
export const storeCommands: readonly CommandName[] = ['query', ...tending];

export const storeFlags: readonly Flag[] = [...history, ...points, ...asking, ...tendingFlags];
