/** The keys of `defaults` and `sources`: a part of the table that keys.ts explains. */
import type { KeyRow } from './key.ts';

export const defaultKeys: readonly KeyRow[] = [
  { name: 'batch-bytes', flag: 'batch-bytes', doc: 'A batch is handed on when it has so many bytes of whole lines.' },
  { name: 'batch-age', flag: 'batch-age', doc: 'How long a batch may wait for more input.' },
  { name: 'batch-records', flag: 'batch-records', doc: 'A batch is also handed on when it has so many records.' },
  { name: 'max-record', flag: 'max-record', doc: 'A longer line is a bad line.' },
  { name: 'max-depth', flag: 'max-depth', doc: 'A record that is nested deeper is a bad line.' },
  { name: 'lanes', flag: 'lanes', doc: 'The number of threads of each plugin that does not say its own.' },
  { name: 'cache', flag: 'cache', doc: 'The file that keeps what plugins put into their cache.' },
  { name: 'name', flag: 'name', doc: 'The name of this worker in statistics, and for servers of NATS.' },
  { name: 'metrics', flag: 'metrics', doc: 'HOST:PORT at which figures are served for Prometheus.' },
  { name: 'metrics-public', flag: 'metrics-public', doc: 'Other machines may read metrics.' },
  { name: 'status', flag: 'status', doc: 'HOST:PORT at which a browser shows the run, and probes ask for it.' },
  { name: 'status-public', flag: 'status-public', doc: 'Other machines may read status.' },
  { name: 'on-error', flag: 'on-error', choices: ['skip', 'fail'], doc: 'What to do with a line that is not JSON.' },
  { name: 'max-errors', flag: 'max-errors', doc: 'The run stops when more lines than this were bad.' },
  {
    name: 'shutdown-timeout',
    type: 'duration',
    min: 0,
    default: '30s',
    doc: 'How long the end of a run may take. What is left then is abandoned, and reported by sink.',
  },
];

export const sourceKeys: readonly KeyRow[] = [
  {
    name: 'type',
    type: 'choice',
    choices: ['stdin', 'file', 'http', 'tcp', 'unix', 'ws', 'nats'],
    defaultText: 'what path or url says',
    doc: 'What kind of source it is.',
  },
  {
    name: 'ack',
    type: 'choice',
    choices: ['settled', 'read'],
    default: 'settled',
    doc: 'When what was read is acknowledged: settled when all of its records have arrived, read at once, so that a crash loses what was on its way.',
  },
];

const listen = { name: 'listen', type: 'text', isRequired: true } as const;
const maxConnections: KeyRow = {
  name: 'max-connections',
  type: 'integer',
  min: 1,
  max: 65_535,
  default: '1024',
  doc: 'More connections than this at a time are refused.',
};
const token: KeyRow = { name: 'token', type: 'text', isSecret: true, doc: 'What a client has to show.' };
/** What is read in another form than one record a line. */
const conversion: readonly KeyRow[] = [
  { name: 'from', flag: 'from', doc: 'The form of what is read; what is not one record a line becomes that.' },
  {
    name: 'prefix',
    flag: 'prefix',
    doc: 'Text before the JSON of each line: drop, or the name of the member that keeps it.',
  },
  { name: 'types', flag: 'types', doc: 'Of csv and tsv: what cells are.' },
  { name: 'delimiter', flag: 'delimiter', doc: 'Of csv: the character between cells.' },
];

const needsHost = 'HOST is best 127.0.0.1: what listens elsewhere can be reached by others.';

export const sourceTypes: Readonly<Record<string, readonly KeyRow[]>> = {
  stdin: conversion,
  file: [
    {
      name: 'path',
      type: 'texts',
      isRequired: true,
      doc: 'The file, or a pattern with * and ? for several; or a list.',
    },
    { name: 'follow', type: 'switch', default: 'false', doc: 'Go on reading what is appended, and files that appear.' },
    { name: 'positions', type: 'text', doc: 'A directory that keeps how far each file was read, for the next run.' },
    {
      name: 'decompress',
      type: 'choice',
      choices: ['auto', 'none'],
      default: 'auto',
      doc: 'Whether gzip and zstd are recognised.',
    },
    ...conversion,
  ],
  http: [
    { ...listen, doc: `HOST:PORT to take requests at. ${needsHost}` },
    { name: 'path', type: 'text', default: '/', doc: 'The path that records are sent to.' },
    { name: 'max-body', type: 'size', min: 1, default: '64MiB', doc: 'A larger request is refused.' },
    {
      ...token,
      doc: 'What a client has to show, as Authorization: Bearer TOKEN. Without it, only loopback is allowed.',
    },
  ],
  tcp: [{ ...listen, doc: `HOST:PORT to take connections at. ${needsHost}` }, maxConnections],
  unix: [{ ...listen, doc: 'The path of the socket.' }, maxConnections],
  ws: [
    { ...listen, doc: `HOST:PORT to take WebSocket connections at. ${needsHost}` },
    maxConnections,
    token,
    { name: 'origins', flag: 'listen-origin', doc: 'Web pages of these origins may connect.' },
  ],
  nats: [
    {
      name: 'url',
      type: 'text',
      isRequired: true,
      doc: 'nats://HOST:PORT of the server. Several, with commas between them, are tried in turn: nats://A:4222,B:4222.',
    },
    { name: 'stream', type: 'text', isRequired: true, doc: 'The stream of JetStream.' },
    { name: 'consumer', type: 'text', isRequired: true, doc: 'The durable consumer. Several processes may share one.' },
    { name: 'subject', type: 'text', defaultText: 'all of the stream', doc: 'Only messages of this subject.' },
    {
      name: 'ack-wait',
      type: 'duration',
      min: 1000,
      default: '30s',
      doc: 'A message that is not acknowledged by then comes again.',
    },
    {
      name: 'max-in-flight',
      type: 'integer',
      min: 1,
      max: 65_536,
      default: '16',
      doc: 'So many messages are worked on at a time.',
    },
    {
      name: 'redeliver-limit',
      type: 'integer',
      min: 1,
      max: 1000,
      default: '5',
      doc: 'A message that came more often goes to rejects unread.',
    },
    { name: 'order', type: 'switch', default: 'false', doc: 'One message at a time, so that all stay in order.' },
    { name: 'create', type: 'switch', default: 'false', doc: 'Make the stream when there is none.' },
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
  ],
};
