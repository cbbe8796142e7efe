/**
 * The commands that read or tend a store (`slung store ls` and its neighbours), and the flags that only they have.
 * flags.ts explains the columns of the table.
 */
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const CENTURY_MS = 36_525 * 86_400_000;

/** What only reads or tends a store. */
export const tending: readonly CommandName[] = [
  'store ls',
  'store stat',
  'store verify',
  'store compact',
  'store trim',
  'store delete',
  'store export',
  'store repair',
];

export const tendingFlags: readonly Flag[] = [
  {
    key: 'exportFrom',
    long: 'from',
    type: 'text',
    value: 'TIME',
    group: 'Selection',
    doc: 'Only points from TIME on',
    longDoc:
      'Only points from TIME on, which is written as in a query: 2026-11-01, 2026-11-01T10:00:00Z, microseconds since 1970, or 30d for so long before now.',
    common: true,
    commands: ['store export'],
  },
  {
    key: 'exportUntil',
    long: 'until',
    type: 'text',
    value: 'TIME',
    group: 'Selection',
    doc: 'Only points up to TIME',
    longDoc: 'Only points up to TIME, which is one of them.',
    common: true,
    commands: ['store export'],
  },
  {
    key: 'older',
    long: 'older',
    type: 'age',
    value: 'AGE',
    min: 0,
    max: CENTURY_MS,
    group: 'Selection',
    doc: 'Drop what is older than this: 30d',
    longDoc: 'Drop points that are older than AGE, a number with s, m, h, d or w.',
    common: true,
    commands: ['store trim'],
  },
  {
    key: 'before',
    long: 'before',
    type: 'text',
    value: 'TIME',
    group: 'Selection',
    doc: 'Drop what is before TIME',
    longDoc: 'Drop points before TIME, which is written as in a query: 2026-11-01, for example.',
    common: true,
    commands: ['store trim'],
  },
  {
    key: 'cold',
    long: 'cold',
    type: 'age',
    value: 'AGE',
    min: 0,
    max: CENTURY_MS,
    group: 'Selection',
    doc: 'Compress what is older than this: 7d',
    longDoc:
      'Also compress the files whose points are all older than AGE, a number with s, m, h, d or w. They take about a tenth less space, and reading single points of them takes longer.',
    common: true,
    commands: ['store compact'],
  },
  {
    key: 'dryRun',
    long: 'dry-run',
    short: 'n',
    type: 'switch',
    default: 'false',
    group: 'Output',
    doc: 'Only say what would be done',
    longDoc: 'Change nothing, and say what would be done.',
    common: true,
    commands: ['store trim', 'store delete', 'store repair'],
  },
];
