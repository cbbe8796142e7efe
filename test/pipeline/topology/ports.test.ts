/** Ports of real sinks: files that are made, added to and rotated, descriptors, and what a topology says of them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RunHost } from '../../../src/graph/host.ts';
import type { Port } from '../../../src/graph/port.ts';
import { openPort, openPorts, type PortContext } from '../../../src/pipeline/topology/ports.ts';
import type { Sink } from '../../../src/topology/index.ts';
import { temporaryDirectory } from '../../io/support.ts';

const root = temporaryDirectory();
let directory = '';
let count = 0;
let nowMs = 0;
beforeEach(() => {
  directory = join(root, String(++count));
  nowMs = 0;
  mkdirSync(directory);
});

const host = {
  ...{ progress: undefined, onSignal: () => () => {}, clockMs: () => performance.now() },
  talk: { error: () => {}, warn: () => {}, info: () => {}, guest: () => {}, verbose: () => {} },
} satisfies RunHost;
const context = (): PortContext => ({ directory, host, nowMs: () => nowMs });

const common = {
  ...{ name: 'out', place: { line: 1, column: 1 }, path: 'sinks.out', bufferBytes: 1 << 20, whenFull: 'wait' },
  projection: { format: 'ndjson', fields: undefined, header: true },
  ...{ retry: { max: undefined, forMs: undefined, firstMs: 1, mostMs: 1 }, onFailure: 'stop', sync: 'none' },
} as const;

function sinkOf(changes: object): Sink {
  return { ...common, rotate: undefined, ...changes } as unknown as Sink;
}

const file = (changes: object = {}): Sink => sinkOf({ type: 'file', file: 'out.ndjson', mode: 'create', ...changes });

const send = (port: Port, text: string): void =>
  void port.offer({ segments: [Buffer.from(text)], records: 1, receipts: [], id: undefined }, {});
const end = (port: Port, isWhole = true) => port.close({ withinMs: 100_000, redirectMs: 100_000, isWhole });
const files = (): Record<string, string> =>
  Object.fromEntries(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]));

describe('a file', () => {
  test('that is made has its name when the port is closed as whole', async () => {
    for (const isWhole of [false, true]) {
      const port = await openPort(file(), context(), undefined);
      send(port, '1\n');
      expect(Object.keys(files())).toEqual([expect.stringMatching(/^\.out.*\.tmp$/)]);
      await end(port, isWhole);
      expect(files()).toEqual(isWhole ? { 'out.ndjson': '1\n' } : {});
    }
  });

  test('that is added to has its lines at once, and each one that is rotated begins with the header', async () => {
    writeFileSync(join(directory, 'out.csv'), 'h\n0\n');
    const append = file({ file: 'out.csv', mode: 'append', rotate: { bytes: 8, ageMs: undefined } });
    const port = await openPort(append, context(), undefined);
    expect(port.takesHeader(Buffer.from('h\n'))).toBe(false);
    for (const line of ['1\n', '2\n', '3\n', '4\n', '5\n']) send(port, line);
    expect(files()).toEqual({
      'out.1970-01-01T00-00-00.csv': 'h\n0\n1\n2\n',
      'out.csv': 'h\n3\n4\n5\n',
    });
    await end(port, false);
  });

  test('that cannot be opened is an error with its path, and closes what was opened', async () => {
    mkdirSync(join(directory, 'folder'));
    const sinks = [file({ name: 'a' }), file({ name: 'b', file: 'folder', mode: 'append' })];
    await expect(openPorts(sinks, context())).rejects.toThrow(/cannot add to .*folder: is a directory/);
    expect(readdirSync(directory)).toEqual(['folder']);
  });
});

test('what a sink cannot take goes to the one that on-failure names, which was opened before it', async () => {
  const sinks = [
    sinkOf({ name: 'full', type: 'file', file: '/dev/full', mode: 'create', onFailure: { sink: 'dead' } }),
    file({ name: 'dead', file: 'dead.ndjson', mode: 'append' }),
  ];
  const ports = await openPorts(sinks, context());
  expect([...ports.keys()]).toEqual(['full', 'dead']);
  send(ports.get('full')!, '1\n');
  expect(files()).toEqual({ 'dead.ndjson': '1\n' });
  expect((await end(ports.get('full')!)).words).toEqual([
    expect.stringMatching(
      /^full: 1 record was sent to dead instead; the first time: cannot write \/dev\/full: no space left/,
    ),
  ]);
  await end(ports.get('dead')!);
});

test('drop takes everything and counts it', async () => {
  const port = await openPort(sinkOf({ type: 'drop' }), context(), undefined);
  send(port, '1\n');
  expect(port.counts.report()).toMatchObject({ records: 1, batches: 1, bytesCopied: 0 });
  await end(port);
});
