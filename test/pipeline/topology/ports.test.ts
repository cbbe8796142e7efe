/** Ports of real sinks: files that are made, added to and rotated, descriptors, and what a topology says of them. */
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closePorts } from '../../../src/graph/close-ports.ts';
import type { RunHost } from '../../../src/graph/host.ts';
import type { Port } from '../../../src/graph/port.ts';
import {
  missingOf,
  openPort,
  openPorts,
  openRejectsFile,
  type PortContext,
  placesOf,
} from '../../../src/pipeline/topology/ports.ts';
import type { Sink } from '../../../src/topology/index.ts';
import { temporaryDirectory } from '../../io/support.ts';
import { defaultFields, KeptBatches } from '../../stage/points/support.ts';
import { eventually } from '../../support/eventually.ts';
import { selectWith } from '../../support/settings.ts';

const root = temporaryDirectory();
let directory = '';
let count = 0;
let nowMs = 0;
let notices: string[] = [];
beforeEach(() => {
  notices = [];
  directory = join(root, String(++count));
  nowMs = 0;
  mkdirSync(directory);
});

const host = {
  ...{ progress: undefined, onSignal: () => () => {}, clockMs: () => performance.now() },
  talk: {
    error: () => {},
    warn: (text) => void notices.push(text),
    info: () => {},
    guest: () => {},
    verbose: () => {},
  },
} satisfies RunHost;
const context = (changes: Partial<PortContext> = {}): PortContext => ({
  ...{ directory, host, nowMs: () => nowMs, rejects: undefined, storeDirectory: undefined },
  worker: { name: 'one', host: 'machine', pid: 17 },
  batches: selectWith({}).batches,
  ...changes,
});

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

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** @returns the URL of a server that gives each request and its body to `answer` */
async function serve(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => {
      body += String(bytes);
    });
    request.on('end', () => answer(request, body, response));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

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

describe('a file for rejects', () => {
  const rejects = (port: Port, line: string): void =>
    void port.offer({ segments: [Buffer.from(line)], records: 1, receipts: [], id: undefined, rows: `${line}` }, {});

  test('is emptied with its log, and has its lines at once; one that is added to keeps both', async () => {
    for (const name of ['bad', 'bad.log']) writeFileSync(join(directory, name), 'old\n');
    for (const mode of ['append', 'create']) {
      const port = await openPort(file({ name: 'bad', file: 'bad', mode }), context({ rejects: 'bad' }), undefined);
      rejects(port, '1\n');
      const both = mode === 'append' ? 'old\n1\n' : '1\n';
      expect(files()).toEqual({ bad: both, 'bad.log': both });
      await end(port, false);
    }
  });

  test('settles nothing before its row is written', async () => {
    const port = await openPort(
      file({ name: 'bad', file: 'bad', mode: 'append' }),
      context({ rejects: 'bad' }),
      undefined,
    );
    const logs: unknown[] = [];
    const receipt = { position: undefined, input: undefined, retain: () => held++, fail: () => held--, release };
    let held = 0;
    function release(): void {
      if (--held === 0) logs.push(files()['bad.log']);
    }
    const shipment = { segments: [Buffer.from('1\n')], records: 1, id: undefined, rows: 'r\n' };
    expect(port.offer({ ...shipment, receipts: [receipt] }, {})).toBe('taken');
    expect(logs).toEqual(['r\n']);
    await end(port);
  });

  test('has the rows that a killed run has not written, and no log of another file', async () => {
    const open = () =>
      openPort(file({ name: 'bad', file: 'bad', mode: 'append' }), context({ rejects: 'bad' }), undefined);
    writeFileSync(join(directory, 'bad'), '1\n22\n333');
    writeFileSync(join(directory, 'bad.log'), '1\n{"file":"in","li');
    const path = join(directory, 'bad');
    for (const added of ['4\n', '5\n']) {
      const port = await open();
      rejects(port, added);
      await end(port);
    }
    const [lines, log] = [files().bad, files()['bad.log']!.split('\n')];
    expect(lines).toBe('1\n22\n333\n4\n5\n');
    expect([log[0], ...log.slice(3)]).toEqual(['1', '4', '5', '']);
    expect(log.slice(1, 3).map((row) => JSON.parse(row).length)).toEqual([2, 3]);
    expect(JSON.parse(log[1]!)).toMatchObject({ file: path, name: 'unknown' });
    writeFileSync(path, '');
    const port = await open();
    rejects(port, '6\n');
    await end(port);
    expect(files()).toEqual({ bad: '6\n', 'bad.log': '6\n', 'bad.log.1': log.join('\n') });
    expect(notices.join()).toContain('bad.log has 5 rows, and');
  });

  test('rotates with its log, and both are opened anew', async () => {
    const sink = file({ name: 'bad', file: 'bad.txt', mode: 'append', rotate: { bytes: 4, ageMs: undefined } });
    const port = await openPort(sink, context({ rejects: 'bad' }), undefined);
    for (const line of ['1\n', '2\n', '3\n', '4\n', '5\n']) rejects(port, line);
    for (const name of ['bad.txt', 'bad.txt.log']) renameSync(join(directory, name), join(directory, `${name}.1`));
    expect(port.reopen()).toBeUndefined();
    rejects(port, '6\n');
    const time = 'bad.1970-01-01T00-00-00';
    const pairs = { 'bad.txt': '6\n', [`${time}.txt`]: '1\n2\n', [`${time}-1.txt`]: '3\n4\n' };
    const logs = Object.fromEntries(Object.entries(pairs).map(([name, text]) => [`${name}.log`, text]));
    expect(files()).toEqual({ ...pairs, ...logs, 'bad.txt.1': '5\n', 'bad.txt.log.1': '5\n' });
    await end(port);
  });

  test('has no log where it is no file, and none that a link would lead elsewhere', () => {
    expect(openRejectsFile(sinkOf({ type: 'stderr' }), context())).toBeUndefined();
    expect(openRejectsFile(file({ file: '/dev/null' }), context())).toBeUndefined();
    symlinkSync('/dev/null', join(directory, 'out.ndjson.log'));
    expect(() => openRejectsFile(file({ mode: 'append' }), context())).toThrow(/cannot add to .*out\.ndjson\.log/);
  });
});

test('files that were moved away are opened anew, when that is said', async () => {
  const port = await openPort(file({ mode: 'append' }), context(), undefined);
  send(port, '1\n');
  renameSync(join(directory, 'out.ndjson'), join(directory, 'away'));
  send(port, '2\n');
  expect(port.reopen()).toBeUndefined();
  send(port, '3\n');
  expect(files()).toEqual({ away: '1\n2\n', 'out.ndjson': '3\n' });
  renameSync(join(directory, 'out.ndjson'), join(directory, 'away'));
  mkdirSync(join(directory, 'out.ndjson'));
  expect(port.reopen()?.message).toMatch(/^cannot add to .*is a directory/);
  send(port, '4\n');
  expect(readFileSync(join(directory, 'away'), 'utf8')).toBe('3\n4\n');
  await end(port);
});

test('a store gets points, and says at the end which records had none', async () => {
  const store = new KeptBatches();
  const points = { ...defaultFields, tags: [] };
  const sink = sinkOf({
    type: 'store',
    directory: 'h',
    points,
    durability: 'batch',
    retainMs: undefined,
    sameTime: 'last',
  });
  const asked: string[] = [];
  const openStore = async ({ directory: place }: { directory: string }) => {
    asked.push(place);
    return store;
  };
  const port = await openPort(sink, context({ host: { ...host, openStore } }), undefined);
  send(port, '{"timestamp":1,"series":"s","value":2}\n');
  send(port, '{}\n');
  expect(store.points.map(({ value }) => value)).toEqual([2]);
  const { isWhole, words } = await end(port);
  expect([isWhole, words.length, words[0]]).toEqual([true, 1, expect.stringMatching(/^1 of 2 records had no point/)]);
  expect(asked).toEqual([join(directory, 'h')]);
  const nowhere = sinkOf({ type: 'store', directory: undefined, points });
  await expect(openPort(nowhere, context(), undefined)).rejects.toThrow('there is no store; give it a path');
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

describe('http', () => {
  const http = (url: string, changes: object = {}): Sink =>
    sinkOf({ type: 'http', url, headers: {}, batchBytes: 1 << 20, concurrency: 1, timeoutMs: 60_000, ...changes });

  test('each request begins with the header, and has the type of its form', async () => {
    const seen: string[] = [];
    const url = await serve((request, body, response) => {
      seen.push(`${request.headers['content-type']} ${body}`);
      response.end();
    });
    const projection = { format: 'csv', fields: undefined, header: true };
    const port = await openPort(http(url, { projection }), context(), undefined);
    expect(port.takesHeader(Buffer.from('h\n'))).toBe(false);
    send(port, '1\n');
    await eventually(() => seen.length === 1);
    send(port, '2\n');
    expect(await end(port)).toMatchObject({ isWhole: true, words: [] });
    expect(seen).toEqual(['text/csv h\n1\n', 'text/csv h\n2\n']);
  });

  test('what the server does not want goes to another sink, and only that', async () => {
    const url = await serve((_, body, response) => {
      response.statusCode = body.includes('bad') ? 400 : 200;
      response.end();
    });
    const sinks = [
      http(url, { name: 'pager', batchBytes: 6, onFailure: { sink: 'dead' } }),
      file({ name: 'dead', file: 'dead.ndjson', mode: 'append' }),
    ];
    const ports = await openPorts(sinks, context());
    const pager = ports.get('pager')!;
    pager.offer({ segments: [Buffer.from('1\nbad 2\n3\n')], records: 3, receipts: [], id: undefined }, {});
    const ends = await closePorts([...ports.values()], { withinMs: 100_000, isWhole: true, clockMs: host.clockMs });
    expect(files()).toEqual({ 'dead.ndjson': 'bad 2\n' });
    expect(pager.counts.report()).toMatchObject({ records: 2, failed: 1, dead: 1 });
    expect(ends.map(({ isWhole }) => isWhole)).toEqual([true, true]);
  });

  test('what is not confirmed in time goes to another sink at the end', async () => {
    const url = await serve(() => {});
    const sinks = [
      http(url, { name: 'pager', onFailure: { sink: 'dead' } }),
      file({ name: 'dead', file: 'dead.ndjson', mode: 'append' }),
    ];
    const ports = await openPorts(sinks, context());
    send(ports.get('pager')!, '1\n');
    const ends = await closePorts([...ports.values()], { withinMs: 20, isWhole: true, clockMs: host.clockMs });
    expect(files()).toEqual({ 'dead.ndjson': '1\n' });
    expect(ends.flatMap(({ words }) => words)).toEqual([
      expect.stringMatching(
        /^pager: 1 record was sent to dead instead; the first time: cannot deliver to pager: not confirmed within/,
      ),
    ]);
  });

  test('a final answer stops, and says what helps', async () => {
    const url = await serve((_, __, response) => response.writeHead(404).end());
    const port = await openPort(http(url, { name: 'pager' }), context(), undefined);
    send(port, '1\n');
    const { isWhole, failure } = await end(port);
    expect([isWhole, failure?.message]).toEqual([false, 'cannot deliver to pager: HTTP 404 Not Found; check url']);
  });
});

test.each(['tcp', 'unix'])('lines go over a socket: %s', async (type) => {
  let got = '';
  const server = createSocketServer((socket) => {
    socket.on('data', (bytes) => {
      got += String(bytes);
    });
  });
  const socket = join(directory, 's');
  await new Promise<void>((resolve) => {
    if (type === 'tcp') server.listen(0, '127.0.0.1', resolve);
    else server.listen(socket, resolve);
  });
  const { port: number } = (type === 'tcp' ? server.address() : { port: 0 }) as AddressInfo;
  const sink = sinkOf({ type, address: { host: '127.0.0.1', port: number }, socket: 's' });
  const port = await openPort(sink, context(), undefined);
  send(port, '1\n');
  expect((await end(port)).isWhole).toBe(true);
  await eventually(() => got === '1\n');
  server.close();
});

test('dir: a file for each value, and one for what comes without', async () => {
  const sink = sinkOf({
    type: 'dir',
    template: '{app}/{time:%Y}.ndjson',
    whereMissing: 'error',
    maxOpen: 2,
    maxKeys: 9,
  });
  expect([placesOf(sink), placesOf(file()), missingOf(sink)]).toEqual([['app'], undefined, undefined]);
  expect(placesOf(sinkOf({ type: 'nats', subject: 'A.{b.c}' }))).toEqual(['b.c']);
  const port = await openPort(sink, context(), undefined);
  const segments = ['1\n', '2\n'].map((line) => Buffer.from(line));
  port.offer({ segments, records: 2, receipts: [], id: undefined, keys: [['a'], ['../b']] }, {});
  send(port, '3\n');
  await end(port);
  expect(readdirSync(directory).sort()).toEqual(['_', expect.stringMatching(/^___b~[0-9a-f]{16}$/), 'a']);
  expect(readFileSync(join(directory, '_', '1970.ndjson'), 'utf8')).toBe('3\n');
});

test('what is not tried again is refused when that was asked for', async () => {
  const sink = sinkOf({ type: 'dir', template: '{a}', maxOpen: 1, maxKeys: 1, whereMissing: '_', onFailure: 'retry' });
  await expect(openPort(sink, context(), undefined)).rejects.toThrow(/dir is not tried again; its on-failure is stop/);
});

test('drop takes everything and counts it', async () => {
  const port = await openPort(sinkOf({ type: 'drop' }), context(), undefined);
  send(port, '1\n');
  expect(port.counts.report()).toMatchObject({ records: 1, batches: 1, bytesCopied: 0 });
  await end(port);
});
