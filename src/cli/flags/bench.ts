/** The flags of `slung bench` that others do not have, in the order of help. flags.ts explains the columns. */
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const commands: readonly CommandName[] = ['bench'];

export const benchFlags: readonly Flag[] = [
  {
    key: 'into',
    long: 'into',
    type: 'text',
    value: 'NODE',
    group: 'Topology',
    doc: 'The source or plugin of -c that records come into',
    longDoc:
      'With --config: the source or plugin that the records come into. Without it, the only source. Nothing else is read, and every sink only counts what it gets.',
    common: true,
    commands,
  },
  {
    key: 'rounds',
    long: 'rounds',
    type: 'integer',
    value: 'N',
    min: 2,
    max: 1000,
    default: '5',
    group: 'Measuring',
    doc: 'So many rounds count, of each side in turns',
    longDoc:
      'How many rounds count. One of each side comes before them and warms up. With two sides, a round of the one follows a round of the other, and the ratio is taken of each pair.',
    common: true,
    commands,
  },
  {
    key: 'seconds',
    long: 'seconds',
    type: 'text',
    value: 'N',
    default: '3',
    group: 'Measuring',
    doc: 'How long a round lasts, about',
    longDoc:
      'About how long a round lasts; hardly ever less. How many records that takes is measured first, and is then the same for each round of a side. May have a fraction.',
    common: true,
    commands,
  },
  {
    key: 'size',
    long: 'size',
    type: 'size',
    value: 'SIZE',
    min: 1,
    max: 2 ** 31,
    default: '256MiB',
    group: 'Measuring',
    doc: 'Repeat the records in memory up to SIZE',
    longDoc:
      "How much memory the records take. A shorter file is repeated as often as it fits, which is reported; of a longer one, whole lines up to SIZE are used. What fits into the processor's cache looks faster than a real log.",
    common: true,
    commands,
  },
  {
    key: 'template',
    long: 'template',
    type: 'file',
    value: 'FILE',
    group: 'Records',
    doc: 'Make the records from a template (slung generate)',
    longDoc:
      'Instead of reading a file, make records from this template, as slung generate does (slung-templates(7)): --records of them or, without that, 32 MiB.',
    common: true,
    commands,
  },
  {
    key: 'baseline',
    long: 'baseline',
    type: 'switch',
    default: 'false',
    group: 'Measuring',
    doc: 'Compare with JSON.parse and JSON.stringify in a loop',
    longDoc:
      'Add the same records through a loop in JavaScript that parses each line and prints it again: what they cost without slung, and without doing anything.',
    common: true,
    commands,
  },
  {
    key: 'atLeast',
    long: 'at-least',
    type: 'text',
    value: 'TIMES',
    group: 'Measuring',
    doc: 'Exit 1 if the first is not TIMES as fast as the second',
    longDoc:
      'Exit with code 1 when the first side is not at least TIMES as fast as the second plugin or, when there is none, as --baseline: for CI. 0.95 lets it be a little slower.',
    common: true,
    commands,
  },
  {
    key: 'reportTo',
    long: 'to',
    type: 'choice',
    choices: ['table', 'json'],
    value: 'FORMAT',
    default: 'table',
    group: 'Output',
    doc: 'Output a table, or all figures as json',
    longDoc:
      'The form of the report: a table for people, or one line of JSON with each round, the times of calls, versions, arguments and checksums.',
    common: true,
    commands,
  },
  {
    key: 'lanes',
    long: 'lanes',
    short: 'j',
    type: 'integer',
    value: 'N',
    min: 1,
    max: 256,
    defaultText: '1 for a plugin, the number of cores for a selector',
    group: 'Batches',
    doc: 'Instances that work at a time',
    longDoc: 'How many threads work at a time: instances of a plugin, or engines of a selector.',
    common: true,
    commands,
  },
];
