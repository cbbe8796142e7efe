/**
 * The rows of `slung query`, `slung store` and its subcommands for the table of commands.ts. `store` is one man page.
 */
import type { CommandText } from './command.ts';

const series = 'A SERIES may have the wildcards * and ?, and may be followed by tags as in a query: cpu.*:[host=a].';

export const storeCommands = [
  {
    name: 'query',
    operands: 'QUERY',
    completes: [],
    doc: 'Ask the store: averages, windows, percentiles',
    longDoc: `Answers a query over the points of a store: OP:SERIES:[TAGS]:[FROM,TO], and behind it BY tag, EVERY 5m, ORDER BY value and LIMIT 10. The words of QUERY may be one argument or several. slung-query(7) has the language.

OP is AVG, SUM, MIN, MAX, COUNT, FIRST, LAST, RATE, INCREASE, DELTA, STDDEV, RANGE, P50 to P99.9, or POINTS for the points themselves. Without a range, all time is asked; [1h] is the last hour.

Several stores are asked as if they were one, with a --store for each or a pattern: those of several workers, on a disk that they share or copied to this machine. Each must be whole and there.

The store may be written to meanwhile: the answer is about one moment, and of several stores about one of each. When nothing is found, a hint says what there is instead.`,
    examples: [
      { doc: 'The last hour, in minutes, for each host', text: `slung query 'AVG:cpu.total:[]:[1h] BY host EVERY 1m'` },
      { doc: 'A plot in the terminal', text: `slung query --plot 'P99:http.latency:[region=eu]:[1d] EVERY 15m'` },
      { doc: 'How many, as csv', text: `slung query --to csv 'COUNT:*:[] BY service'` },
      { doc: 'Days in Berlin', text: `slung query "SUM:sales:[]:[30d] EVERY 1d IN 'Europe/Berlin'"` },
      {
        doc: 'The ten with the most',
        text: `slung query 'INCREASE:http.requests:[]:[1d] BY url ORDER BY value DESC LIMIT 10'`,
      },
      {
        doc: 'The stores of all workers',
        text: `slung query --store 'workers/*' 'P99:http.latency:[]:[1h] BY service'`,
      },
      { doc: 'The points themselves', text: `slung query 'POINTS:cpu.total:[host=a]:[2026-11-01,2026-11-02]'` },
    ],
    hasManPage: true,
  },
  {
    name: 'store',
    operands: '',
    completes: 'commands',
    doc: 'Write, look after and export the store',
    longDoc: `A store is a directory that holds numbers over time: points of series, which have a name and tags. It is written by slung store write, by --record of slung select and slung run, and by Slung programs, and asked by slung query. What was acknowledged survives a crash.

One process at a time can write to a store. Reading never waits for it.`,
    examples: [
      { doc: 'Keep a log of measurements', text: 'slung store write --series-name temp --value celsius sensor.ndjson' },
      { doc: 'What is in there?', text: 'slung store ls' },
    ],
    hasManPage: true,
  },
  {
    name: 'store write',
    operands: '[FILE...]',
    completes: 'files',
    doc: 'Read points from ndjson or csv into the store',
    longDoc: `Reads records from the files in order, or from standard input when there is none, and writes a point for each. --series, --time, --value and --tags say where its parts are. Nothing is output.

Points of the same series and time are all kept when one run reads them. A second run over the same input replaces each by its equal, so reading a file twice changes nothing, and a message says how many were replaced; --same-time last keeps only the last of a time. A record without time, series or value is a bad line, like one that is not JSON: it is counted, the first few are shown, and the exit code is 1.`,
    examples: [
      { doc: 'Records with timestamp, series, value and tags', text: 'slung store write points.ndjson' },
      {
        doc: 'A file that grows, every minute from cron',
        text: 'slung store write --resume --series-name http.ms --time ts --value ms app.log',
      },
      {
        doc: 'Two series from a csv',
        text: 'slung store write --from csv --series-name cpu --value user,system cpu.csv',
      },
    ],
    hasManPage: false,
  },
  {
    name: 'store ls',
    operands: '[SERIES]',
    completes: [],
    doc: 'List the series: points, first and last time, bytes',
    longDoc: `Lists the series of the store with their tags, how many points they have, the times of the first and the last, and the bytes they take in files. ${series} Points that were written twice are counted twice until files are merged.`,
    examples: [
      { doc: 'Everything', text: 'slung store ls' },
      { doc: 'Some', text: `slung store ls 'http.*:[region=eu]'` },
    ],
    hasManPage: false,
  },
  {
    name: 'store stat',
    operands: '',
    completes: [],
    doc: 'Show how much is stored, in how many files',
    longDoc: 'Shows the size of the store, its files, the points in them and how far each input has been read.',
    examples: [
      { doc: 'For people', text: 'slung store stat' },
      { doc: 'For programs', text: 'slung store stat --json' },
    ],
    hasManPage: false,
  },
  {
    name: 'store verify',
    operands: '',
    completes: [],
    doc: 'Check every checksum',
    longDoc:
      'Reads all files of the store and checks everything that can be checked: checksums, order, and that what is noted of each block is what is in it. Every damage is listed with file and place; the exit code is then 1.',
    examples: [
      { doc: 'For people', text: 'slung store verify' },
      { doc: 'For programs', text: 'slung store verify --json' },
    ],
    hasManPage: false,
  },
  {
    name: 'store compact',
    operands: '',
    completes: [],
    doc: 'Merge files, and compress old ones',
    longDoc:
      'Merges files that overlap or are small. Writing does this by itself from time to time; this does all that can be done. With --cold, files of old points are compressed, too.',
    examples: [
      { doc: 'Merge', text: 'slung store compact' },
      { doc: 'Compress what is older than a week', text: 'slung store compact --cold 7d' },
    ],
    hasManPage: false,
  },
  {
    name: 'store trim',
    operands: '',
    completes: [],
    doc: 'Drop old points',
    longDoc:
      'Drops the points that are older than --older, or before --before, and gives their space back. It works on a full disk, too: files that are old as a whole go first, with 64 KiB that the store keeps for this (RESERVE); files that are old in part are written anew in the room that this makes.',
    examples: [
      { doc: 'Keep a month', text: 'slung store trim --older 30d' },
      { doc: 'What would go?', text: 'slung store trim --before 2026-01-01 --dry-run' },
    ],
    hasManPage: false,
  },
  {
    name: 'store delete',
    operands: 'SERIES',
    completes: [],
    doc: 'Delete points of some series',
    longDoc: `Deletes the points of SERIES. ${series} A range may follow the tags, as in a query: cpu:[host=a]:[7d] deletes the last seven days, cpu:[]:[2026-11-01,2026-11-02] from the first midnight (UTC) to the second; without one, all points go and with them the series. Files that have such points are written anew, which needs room for them; all of the points are deleted or, after an error or a crash, none of them. Whoever reads the store meanwhile still sees them.

--dry-run says how many points of how many series would go. Nothing asks back, so look first. Where the store ended in each input is not forgotten: --resume does not bring deleted points back, reading the input from its start does.`,
    examples: [
      { doc: 'What would go?', text: `slung store delete --dry-run 'cpu.*:[host=old]'` },
      { doc: 'One host, everywhere', text: `slung store delete '*:[host=old]'` },
      {
        doc: 'One day of one series',
        text: `slung store delete 'http.latency:[]:[2026-11-01T00:00:00Z,2026-11-01T23:59:59.999999Z]'`,
      },
    ],
    hasManPage: false,
  },
  {
    name: 'store export',
    operands: '[SERIES]',
    completes: [],
    doc: 'Write points to standard output',
    longDoc: `Writes the points of the store, or those of SERIES, series by series and in order of time, in a form that slung store write reads. ${series}`,
    examples: [
      { doc: 'To another machine', text: 'slung store export | ssh backup slung store write' },
      { doc: 'November, as csv', text: `slung store export --from 2026-11-01 --until 2026-11-30 --to csv 'cpu.*'` },
    ],
    hasManPage: false,
  },
  {
    name: 'store repair',
    operands: '',
    completes: [],
    doc: 'Save what is whole of a damaged store',
    longDoc:
      'Keeps what is whole of a damaged store and sets the damaged files aside, with .damaged behind their names. What was lost is counted.',
    examples: [
      { doc: 'What would be lost?', text: 'slung store repair --dry-run' },
      { doc: 'Repair', text: 'slung store repair' },
    ],
    hasManPage: false,
  },
] as const satisfies readonly CommandText[];
