/** The flags of `slung generate`, some of them also of `slung bench`. flags.ts explains the columns of the table. */
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const commands: readonly CommandName[] = ['generate', 'bench'];

export const generateFlags: readonly Flag[] = [
  {
    key: 'records',
    long: 'records',
    short: 'n',
    type: 'amount',
    value: 'N',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    defaultText: '1000; of bench: 32 MiB',
    group: 'Records',
    doc: 'So many records: 500, 20k, 2m; 0 for no end',
    longDoc:
      'How many records: a number, or one with k, m or g for thousands, millions and thousands of millions. With 0, generate goes on until its output is closed.',
    common: ['generate'],
    commands,
  },
  {
    key: 'seed',
    long: 'seed',
    type: 'integer',
    value: 'N',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: '1',
    group: 'Records',
    doc: 'Other records for another number',
    longDoc: 'The start of everything random. The same template, seed and times give the same bytes.',
    common: ['generate'],
    commands,
  },
  {
    key: 'start',
    long: 'start',
    type: 'text',
    value: 'TIME',
    default: '2026-01-01T00:00:00Z',
    group: 'Records',
    doc: 'What $now is in the first record',
    longDoc:
      'The time that $now gives in the first record, as in 2026-01-01T08:30:00.25+01:00, or microseconds since 1970. It is never the time of day, so that the same seed gives the same bytes.',
    common: ['generate'],
    commands,
  },
  {
    key: 'every',
    long: 'every',
    type: 'duration',
    value: 'DURATION',
    min: 0,
    default: '1ms',
    group: 'Records',
    doc: 'How much later $now is in each record',
    longDoc:
      'How much later $now is in each record than in the one before: a number with us, ms, s, m or h. Less than a microsecond is none.',
    common: ['generate'],
    commands,
  },
];
