/** The flags of all commands that read records about the form in which they are. flags.ts explains the columns. */
import { rules } from '../../config/rules.ts';
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const commands: readonly CommandName[] = ['select', 'run', 'count'];
const readers: readonly CommandName[] = [...commands, 'store write'];

export const inputFlags: readonly Flag[] = [
  {
    key: 'filesFrom',
    long: 'files-from',
    type: 'file',
    value: 'FILE|-',
    group: 'Input',
    doc: 'Read the files that FILE lists, one per line',
    longDoc:
      'Read the files whose names are in FILE, one per line, in that order; - reads the names from standard input. If there is a NUL byte, names end with NUL instead, as find -print0 writes them. No files can be named on the command line as well.',
    commands,
  },
  {
    key: 'glob',
    long: 'glob',
    type: 'text',
    value: 'PATTERN',
    group: 'Input',
    doc: "Read the files below a folder whose names match: '*.ndjson'",
    longDoc:
      'Where FILE is a folder, read all files below it whose names match PATTERN, in the order of their paths: * stands for any characters, ? for one. Links are followed, but never in a circle. Hidden folders are left out, and so are hidden files unless PATTERN begins with a dot.',
    commands,
  },
  {
    key: 'from',
    long: 'from',
    ...rules.from,
    value: 'FORMAT',
    group: 'Input',
    doc: 'Read ndjson, json in any layout, csv or tsv',
    longDoc: `The format of the input. json is JSON in any layout and of any size: pretty-printed, several values one after another, or arrays, whose elements are the records. csv (RFC 4180) and tsv have the names of the members in their first line; see --delimiter and --types. Each record becomes a line of ndjson, in constant memory: numbers keep every digit, and messages name line and column of the file.

A row with more or fewer cells than the header is a bad line. In tsv, \\t \\n \\r \\\\ stand for tab, newline, carriage return and backslash, and quotes for themselves; a file with tabs and quotes is --from csv --delimiter tab.`,
    common: ['select'],
    commands,
  },
  {
    key: 'types',
    long: 'types',
    ...rules.types,
    value: 'HOW',
    group: 'Input',
    doc: 'Cells of csv and tsv are what they look like, or text',
    longDoc:
      'What the cells of --from csv and --from tsv are. look: what JSON would read as a number, true, false, a list or an object is that, digit by digit; an empty cell without quotes is null; anything else is a string (so are 007 and 1,5). text: every cell is a string.',
    commands: readers,
  },
  {
    key: 'prefix',
    long: 'prefix',
    type: 'text',
    value: 'drop|NAME',
    group: 'Input',
    doc: 'Text before the JSON of each line: drop it, or keep it',
    longDoc:
      'Read lines that have text before their record, as docker compose, kubectl logs --prefix and syslog write them: the record begins at the first {. drop discards the text; any other word names the member that keeps it, the first of the record. A line without a record is a bad line.',
    commands: readers,
  },
  {
    key: 'delimiter',
    long: 'delimiter',
    type: 'text',
    value: 'CHARACTER',
    defaultText: 'a comma',
    group: 'Input',
    doc: 'What is between the cells of csv: ;, |, tab',
    longDoc:
      'The character between the cells of csv, of --from csv: one ASCII character that is no letter, digit, quote, plus, minus or point; tab (or \\t) for a tab.',
    commands: ['count'],
  },
];
