/** `selectBatches` and `selectObjects`: loops over batches and over objects, from any kind of input. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import ndjson from 'ndjson';
import { afterAll, describe, expect, test } from 'vitest';
import { type Input, selectBatches, selectObjects, UsageError } from '../../src/index.ts';
import { createRandom } from '../engine/conformance/mutate.ts';

const work = mkdtempSync(join(tmpdir(), 'slung-api-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const text = '{"a":1}\n{"a":2,"b":"é"}\n{"a":3}';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('inputs', () => {
  writeFileSync(join(work, 'file'), text);
  const inputs: [string, () => Input][] = [
    ['a string', () => text],
    ['a buffer', () => Buffer.from(text)],
    ['an array of strings', () => ['{"a":1}\n{"a"', ':2,"b":"é"}\n', '{"a":3}']],
    ['an array of bytes', () => [...Buffer.from(text)].map((byte) => Uint8Array.of(byte))],
    ['a file stream', () => createReadStream(join(work, 'file'), { highWaterMark: 5 })],
    [
      'an async generator',
      async function* () {
        yield text.slice(0, 9);
        yield text.slice(9);
      },
    ],
  ];

  test.each(inputs)('%s', async (_name, input) => {
    const batches = await all(selectBatches(input(), { where: 'a >= 2' }));
    expect(Buffer.concat(batches).toString()).toBe('{"a":2,"b":"é"}\n{"a":3}\n');
    expect(await all(selectObjects(input(), { where: 'a >= 2' }))).toEqual([{ a: 2, b: 'é' }, { a: 3 }]);
  });

  test('nothing', async () => {
    expect(await all(selectBatches(''))).toEqual([]);
    expect(await all(selectObjects([]))).toEqual([]);
  });
});

describe('objects', () => {
  test('are those of ndjson over the same records', async () => {
    const random = createRandom(7);
    const lines = Array.from({ length: 5000 }, (_, i) => {
      const value = {
        n: i,
        level: ['info', 'warn', 'error'][random.below(3)],
        x: random.below(1000) / 8,
        t: ['é', null, {}],
      };
      return JSON.stringify(value);
    });
    const input = `${lines.join('\n')}\n`;
    const oracle: { level: string; x: number }[] = [];
    const parser = Readable.from([Buffer.from(input)], { objectMode: false }).pipe(ndjson.parse());
    for await (const record of parser) oracle.push(record as { level: string; x: number });
    const expected = oracle.filter(({ level, x }) => level === 'error' && x > 60);
    const found = await all(
      selectObjects<{ level: string; x: number }>(input, { where: 'level == "error" && x > 60' }),
    );
    expect(expected.length).toBeGreaterThan(100);
    expect(found).toEqual(expected);
  });

  test('with fields', async () => {
    expect(await all(selectObjects(text, { fields: { z: 'a', b: 'b' } }))).toEqual([
      { z: 1 },
      { z: 2, b: 'é' },
      { z: 3 },
    ]);
  });

  test('of scalar records, null included', async () => {
    expect(await all(selectObjects('1\nnull\n"x"\n[]\n'))).toEqual([1, null, 'x', []]);
  });
});

describe('errors', () => {
  test('a wrong selector throws before the loop', () => {
    expect(() => selectBatches(text, { where: 'a =' })).toThrow(UsageError);
    expect(() => selectObjects(text, { where: 'a =' })).toThrow(UsageError);
  });

  test('an error of the input is thrown in the loop', async () => {
    const broken = async function* () {
      yield '{"a":1}\n';
      throw new Error('the source broke');
    };
    await expect(all(selectBatches(broken()))).rejects.toThrow('the source broke');
    await expect(all(selectObjects(broken()))).rejects.toThrow('the source broke');
  });

  test('a bad line with onError fail is thrown after the good ones', async () => {
    const seen: unknown[] = [];
    const loop = async () => {
      for await (const bytes of selectBatches('1\nx\n2\n', { onError: 'fail', batchRecords: 1 }))
        seen.push(String(bytes));
    };
    await expect(loop()).rejects.toThrow('stopped at <stream>:2');
    expect(seen).toEqual(['1\n']);
    await expect(all(selectObjects('1\nx\n', { onError: 'fail' }))).rejects.toThrow('stopped at <stream>:2');
  });
});

describe('leaving the loop', () => {
  test.each([selectBatches, selectObjects])('ends the input (%o)', async (selectAny) => {
    let isEnded = false;
    const endless = async function* () {
      try {
        for (;;) yield '{"a":1}\n'.repeat(100);
      } finally {
        isEnded = true;
      }
    };
    for await (const _ of selectAny(endless())) break;
    await expect.poll(() => isEnded).toBe(true);
  });

  test('a file is closed', async () => {
    writeFileSync(join(work, 'big'), '{"a":1}\n'.repeat(100_000));
    const file = createReadStream(join(work, 'big'));
    for await (const _ of selectObjects(file)) break;
    await new Promise((resolve) => (file.closed ? resolve(undefined) : file.once('close', () => resolve(undefined))));
    expect(file.destroyed).toBe(true);
  });
});
