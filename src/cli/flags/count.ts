/**
 * The flags of `slung count` that others do not have, in the order of help. flags.ts explains the columns of the
 * table.
 */
import { percentiles } from '../../config/count.ts';
import { rules } from '../../config/rules.ts';
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const commands: readonly CommandName[] = ['count'];
const MICROSECOND_MS = 0.001;
const CENTURY_MS = 36_525 * 86_400_000;

const groups: readonly Flag[] = [
  {
    key: 'by',
    long: 'by',
    type: 'list',
    value: 'LIST',
    group: 'Counting',
    doc: 'Count each value of these paths separately: a,name=b.c',
    longDoc: `The paths whose values form the groups, separated by commas, as for --fields of select: name=a.b names the column, and file=@file is the input that a record is from. Without it, all records are one group.

Strings are the same when their characters are, however they are escaped; numbers when their values are: 1, 1.0 and 1e0 are one group, shown as 1, and whole numbers of any size are distinct. Missing values and null are one group, null; -w 'has(path)' leaves the missing ones out. "1" and 1 are two groups. Arrays and objects are the same when they are written alike, except for white space.`,
    common: true,
    commands,
  },
  {
    key: 'every',
    long: 'every',
    type: 'age',
    value: 'DURATION',
    min: MICROSECOND_MS,
    max: CENTURY_MS,
    group: 'Counting',
    doc: 'Count each minute (1m), hour (1h), … separately',
    longDoc:
      'Count each window of time separately: a number with us, ms, s, m, h, d or w. Windows start at 1970-01-01T00:00:00Z, so days begin at midnight in UTC and weeks on a Thursday. The first column, time, is the start of the window; windows without records are left out. A record whose time is missing or invalid is a bad line, like one that is not JSON.',
    common: true,
    commands,
  },
  {
    key: 'timeField',
    long: 'time',
    type: 'text',
    value: 'PATH',
    default: 'timestamp',
    group: 'Counting',
    doc: 'Where the time is, for --every',
    longDoc:
      'The path of the time for --every: a number (see --time-unit) or a text as in RFC 3339, such as 2026-01-01T08:30:00.25+01:00. In a text, t, z and a space for the T are allowed, seconds may be left out, and the zone may be +0100 or +01. A text without a zone is not a time.',
    common: true,
    commands,
  },
  {
    key: 'timeUnit',
    long: 'time-unit',
    ...rules.timeUnit,
    value: 'UNIT',
    group: 'Counting',
    doc: 'The unit of times that are numbers',
    longDoc:
      'The unit of times that are numbers: seconds, milliseconds, microseconds or nanoseconds since 1970. auto decides for each number by its size: below 1e11 it is seconds, and then each unit reaches a thousand times as far.',
    commands,
  },
];

const measures: readonly Flag[] = [
  {
    key: 'sum',
    long: 'sum',
    type: 'list',
    value: 'LIST',
    group: 'Counting',
    doc: 'The sum of the numbers of these paths',
    longDoc: `The sum of the numbers at each path; LIST is separated by commas. The column is called sum_PATH, or NAME with NAME=PATH. Whole numbers of up to 37 digits, and decimals of up to 19 digits with at most nine after the point, are added exactly, however large the sum becomes. Others are added as doubles with compensation for rounding. Here and in the following options, missing values and null are left out; so is anything else that is not a number, which is counted, reported, and makes the exit code 1 unless --on-error skip is given.`,
    common: true,
    commands,
  },
  {
    key: 'avg',
    long: 'avg',
    type: 'list',
    value: 'LIST',
    group: 'Counting',
    doc: 'The average of the numbers of these paths',
    longDoc: 'The average of the numbers at each path: their sum divided by their number.',
    common: true,
    commands,
  },
  {
    key: 'min',
    long: 'min',
    type: 'list',
    value: 'LIST',
    group: 'Counting',
    doc: 'The least number of these paths',
    longDoc: 'The least number at each path. Whole numbers of 64 bits are exact.',
    common: true,
    commands,
  },
  {
    key: 'max',
    long: 'max',
    type: 'list',
    value: 'LIST',
    group: 'Counting',
    doc: 'The greatest number of these paths',
    longDoc: 'The greatest number at each path. Whole numbers of 64 bits are exact.',
    common: true,
    commands,
  },
  ...percentiles.map(
    (percent): Flag => ({
      key: `p${percent}`,
      long: `p${percent}`,
      type: 'list',
      value: 'LIST',
      group: 'Counting',
      doc: percent === 50 ? 'The median of these paths' : `What ${percent} % of the numbers do not exceed`,
      longDoc: `The smallest number that at least ${percent} % of the numbers at the path do not exceed. To bound memory, numbers that differ by less than 1/512 share a bucket, represented by the one farthest from zero: the answer is a number that occurs, at most 0.2 % from the exact one, and exact for whole numbers below 1024.`,
      common: percent === 99 ? true : [],
      commands,
    }),
  ),
];

const rows: readonly Flag[] = [
  {
    key: 'top',
    long: 'top',
    type: 'integer',
    value: 'N',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    defaultText: 'all',
    group: 'Output',
    doc: 'Only the first N rows of each window',
    longDoc: 'Output only the first N rows in the order of --sort; with --every, of each window.',
    common: true,
    commands,
  },
  {
    key: 'sort',
    long: 'sort',
    type: 'text',
    value: 'COLUMN',
    default: 'count',
    group: 'Output',
    doc: 'The column that orders the rows',
    longDoc:
      'The column that orders the rows: count and measures with the greatest first, a part of the key with the least first. Rows that are equal in it follow their keys. With --every, windows come in order of time.',
    common: true,
    commands,
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
      'The output format: ndjson, csv (RFC 4180), tsv, or a table for people, which has bars on a terminal. What is missing is null in ndjson and an empty cell in csv and tsv.',
    common: true,
    commands,
  },
];

const limits: readonly Flag[] = [
  {
    key: 'maxGroups',
    long: 'max-groups',
    type: 'integer',
    value: 'N',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    default: '1000000',
    group: 'Limits',
    doc: 'Fail when there are more than N groups',
    longDoc:
      'Bound the memory: when a thread (-j) has more than N groups, in all windows together, the run ends with exit code 1 and no answer. A group takes about 100 bytes, 88 more for each value, and the bytes of its key, and at the end 500 bytes more; a percentile takes 24 bytes for each bucket of its numbers that is in use (see --p50), of which a thread has 4 194 304 at most.',
    commands,
  },
];

export const countFlags: readonly Flag[] = [...groups, ...measures, ...rows, ...limits];
