/** The keys of `sinks`: a part of the table that keys.ts explains. */
import type { KeyRow } from './key.ts';
import { projectionKeys } from './keys-routes.ts';

export const sinkKeys: readonly KeyRow[] = [
  {
    name: 'type',
    type: 'choice',
    choices: ['stdout', 'stderr', 'file', 'dir', 'http', 'nats', 'tcp', 'unix', 'store', 'drop'],
    defaultText: 'what path or url says',
    doc: 'What kind of sink it is.',
  },
];

const common: readonly KeyRow[] = [
  ...projectionKeys,
  {
    name: 'buffer',
    type: 'size',
    min: 0,
    default: '8MiB',
    doc: 'What the sink may lag behind before others wait for it.',
  },
  {
    name: 'when-full',
    type: 'choice',
    choices: ['wait', 'drop'],
    default: 'wait',
    doc: 'When the buffer is full: everything waits, or records for this sink are dropped and counted.',
  },
  { name: 'retry', type: 'section', of: 'retry', doc: 'How often a delivery is tried again.' },
  {
    name: 'on-failure',
    type: 'text',
    defaultText: 'retry for http, nats, tcp and unix, else stop',
    doc: 'When a delivery has failed for good: stop the run, retry without end, drop and count the records, or the name of another sink that takes them.',
  },
  {
    name: 'sync',
    type: 'choice',
    choices: ['none', 'batch'],
    default: 'none',
    doc: 'With batch, what was written is on the disk before it counts as delivered.',
  },
];

const rotate: KeyRow = { name: 'rotate', type: 'section', of: 'rotate', doc: 'When a new file is begun.' };

export const sinkTypes: Readonly<Record<string, readonly KeyRow[]>> = {
  stdout: common,
  stderr: common,
  drop: [],
  file: [
    { name: 'path', type: 'text', isRequired: true, doc: 'The file.' },
    {
      name: 'mode',
      type: 'choice',
      choices: ['create', 'append'],
      default: 'create',
      doc: 'With create the file gets its name when all is written; with append lines are added to it.',
    },
    rotate,
    ...common,
  ],
  dir: [
    {
      name: 'path',
      type: 'text',
      isRequired: true,
      doc: 'A file for each value: {a.b} is a place in the record, {time:%Y-%m-%d} the time of writing. A value never leads out of the directory.',
    },
    {
      name: 'where-missing',
      type: 'text',
      default: 'error',
      doc: 'What stands for a place that a record does not have; error makes it a bad record.',
    },
    { name: 'max-open', type: 'integer', min: 1, max: 4096, default: '64', doc: 'So many files are open at a time.' },
    {
      name: 'max-keys',
      type: 'integer',
      min: 1,
      max: 1_000_000,
      default: '10000',
      doc: 'More files than this are not made.',
    },
    rotate,
    ...common,
  ],
  http: [
    { name: 'url', type: 'text', isRequired: true, doc: 'Where batches are sent to, by POST.' },
    { name: 'headers', type: 'headers', isSecret: true, doc: 'Further headers. Their values are never printed.' },
    { name: 'batch-bytes', type: 'size', min: 1, default: '1MiB', doc: 'The most that one request carries.' },
    { name: 'concurrency', type: 'integer', min: 1, max: 256, default: '4', doc: 'So many requests at a time.' },
    { name: 'timeout', type: 'duration', min: 1, default: '30s', doc: 'A request that takes longer has failed.' },
    ...common,
  ],
  nats: [
    {
      name: 'url',
      type: 'text',
      isRequired: true,
      doc: 'nats://HOST:PORT of the server. Several, with commas between them, are tried in turn: nats://A:4222,B:4222.',
    },
    { name: 'subject', type: 'text', isRequired: true, doc: 'The subject; {a.b} is a place in the record.' },
    {
      name: 'dedupe',
      type: 'switch',
      defaultText: 'true where the source has ids',
      doc: 'Give messages ids, so that none is kept twice.',
    },
    {
      name: 'window',
      type: 'integer',
      min: 1,
      max: 65_536,
      default: '16',
      doc: 'So many messages may be unconfirmed.',
    },
    { name: 'block', type: 'size', min: 1, default: '256KiB', doc: 'The size of a message.' },
    {
      name: 'creds',
      type: 'text',
      isSecret: true,
      doc: 'The file with credentials: a JWT with its seed, or the seed of an nkey. Relative to this file.',
    },
    {
      name: 'ca',
      type: 'text',
      doc: 'The file with the certificates of the authorities that are trusted, in place of those that Node trusts.',
    },
    ...common,
  ],
  tcp: [{ name: 'address', type: 'text', isRequired: true, doc: 'HOST:PORT to connect to.' }, ...common],
  unix: [{ name: 'path', type: 'text', isRequired: true, doc: 'The path of the socket to connect to.' }, ...common],
  store: [
    { name: 'path', type: 'text', defaultText: 'the store that slung query asks', doc: 'The directory of the store.' },
    {
      name: 'series',
      type: 'text',
      isRequired: true,
      doc: 'The name of the series; with a point before it, the path of the field that has it.',
    },
    { name: 'time', flag: 'time', doc: 'Where the time of a point is.' },
    { name: 'value', type: 'texts', isRequired: true, doc: 'Where the values are.' },
    { name: 'tags', type: 'texts', doc: 'Where the tags are.' },
    { name: 'time-unit', flag: 'time-unit', doc: 'The unit of times that are numbers.' },
    { name: 'durability', flag: 'durability', doc: 'When points are on the disk.' },
    { name: 'retain', flag: 'retain', doc: 'Older points are removed.' },
    { name: 'same-time', flag: 'same-time', doc: 'Which points hold that have the same series and time.' },
    common.find(({ name }) => name === 'buffer')!,
    common.find(({ name }) => name === 'when-full')!,
    common.find(({ name }) => name === 'on-failure')!,
  ],
};

export const retryKeys: readonly KeyRow[] = [
  { name: 'max', type: 'integer', min: 0, defaultText: 'no limit', doc: 'So many further attempts.' },
  { name: 'for', type: 'duration', min: 0, defaultText: 'no limit', doc: 'For so long.' },
  {
    name: 'first',
    type: 'duration',
    min: 1,
    default: '100ms',
    doc: 'The pause before the second attempt; it doubles with each.',
  },
  { name: 'most', type: 'duration', min: 1, default: '10s', doc: 'The longest pause.' },
];

export const rotateKeys: readonly KeyRow[] = [
  { name: 'bytes', type: 'size', min: 1, doc: 'When the file has so many bytes.' },
  { name: 'age', type: 'age', min: 1000, doc: 'When the file is so old.' },
];
