/** The library's `select` as a stream among streams: piping, back-pressure, errors, events, early ends. */
import { PassThrough, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type RejectedLine, SelectStream, select, UsageError } from '../../src/index.ts';
import { pause } from '../support/eventually.ts';

const lines = (count: number): string => Array.from({ length: count }, (_, i) => `{"n":${i}}\n`).join('');

/** The text in chunks of `size` bytes, which know nothing of lines. */
function chunked(text: string, size: number): Readable {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  return Readable.from(chunks, { objectMode: false });
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a stream', () => {
  test.each([1, 7, 1000, 1 << 20])('filters what is piped through it, chunks of %i bytes', async (size) => {
    const count = size === 1 ? 500 : 20_000;
    const stream = chunked(lines(count), size).pipe(select({ where: `n >= ${count - 3}` }));
    expect(await textOf(stream)).toBe(lines(count).split('\n').slice(-4).join('\n'));
    expect(stream.stats).toMatchObject({ records: count, matched: 3, rejected: 0 });
  });

  test('is a Transform, and can be read with on(data)', async () => {
    const stream = select({ where: ['a > 1', 'a < 4'], fields: ['a'] });
    expect(stream).toBeInstanceOf(Transform);
    expect(stream).toBeInstanceOf(SelectStream);
    let out = '';
    stream.on('data', (bytes: Buffer) => {
      out += bytes;
    });
    stream.write('{"a":1}\n{"a":2,"b":');
    stream.write('1}\n{"a":3}\n');
    stream.end('{"a":4}');
    await new Promise((resolve) => stream.on('end', resolve));
    expect(out).toBe('{"a":2}\n{"a":3}\n');
  });

  test('hands on what it has without waiting for more', async () => {
    const stream = select();
    const out = stream[Symbol.asyncIterator]();
    for (let i = 0; i < 5; i++) {
      stream.write(`{"n":${i}}\n`);
      expect(String((await out.next()).value)).toBe(`{"n":${i}}\n`);
    }
    stream.end();
    expect(await out.next()).toMatchObject({ done: true });
    expect(stream.stats?.batches).toMatchObject({ dry: 5, end: 0 });
  });

  test('fields as an object, csv, tsv, no header', async () => {
    const text = '{"a":{"b":"x,y"},"c":1}\n{"c":2}\n';
    const through = (options: Parameters<typeof select>[0]) => textOf(chunked(text, 5).pipe(select(options)));
    expect(await through({ to: 'csv', fields: { name: 'a.b', c: 'c' } })).toBe('name,c\n"x,y",1\n,2\n');
    expect(await through({ to: 'tsv', fields: ['c', 'name=a.b'], header: false })).toBe('1\tx,y\n2\t\n');
    expect(await through({ to: 'csv', columns: ['c'] })).toBe('c\n1\n2\n');
    expect(await through({ to: 'csv' })).toBe('a,c\n"{""b"":""x,y""}",1\n,2\n');
  });

  test('nothing in, nothing out', async () => {
    expect(await textOf(chunked('', 1).pipe(select()))).toBe('');
    expect(await textOf(chunked('', 1).pipe(select({ to: 'csv', fields: ['a'] })))).toBe('a\n');
  });

  test('chunks stay the writer’s own: they are not kept after the callback', async () => {
    const stream = select();
    const chunk = Buffer.from('{"n":1}\n{"n"');
    const collected = textOf(stream);
    await new Promise((resolve) => stream.write(chunk, resolve));
    chunk.fill(0x78);
    stream.end(':2}\n');
    expect(await collected).toBe('{"n":1}\n{"n":2}\n');
  });
});

describe('back-pressure', () => {
  test('nothing is read ahead of a slow consumer', async () => {
    let given = 0;
    const chunk = Buffer.from('{"a":"some text to fill the line"}\n'.repeat(2000));
    const endless = new Readable({
      read() {
        given += chunk.length;
        this.push(chunk);
      },
    });
    const stream = endless.pipe(select());
    const out = stream[Symbol.asyncIterator]();
    let taken = 0;
    for (let i = 0; i < 20; i++) {
      taken += ((await out.next()).value as Buffer).length;
      await pause(2);
    }
    // What is under way: one chunk in the run, one in each of the two buffers, and their high-water marks.
    expect(given - taken).toBeLessThan(8 * chunk.length);
    endless.destroy();
    stream.destroy();
  });

  test('a chunk much larger than the buffers comes out batch by batch', async () => {
    const big = Buffer.from('{"a":"some text to fill the line"}\n'.repeat(300_000));
    const stream = select({ batchBytes: 64 * 1024 });
    let most = 0;
    let taken = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        taken += chunk.length;
        if (chunk[chunk.length - 1] !== 0x0a) done(new Error('a chunk is not whole lines'));
        most = Math.max(most, stream.readableLength);
        setImmediate(done);
      },
    });
    await pipeline(Readable.from([big]), stream, slow);
    expect(taken).toBe(big.length);
    expect(most).toBeLessThanOrEqual(stream.readableHighWaterMark + 128 * 1024);
  });
});

describe('errors', () => {
  test('a wrong selector, path or option throws at once', () => {
    const cases: [Parameters<typeof select>[0], string][] = [
      [{ where: 'a = 1' }, '--where: `=` is not an operator'],
      [{ where: ['a == 1', 'b =='] }, '--where: the expression ends too early'],
      [{ fields: ['a..b'] }, '--fields: '],
      [{ fields: ['a', 'a'] }, 'fields: two columns are named a'],
      [{ columns: ['a'] }, "columns needs to: 'csv' or to: 'tsv'"],
      [{ fields: ['a'], columns: ['a'], to: 'csv' }, 'fields and columns cannot be used together'],
      [{ onError: 'keep', to: 'csv' }, "onError: 'keep' is only for ndjson without fields"],
      [{ batchBytes: 1 }, 'batchBytes: 1 is not a whole number from 64 to 67108864'],
      [{ maxErrors: Number.NaN }, 'maxErrors: NaN is not a whole number from 0'],
      [{ to: 'xml' as 'csv' }, 'to: "xml" is not one of ndjson, csv, tsv'],
      [{ wher: 'a == 1' } as object, 'there is no option wher'],
    ];
    for (const [options, message] of cases) {
      expect(() => select(options)).toThrow(UsageError);
      expect(() => select(options)).toThrow(message);
    }
  });

  test('the detail of a wrong selector points at it', () => {
    try {
      select({ where: 'level = "error"' });
      expect.unreachable();
    } catch (error) {
      expect((error as UsageError).detail).toMatch(/^ {2}level = "error"\n {8}\^\n/);
    }
  });

  test('onError fail ends the stream with the line', async () => {
    const stream = chunked('{"a":1}\n{"a":}\n{"a":2}\n', 4).pipe(select({ onError: 'fail' }));
    let out = '';
    const reading = (async () => {
      for await (const bytes of stream) out += bytes;
    })();
    await expect(reading).rejects.toThrow('stopped at <stream>:2 (--on-error fail)');
    await expect(reading).rejects.toMatchObject({ cause: { line: 2, column: 6, code: 2, name: 'unexpected-byte' } });
    expect(out).toBe('{"a":1}\n');
  });

  test('too many bad lines end a pipeline', async () => {
    const stream = select({ maxErrors: 1 });
    const piped = pipeline(chunked('x\ny\n{"a":1}\n', 100), stream, new PassThrough().resume());
    await expect(piped).rejects.toThrow('stopped at <stream>:2 (--max-errors 1)');
    expect(stream.stats).toMatchObject({ rejected: 2, records: 0 });
  });

  test('csvStrict ends the stream', async () => {
    const stream = select({ to: 'csv', columns: ['a'], csvStrict: true, batchRecords: 1 });
    const reading = textOf(chunked('{"a":1}\n{"b":1}\n', 100).pipe(stream));
    await expect(reading).rejects.toThrow('the record has a column that the header has not: "b"');
  });

  test('an error of the source reaches the reader, and the stream is closed', async () => {
    const broken = Readable.from(
      (async function* () {
        yield '{"a":1}\n';
        throw new Error('the source broke');
      })(),
      { objectMode: false },
    );
    const stream = select();
    await expect(pipeline(broken, stream, new PassThrough().resume())).rejects.toThrow('the source broke');
    expect(stream.destroyed).toBe(true);
  });

  test('a listener that throws ends the stream with its error', async () => {
    const stream = select();
    stream.on('reject', () => {
      throw new Error('not in my house');
    });
    await expect(textOf(chunked('nope\n', 100).pipe(stream))).rejects.toThrow('not in my house');
  });
});

describe('events', () => {
  test('reject tells of every bad line, with its bytes and place', async () => {
    const rejects: RejectedLine[] = [];
    const warnings: string[] = [];
    const stream = select({ batchRecords: 2, maxRecordBytes: 64 });
    stream.on('reject', (line) => rejects.push(line));
    stream.on('warning', (text) => warnings.push(text));
    const text = ['{"a":1}', '{"a"', '', 'nope', `"${'x'.repeat(99)}"`, '{"a":2}'].map((line) => `${line}\n`).join('');
    expect(await textOf(chunked(text, 3).pipe(stream))).toBe('{"a":1}\n{"a":2}\n');
    expect(rejects.map(({ line, byteOffset, column, name }) => [line, byteOffset, column, name])).toEqual([
      [2, 8, 5, 'unexpected-end'],
      [4, 14, 2, 'bad-literal'],
      [5, 19, 65, 'too-long'],
    ]);
    expect(String(rejects[0]!.bytes)).toBe('{"a"');
    // Bad lines are told of by the event, not by warnings as well.
    expect(warnings).toEqual([]);
    expect(stream.stats?.rejectedByCode).toEqual({ 'unexpected-end': 1, 'bad-literal': 1, 'too-long': 1 });
  });

  test('warning gives advice', async () => {
    const warnings: string[] = [];
    const stream = select({ where: 'levl == "error"' });
    stream.on('warning', (text) => warnings.push(text));
    await textOf(chunked('{"level":"info"}\n', 100).pipe(stream));
    expect(warnings).toEqual(['path `levl` was in 0 of 1 record; did you mean `level`?']);
  });

  test('stats are there when the stream has ended, not before', async () => {
    const stream = select();
    stream.write('{"a":1}\n');
    expect(stream.stats).toBeUndefined();
    stream.end();
    await textOf(stream);
    expect(stream.stats).toMatchObject({ records: 1, matched: 1, bytesIn: 8, bytesOut: 8 });
  });
});

describe('an early end', () => {
  test('leaving the loop ends the source', async () => {
    const source = Readable.from(
      (function* () {
        for (;;) yield Buffer.from('{"a":1}\n'.repeat(1000));
      })(),
    );
    const stream = select();
    const piped = pipeline(source, stream).catch(() => {});
    for await (const bytes of stream) {
      expect(String(bytes)).toMatch(/^\{"a":1\}\n/);
      break;
    }
    await piped;
    expect(source.destroyed).toBe(true);
    expect(stream.destroyed).toBe(true);
  });

  test('destroy before, during and after the input', async () => {
    for (const writes of [0, 1, 3]) {
      const stream = select();
      for (let i = 0; i < writes; i++) stream.write('{"a":1}\n');
      if (writes === 3) stream.end();
      stream.destroy();
      await new Promise((resolve) => stream.on('close', resolve));
      expect(stream.destroyed).toBe(true);
    }
  });

  test('destroy while the run waits for the reader', async () => {
    const stream = select();
    stream.write(Buffer.from('{"a":"some text"}\n'.repeat(100_000)));
    await pause(20);
    stream.destroy(new Error('enough'));
    await expect(textOf(stream)).rejects.toThrow('enough');
  });
});

test('two streams in a row, and others between them', async () => {
  const out: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      out.push(chunk);
      done();
    },
  });
  await pipeline(
    chunked(lines(1000), 100),
    select({ where: 'n > 10' }),
    select({ where: 'n < 20' }),
    createGzip(),
    sink,
  );
  const { gunzipSync } = await import('node:zlib');
  expect(gunzipSync(Buffer.concat(out)).toString()).toBe(lines(20).split('\n').slice(11).join('\n'));
});

test('many streams at once do not disturb each other', async () => {
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, i) => textOf(chunked(lines(200), 11 + i).pipe(select({ where: `n == ${i}` })))),
  );
  expect(all).toEqual(Array.from({ length: 20 }, (_, i) => `{"n":${i}}\n`));
});
