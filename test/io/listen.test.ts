import { createConnection, createServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { SourceError, WOULD_BLOCK } from '../../src/io/index.ts';
import { type ListenOptions, type ListenSource, openListen, parseListenAddress } from '../../src/io/listen.ts';
import { readEvents, readLines } from '../../src/io/listen-frames.ts';
import { pause } from '../support/eventually.ts';

const sources: ListenSource[] = [];
const clients: WebSocket[] = [];
const warnings: string[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  for (const source of sources.splice(0)) {
    source.close();
    await source.closed;
  }
  warnings.length = 0;
});

async function listen(options: Partial<ListenOptions> = {}, host = '127.0.0.1'): Promise<ListenSource> {
  const source = await openListen(`ws://${host}:0`, { warn: (text) => warnings.push(text), ...options });
  sources.push(source);
  return source;
}

/** Connects; a client that is refused rejects. */
function connect(
  { port }: ListenSource,
  headers: { origin?: string; authorization?: string } = {},
  path = '/',
): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  clients.push(client);
  return new Promise((resolve, reject) => {
    client.once('open', () => resolve(client));
    client.once('error', reject);
  });
}

/** What the server answers to these bytes until it ends the connection. */
function raw({ port }: ListenSource, request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    if (request !== '') socket.write(request);
  });
}

/** Reads until so many lines have come. */
async function lines(source: ListenSource, count: number): Promise<string[]> {
  const target = new Uint8Array(4096);
  let text = '';
  for (;;) {
    const found = text.split('\n');
    if (found.length > count) return found.slice(0, -1);
    const bytes = source.readNow(target);
    if (bytes === 0) throw new Error(`the source ended after ${JSON.stringify(text)}`);
    if (bytes === WOULD_BLOCK) await source.wait();
    else text += Buffer.from(target.slice(0, bytes)).toString();
  }
}

interface Event {
  readonly timestamp: bigint;
  readonly value: number;
  readonly series: string | Uint8Array;
  readonly tags: readonly (string | Uint8Array)[];
}

/** A binary frame, as a producer of Slung sends it. */
function frameOf({ timestamp, value, series, tags }: Event): Buffer {
  const header = Buffer.alloc(20);
  header.writeBigInt64LE(timestamp, 0);
  header.writeDoubleLE(value, 8);
  header.writeUInt16LE(Buffer.from(series).length, 16);
  header.writeUInt16LE(tags.length, 18);
  const parts = tags.flatMap((tag) => {
    const length = Buffer.alloc(2);
    length.writeUInt16LE(Buffer.from(tag).length);
    return [length, Buffer.from(tag)];
  });
  return Buffer.concat([header, Buffer.from(series), ...parts]);
}
const plain: Event = { timestamp: 1n, value: 1, series: 's', tags: ['a', 'bc'] };

/** What becomes of a frame: lines and, with `!` in front, reasons. */
function read(how: typeof readLines, frame: Buffer, producer: number): string[] {
  const found: string[] = [];
  how(
    frame,
    producer,
    (line) => found.push(line.toString()),
    (reason) => found.push(`!${reason}`),
  );
  return found;
}
const eventsOf = (frame: Buffer, producer = 1): string[] => read(readEvents, frame, producer);

describe('binary frames', () => {
  test('become a line with every member', () => {
    const frame = frameOf({
      timestamp: -(2n ** 63n),
      value: -0.1,
      series: 'cpu "load"\\\n\u0001',
      tags: ['host=a', '', 'ü ✓'],
    });
    expect(eventsOf(frame, 3)).toEqual([
      '{"timestamp":-9223372036854775808,"value":-0.1,"series":"cpu \\"load\\"\\\\\\u000a\\u0001",' +
        '"tags":["host=a","","ü ✓"],"producer":3}\n',
    ]);
  });

  test('whatever was sent can be read back', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    const text = fc.string({ unit: 'binary', maxLength: 20 }).map((part) => Buffer.from(part).toString());
    const timestamp = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(timestamp, finite, text, fc.array(text, { maxLength: 5 }), (time, value, series, tags) => {
        const [line] = eventsOf(frameOf({ timestamp: time, value, series, tags })) as [string];
        const parsed = JSON.parse(line);
        expect(parsed).toEqual({ ...parsed, series, tags, producer: 1 });
        expect(Object.is(parsed.value, value)).toBe(true);
        expect(line.startsWith(`{"timestamp":${time},`)).toBe(true);
        expect(line.indexOf('\n')).toBe(line.length - 1);
      }),
    );
  });

  test('cut at any byte, they are bad', () => {
    const frame = frameOf(plain);
    for (let length = 0; length < frame.length; length++) {
      expect(eventsOf(frame.subarray(0, length))).toEqual([expect.stringMatching(/^!/)]);
    }
    expect(eventsOf(frame.subarray(0, 19))).toEqual(['!19 bytes, an event has at least 20']);
    expect(eventsOf(frame.subarray(0, 20))).toEqual(['!the series ends beyond the frame']);
    expect(eventsOf(frame.subarray(0, 25))).toEqual(['!tag 2 ends beyond the frame']);
  });

  test('hold several events, and what follows them is told', () => {
    const [frame, other] = [frameOf(plain), frameOf({ ...plain, value: 2 })];
    const [line, second] = [eventsOf(frame)[0], eventsOf(other)[0]];
    expect(eventsOf(Buffer.concat([frame, other]))).toEqual([line, second]);
    const reason = `!after ${frame.length} bytes of events: 1 bytes, an event has at least 20`;
    expect(eventsOf(Buffer.concat([frame, Buffer.of(0)]))).toEqual([line, reason]);
  });

  test('that are text are taken as text', () => {
    expect(eventsOf(Buffer.from('{"a":1}\n{"a":2}\n'))).toEqual(['{"a":1,"producer":1}\n', '{"a":2,"producer":1}\n']);
  });

  test.each([
    ['the value is NaN, which JSON cannot say', { ...plain, value: Number.NaN }],
    ['the value is -Infinity, which JSON cannot say', { ...plain, value: Number.NEGATIVE_INFINITY }],
    ['the series is not UTF-8', { ...plain, series: Uint8Array.of(0xff) }],
    ['tag 2 is not UTF-8', { ...plain, tags: ['a', Uint8Array.of(0xc3)] }],
  ])('%s', (reason, event) => {
    expect(eventsOf(frameOf(event))).toEqual([`!${reason}`]);
  });
});

describe('text frames', () => {
  const linesOf = (text: string) => read(readLines, Buffer.from(text), 12);
  test.each([
    ['{"a":1}', '{"a":1,"producer":12}'],
    ['{}', '{"producer":12}'],
    [' \r\n\t{ \n } ', '{ ' + '  "producer":12}'],
    ['{"a":{"b":[1]} }\n', '{"a":{"b":[1]} ,"producer":12}'],
    ['{"producer":7}', '{"producer":7,"producer":12}'],
    ['{\n  "a": 1,\n  "b": "}"\n}', '{   "a": 1,   "b": "}" ,"producer":12}'],
  ])('%j', (text, line) => {
    expect(linesOf(text)).toEqual([`${line}\n`]);
  });

  test.each(['', ' ', '{', '}', '[]', '1', '"{}', '{"a":1} x', 'x{}'])('%j is not a JSON object', (text) => {
    expect(linesOf(text)).toEqual(['!not a JSON object']);
  });

  test.each([
    ['{"a":1}\n{"a":2}', ['{"a":1,"producer":12}\n', '{"a":2,"producer":12}\n']],
    ['\n {} \r\n\r\n{"a":2}\n\n', ['{"producer":12}\n', '{"a":2,"producer":12}\n']],
    ['{"a":1}\nnonsense\n{"a":3}', ['{"a":1,"producer":12}\n', '!not a JSON object', '{"a":3,"producer":12}\n']],
    // One object, although its first line looks like one.
    ['{"a":{}\n,"b":1}', ['{"a":{} ,"b":1,"producer":12}\n']],
    ['{"a":[{}\n]}', ['{"a":[{} ],"producer":12}\n']],
    ['{"a":{}\n}', ['{"a":{} ,"producer":12}\n']],
  ])('%j', (text, expected) => {
    expect(linesOf(text)).toEqual(expected);
  });

  test('an object is one line however it is spread, and two are two', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), value), { minLength: 1, maxLength: 3 }), (objects) => {
        const parsed = (text: string) => linesOf(text).map((line) => JSON.parse(line));
        // As JSON has them: -0 is 0, and __proto__ a member.
        const expected = objects.map((object) => JSON.parse(JSON.stringify(object)));
        const withSender = expected.map((object) => ({ ...object, producer: 12 }));
        expect(parsed(objects.map((object) => JSON.stringify(object)).join('\n'))).toEqual(withSender);
        expect(parsed(JSON.stringify(objects[0], null, 1))).toEqual([withSender[0]]);
      }),
    );
  });

  test('who sends nonsense cannot get a line that says somebody else sent it', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '1', '"producer":', '"a"', ' ', '\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        for (const text of linesOf(`{${pieces.join('')}}`)) {
          if (text.startsWith('!')) continue;
          expect(text.indexOf('\n')).toBe(text.length - 1);
          let parsed: { producer?: unknown };
          try {
            parsed = JSON.parse(text);
          } catch {
            continue;
          }
          expect(parsed.producer).toBe(12);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe('addresses', () => {
  test.each([
    ['ws://127.0.0.1:2077', { host: '127.0.0.1', port: 2077 }],
    ['WS://localhost:0/', { host: 'localhost', port: 0 }],
    ['ws://[::1]:65535', { host: '::1', port: 65535 }],
    ['ws://0.0.0.0:1', { host: '0.0.0.0', port: 1 }],
  ])('%s', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  test.each([
    'wss://127.0.0.1:1',
    'http://127.0.0.1:1',
    '127.0.0.1:1',
    'ws://127.0.0.1',
    'ws://:1',
    'ws://a:65536',
    'ws://a:1/path',
    'ws://u@a:1',
    'ws://::1:1',
    '',
  ])('%s cannot be read', (text) => {
    expect(() => parseListenAddress(text)).toThrow(
      `cannot listen on '${text}': write ws://HOST:PORT, as in ws://127.0.0.1:2077`,
    );
  });

  test('an address that is taken is said to be', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const opening = openListen(`ws://127.0.0.1:${port}`, { warn: () => {} });
    await expect(opening).rejects.toThrow(SourceError);
    await expect(opening).rejects.toThrow(
      /^cannot listen on ws:\/\/127.0.0.1:\d+: address already in use \(EADDRINUSE\); another program listens there: .*$/,
    );
    taken.close();
  });
});

describe('listening', () => {
  test('lines come in the order of each producer, with his number', async () => {
    const source = await listen();
    const [first, second] = [await connect(source), await connect(source)];
    first.send('{"n":1}');
    first.send(frameOf(plain));
    expect(await lines(source, 2)).toEqual([
      '{"n":1,"producer":1}',
      '{"timestamp":1,"value":1,"series":"s","tags":["a","bc"],"producer":1}',
    ]);
    second.send('{"n":2}');
    expect(await lines(source, 1)).toEqual(['{"n":2,"producer":2}']);
    expect(source.readNow(new Uint8Array(10))).toBe(WOULD_BLOCK);
    expect([source.frames, source.badFrames]).toEqual([3, 0]);
  });

  test('a number is not used again', async () => {
    const source = await listen();
    const first = await connect(source);
    first.close();
    await new Promise((resolve) => first.once('close', resolve));
    (await connect(source)).send('{}');
    expect(await lines(source, 1)).toEqual(['{"producer":2}']);
  });

  test('bad frames are counted, and the first ones told', async () => {
    const source = await listen();
    const client = await connect(source);
    for (let n = 0; n < 12; n++) client.send(`bad ${n}`);
    client.send('{}');
    expect(await lines(source, 1)).toEqual(['{"producer":1}']);
    expect(source.badFrames).toBe(12);
    expect(warnings).toHaveLength(10);
    expect(warnings[0]).toBe('ws://127.0.0.1:0: producer 1: frame ignored: not a JSON object');
    expect(warnings[9]).toMatch(/; further ones are only counted$/);
  });

  test('a frame that is too large ends its connection, and no other', async () => {
    const source = await listen({ maxFrameBytes: 100 });
    const [first, second] = [await connect(source), await connect(source)];
    const code = new Promise((resolve) => first.once('close', resolve));
    first.send(`{"a":"${'x'.repeat(100)}"}`);
    expect(await code).toBe(1009);
    second.send(`{"a":"${'x'.repeat(92)}"}`);
    expect(await lines(source, 1)).toEqual([`{"a":"${'x'.repeat(92)}","producer":2}`]);
    expect(source.badFrames).toBe(1);
  });

  test('text that is not UTF-8 ends the connection too', async () => {
    const source = await listen();
    const client = await connect(source);
    const code = new Promise((resolve) => client.once('close', resolve));
    client.send(Buffer.of(0x7b, 0xff, 0x7d), { binary: false });
    expect(await code).toBe(1007);
    expect(source.badFrames).toBe(1);
  });

  test('a page of another origin is refused, one of this machine is not', async () => {
    const source = await listen();
    await expect(connect(source, { origin: 'https://evil.example' })).rejects.toThrow(/403/);
    await expect(connect(source, { origin: 'null' })).rejects.toThrow(/403/);
    await expect(connect(source, { origin: `http://localhost.evil.example:${source.port}` })).rejects.toThrow(/403/);
    (await connect(source, { origin: 'http://localhost:3000' })).send('{}');
    (await connect(source, { origin: 'http://[::1]:3000' })).send('{}');
    expect(await lines(source, 2)).toHaveLength(2);
  });

  test('on a public address as well, and Host does not count', async () => {
    const source = await listen({ origins: ['https://app.example'] }, '0.0.0.0');
    expect(source.isPublic).toBe(true);
    await expect(connect(source, { origin: 'http://evil.example' })).rejects.toThrow(/403/);
    expect(warnings).toEqual([
      `${source.name}: a page of http://evil.example was refused; --listen-origin http://evil.example lets it in`,
    ]);
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
    const rebound = await raw(
      source,
      `GET / HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n${upgrade}\r\n`,
    );
    expect(rebound).toMatch(/^HTTP\/1.1 403 /);
    await connect(source, { origin: 'https://app.example' });
    await connect(source, { origin: 'http://127.0.0.1:9' });
    await connect(source);
  });

  test('a token is asked for, in a header or in the URL', async () => {
    const source = await listen({ token: 's3cret' });
    expect(source.isPublic).toBe(false);
    await expect(connect(source)).rejects.toThrow(/401/);
    await expect(connect(source, { authorization: 'Bearer s3cre' })).rejects.toThrow(/401/);
    await expect(connect(source, { authorization: 'Basic s3cret' })).rejects.toThrow(/401/);
    await expect(connect(source, {}, '/?token=s3cret2')).rejects.toThrow(/401/);
    await expect(connect(source, { origin: 'http://evil.example' }, '/?token=s3cret')).rejects.toThrow(/403/);
    (await connect(source, { authorization: 'Bearer s3cret' })).send('{}');
    (await connect(source, {}, '/?token=s3cret')).send('{}');
    expect(await lines(source, 2)).toHaveLength(2);
    expect(warnings.join('\n')).not.toContain('s3cre');
  });

  test('other paths and methods get a status of HTTP', async () => {
    const source = await listen();
    await expect(connect(source, {}, '/other')).rejects.toThrow(/404/);
    const status = async (request: string) =>
      (await raw(source, `${request} HTTP/1.1\r\nHost: a\r\n\r\n`)).split('\r\n')[0];
    expect(await status('GET /')).toBe('HTTP/1.1 426 Upgrade Required');
    expect(await status('GET /favicon.ico')).toBe('HTTP/1.1 404 Not Found');
    expect(await status('POST /')).toBe('HTTP/1.1 405 Method Not Allowed');
    expect(await raw(source, `GET / HTTP/1.1\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
    expect(await raw(source, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });

  test('what is half open is bounded in number and time, and lets those in who are quick', async () => {
    const many = await listen({ maxHandshakes: 2, handshakeMs: 600_000 });
    const slow = [createConnection(many.port, '127.0.0.1'), createConnection(many.port, '127.0.0.1')];
    for (const socket of slow) await new Promise((resolve) => socket.once('connect', resolve));
    slow[0]!.write('GET / HTTP/1.1\r\nHost: a\r\n');
    // A third one is not waited for; when one of the two has gone, there is room again.
    expect(await raw(many, '')).toBe('');
    slow[1]!.destroy();
    await expect
      .poll(() =>
        connect(many).then(
          () => 'in',
          () => 'out',
        ),
      )
      .toBe('in');
    slow[0]!.destroy();
    const late = await listen({ handshakeMs: 20 });
    expect(await raw(late, 'GET / HTTP/1.1\r\nHost: a\r\n')).toBe('');
    expect(await raw(late, '')).toBe('');
  });

  test('no more producers than there is room for', async () => {
    const source = await listen({ maxProducers: 1 });
    const first = await connect(source);
    await expect(connect(source)).rejects.toThrow(/503/);
    first.close();
    await expect
      .poll(() =>
        connect(source).then(
          () => 'in',
          () => 'out',
        ),
      )
      .toBe('in');
  });

  test('a frame with several lines is several records', async () => {
    const source = await listen();
    const client = await connect(source);
    client.send('{"n":1}\n{"n":2}\nx\n');
    client.send(Buffer.from('{"n":3}\n{"n":4}'));
    expect(await lines(source, 4)).toEqual([1, 2, 3, 4].map((n) => `{"n":${n},"producer":1}`));
    expect([source.frames, source.badFrames]).toEqual([2, 1]);
    expect(warnings).toEqual([`${source.name}: producer 1: part of a frame ignored: not a JSON object`]);
  });

  test('producers wait while nobody reads, and nothing is lost', async () => {
    const source = await listen();
    const client = await connect(source);
    const total = 24;
    const pad = 'x'.repeat(1000 * 1000);
    for (let n = 0; n < total; n++) client.send(`{"n":${n},"pad":"${pad}"}`);
    // It stops on its own, after what fits into our memory and the system's buffers.
    let before = -1;
    for (let same = 0; same < 5; ) {
      await pause(20);
      same = source.frames === before && before > 0 ? same + 1 : 0;
      before = source.frames;
    }
    expect(source.frames).toBeLessThan(total / 2);
    const target = new Uint8Array(256 * 1024);
    let newlines = 0;
    while (newlines < total) {
      const bytes = source.readNow(target);
      if (bytes === WOULD_BLOCK) await source.wait();
      for (let at = 0; at < bytes; at++) if (target[at] === 0x0a) newlines++;
    }
    expect(source.frames).toBe(total);
  });
});

describe('the way back', () => {
  test('text reaches the producer that is meant', async () => {
    const source = await listen();
    const [first, second] = [await connect(source), await connect(source)];
    const message = new Promise((resolve) =>
      second.once('message', (data, isBinary) => resolve([String(data), isBinary])),
    );
    first.once('message', () => expect.unreachable());
    expect(source.send(2, 'ALERT ✓')).toBe(true);
    expect(await message).toEqual(['ALERT ✓', false]);
    expect([source.send(0, 'x'), source.send(3, 'x')]).toEqual([false, false]);
    second.close();
    await new Promise((resolve) => second.once('close', resolve));
    await expect.poll(() => source.send(2, 'x')).toBe(false);
  });

  test('who does not read what he is sent is not sent more', async () => {
    const source = await listen();
    (await connect(source)).pause();
    const text = 'x'.repeat(4 * 1024 * 1024);
    const sent = Array.from({ length: 20 }, () => source.send(1, text));
    expect(sent[0]).toBe(true);
    expect(sent.at(-1)).toBe(false);
  });
});

describe('the end', () => {
  test('stop: what was taken is read, then the end; sending still works until close', async () => {
    const source = await listen();
    const client = await connect(source);
    client.send('{"n":1}');
    await expect.poll(() => source.frames).toBe(1);
    source.stop();
    client.send('{"n":2}');
    expect(await lines(source, 1)).toEqual(['{"n":1,"producer":1}']);
    expect([source.readNow(new Uint8Array(9)), source.readNow(new Uint8Array(9))]).toEqual([0, 0]);
    await source.wait();
    await expect(connect(source)).rejects.toThrow(/ECONNREFUSED/);
    const message = new Promise((resolve) => client.once('message', (data) => resolve(String(data))));
    const closed = new Promise((resolve) => client.once('close', (code, reason) => resolve([code, String(reason)])));
    expect(source.send(1, 'late')).toBe(true);
    source.close();
    expect(await message).toBe('late');
    expect(await closed).toEqual([1001, 'slung has ended']);
    await source.closed;
    expect(source.send(1, 'later')).toBe(false);
  });

  test('close lets a waiting reader go, and is safe twice', async () => {
    const source = await listen();
    const waiting = source.wait();
    source.close();
    source.close();
    await waiting;
    expect(source.readNow(new Uint8Array(9))).toBe(0);
    await source.closed;
  });

  test('a producer that does not answer the goodbye is cut off', async () => {
    const source = await listen();
    const client = await connect(source);
    client.pause();
    source.close();
    await source.closed;
    expect(source.send(1, 'x')).toBe(false);
  });
});
