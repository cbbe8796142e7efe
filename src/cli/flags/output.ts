/**
 * The flags of `select` and `run` about how many records are output and how they look, beside those of select.ts.
 * flags.ts explains the columns.
 */
import { rules } from '../../config/rules.ts';
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const commands: readonly CommandName[] = ['select', 'run'];
const samplers: readonly CommandName[] = [...commands, 'count'];
const MOST_SEED = 2 ** 32 - 1;

const howMany: readonly Flag[] = [
  {
    key: 'limit',
    long: 'limit',
    type: 'integer',
    value: 'N',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    defaultText: 'no limit',
    group: 'Output',
    doc: 'End after N records, and read no further',
    longDoc:
      'End when N records have been output, and read no further: the exit code is 0, and bad lines after the last of them are not seen. With --explode, each element is a record. In run, this counts the records that the last plugin outputs.',
    common: ['select'],
    commands,
  },
  {
    key: 'count',
    long: 'count',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Output only how many records match',
    longDoc:
      'Output only the number of records that match; after a signal, of those read so far. slung count groups by the values of fields.',
    commands: ['select'],
  },
  {
    key: 'sample',
    long: 'sample',
    type: 'text',
    value: 'SHARE',
    defaultText: 'all records',
    group: 'Selection',
    doc: 'Pass only a share of what matches: 1% or 0.01',
    longDoc:
      'Pass only a share of the records that --where passes: 1% or 0.01. A hash of its place in the input decides for each record, so the same files give the same sample with any number of threads, another --seed gives another one, and the number of records is close to the share. In run, the first plugin gets the sample.',
    commands: samplers,
  },
  {
    key: 'seed',
    long: 'seed',
    type: 'integer',
    value: 'N',
    min: 0,
    max: MOST_SEED,
    default: '0',
    group: 'Selection',
    doc: 'Another number gives another sample',
    longDoc: 'The start of the hash of --sample: another number gives another sample of about the same size.',
    commands: samplers,
  },
];

const looks: readonly Flag[] = [
  {
    key: 'raw',
    long: 'raw',
    short: 'r',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Output the text of the one field of -f, one per line',
    longDoc:
      'Output the value of the one field of -f as it is, one line per record: strings without quotes and escapes, other values as JSON, nothing for null and what is missing (see --null). A text with newlines takes several lines.',
    commands,
  },
  {
    key: 'pretty',
    long: 'pretty',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Output JSON over several lines, in colour on a terminal',
    longDoc:
      'Output each record over several lines, indented by two spaces, with colours on a terminal (see --color). Numbers and strings stay as they were written; characters that would change a terminal are written as \\u escapes, which are the same JSON.',
    commands,
  },
  {
    key: 'delimiter',
    long: 'delimiter',
    type: 'text',
    value: 'CHARACTER',
    defaultText: 'a comma',
    group: 'Output',
    doc: 'What is between the cells of csv: ;, |, tab',
    longDoc:
      'The character between the cells of csv, of what is read (--from csv) and what is written (--to csv): one ASCII character that is no letter, digit, quote, plus, minus or point; tab (or \\t) for a tab.',
    commands,
  },
  {
    key: 'toDelimiter',
    long: 'to-delimiter',
    type: 'text',
    value: 'CHARACTER',
    defaultText: 'that of --delimiter',
    group: 'Output',
    doc: 'What is between the cells of --to csv, when that differs',
    longDoc: 'The character between the cells of --to csv, if it differs from that of --from csv.',
    commands,
  },
  {
    key: 'quote',
    long: 'quote',
    ...rules.quote,
    value: 'WHICH',
    group: 'Output',
    doc: 'Which cells of csv are in quotes: needed or all',
    longDoc:
      'Which cells of --to csv are in quotes: those that need them, or all except null and missing ones, so that an empty text differs from nothing.',
    commands,
  },
  {
    key: 'nullText',
    long: 'null',
    type: 'text',
    value: 'TEXT',
    defaultText: 'an empty cell',
    group: 'Output',
    doc: 'What stands for null in csv, tsv and raw text',
    longDoc: 'What is written for null and for what is missing in csv, tsv, tables and raw text, without quotes.',
    commands,
  },
  {
    key: 'crlf',
    long: 'crlf',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'End the lines of csv and tsv with CR LF',
    longDoc: 'End the lines of csv and tsv with carriage return and newline, as RFC 4180 does.',
    commands,
  },
  {
    key: 'bom',
    long: 'bom',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Begin csv with a byte order mark, for Excel',
    longDoc: 'Begin csv with a byte order mark, which tells Excel that it is UTF-8.',
    commands,
  },
  {
    key: 'csvSafe',
    long: 'csv-safe',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Keep spreadsheets from running texts of csv as formulas',
    longDoc:
      'Write an apostrophe before texts of csv that begin with =, +, -, @, tab or carriage return: a spreadsheet would take them for formulas, which can send data elsewhere. Numbers stay as they are. Every other reader of the csv sees the apostrophe as well.',
    commands,
  },
];

export const outputFlags: readonly Flag[] = [...howMany, ...looks];
