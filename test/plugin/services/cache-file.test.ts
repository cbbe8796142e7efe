import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { CacheEntry } from '../../../src/plugin/services/cache.ts';
import { decodeCache, encodeCache } from '../../../src/plugin/services/cache-file.ts';
import { CacheStore } from '../../../src/plugin/services/cache-store.ts';
import { lockFile } from '../../../src/plugin/services/file-lock.ts';

const root = mkdtempSync(join(tmpdir(), 'slung-cache-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let files = 0;
const fresh = () => join(root, `cache-${files++}`);

const entries: CacheEntry[] = [
  { plugin: 'zeek', key: 'text', value: 'ü ✓', expiresAtMs: 1_800_000_000_000 },
  { plugin: 'zeek', key: '', value: -(2n ** 63n), expiresAtMs: 1.5 },
  { plugin: 'b', key: 'f', value: -0, expiresAtMs: 2 },
  { plugin: 'b', key: 'yes', value: true, expiresAtMs: 3 },
  { plugin: 'b', key: 'bytes', value: Uint8Array.of(0, 255), expiresAtMs: 4 },
];
const image = Buffer.concat(encodeCache(entries));

const open = (path: string) => {
  const told: string[] = [];
  const store = CacheStore.open(path, (text) => told.push(text.replaceAll(root, '')));
  return { store, told };
};

describe('the format', () => {
  test('is what FORMAT.md says', () => {
    const [header, head] = encodeCache([{ plugin: 'p', key: 'key', value: 258n, expiresAtMs: 1 }]);
    expect(header!.toString('hex')).toBe('736c756e674b560101000000');
    expect(head!.toString('hex')).toBe('01000000030000000800000001000000000000000000f03f');
    const whole = Buffer.concat(encodeCache([{ plugin: 'p', key: 'key', value: 258n, expiresAtMs: 1 }]));
    expect(whole.subarray(36, 48).toString('hex')).toBe('706b65790201000000000000');
    expect(whole.length).toBe(48 + 32);
  });

  test('gives back what was put in', () => {
    expect(decodeCache(image)).toEqual({ kind: 'entries', entries });
    expect(decodeCache(Buffer.alloc(0))).toEqual({ kind: 'entries', entries: [] });
    expect(decodeCache(Buffer.concat(encodeCache([])))).toEqual({ kind: 'entries', entries: [] });
  });

  test('cut at every byte, it is damaged', () => {
    for (let length = 1; length < image.length; length++) {
      expect(decodeCache(image.subarray(0, length)).kind).toBe('damaged');
    }
  });

  test('with any bit flipped, it is damaged, or not ours where it says whose it is', () => {
    for (let bit = 0; bit < image.length * 8; bit++) {
      const flipped = Buffer.from(image);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const { kind } = decodeCache(flipped);
      if (bit >> 3 < 7) expect(kind).toBe('foreign');
      else expect(kind).not.toBe('entries');
    }
  });

  test('with a good checksum over bad lengths and types, it is damaged too', async () => {
    const { createHash } = await import('node:crypto');
    const resealed = (change: (body: Buffer) => void) => {
      const body = Buffer.from(image.subarray(0, image.length - 32));
      change(body);
      return decodeCache(Buffer.concat([body, createHash('sha256').update(body).digest()]));
    };
    expect(resealed(() => {})).toEqual({ kind: 'entries', entries });
    const reasons = [
      resealed((body) => body.writeUInt32LE(6, 8)),
      resealed((body) => body.writeUInt32LE(4, 8)),
      resealed((body) => body.writeUInt32LE(0xffff_ffff, 12)),
      resealed((body) => body.writeUInt32LE(9, 24)),
      resealed((body) => body.fill(0xff, 36, 40)),
    ];
    for (const decoded of reasons) expect(decoded).toMatchObject({ kind: 'damaged', reason: /entries cannot be read/ });
  });

  test('any bytes give an answer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (bytes, hasMagic) => {
        const file = hasMagic ? Buffer.concat([image.subarray(0, 8), bytes]) : Buffer.from(bytes);
        expect(decodeCache(file).kind).not.toBe(file.length === 0 ? 'damaged' : 'entries');
      }),
    );
  });
});

describe('the file', () => {
  test('is made when the cache is saved, and found by the next run', () => {
    const path = fresh();
    const first = open(path);
    expect(first.store!.entries).toEqual([]);
    expect(existsSync(path)).toBe(false);
    first.store!.save(entries);
    first.store!.save(entries.slice(1));
    first.store!.close();
    const second = open(path);
    expect(second.store!.entries).toEqual(entries.slice(1));
    second.store!.close();
    expect([...first.told, ...second.told]).toEqual([]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(root).filter((name) => name.startsWith(path.slice(root.length + 1)))).toHaveLength(1);
  });

  test('many entries are written in many pieces', () => {
    const path = fresh();
    const many = Array.from({ length: 3000 }, (_, n) => ({ ...entries[0]!, key: `${n}`, value: 'x'.repeat(n % 7) }));
    const first = open(path);
    first.store!.save(many);
    first.store!.close();
    const second = open(path);
    expect(second.store!.entries).toEqual(many);
    second.store!.close();
  });

  test('that is damaged is set aside and told', () => {
    const path = fresh();
    writeFileSync(path, image.subarray(0, 50));
    const { store, told } = open(path);
    const name = path.slice(root.length);
    expect(told).toEqual([
      `the cache file ${name} is damaged (its checksum does not agree); it is now ${name}.damaged, and the cache is empty`,
    ]);
    expect(store!.entries).toEqual([]);
    expect(readFileSync(`${path}.damaged`)).toEqual(image.subarray(0, 50));
    store!.save(entries);
    store!.close();
    expect(readFileSync(path)).toEqual(image);
  });

  test.each([
    ['a file of somebody else', Buffer.from('{"a":1}\n'), 'it is not a cache file of slung'],
    [
      'a later version',
      Buffer.concat([Buffer.from('slungKV\x02'), image.subarray(8)]),
      'it has version 2, this slung knows 1',
    ],
  ])('%s is told and left alone', (_, content, reason) => {
    const path = fresh();
    writeFileSync(path, content);
    const { store, told } = open(path);
    expect(store).toBeUndefined();
    expect(told).toEqual([`the cache is kept in memory only: ${path.slice(root.length)}: ${reason}`]);
    expect(readFileSync(path)).toEqual(content);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('that cannot be had is told', () => {
    const directory = fresh();
    mkdirSync(directory);
    expect(open(directory)).toMatchObject({ store: undefined, told: [/memory only.*\(EISDIR\)/] });
    expect(open(join(fresh(), 'none'))).toMatchObject({
      store: undefined,
      told: [/memory only.*no such file.*\(ENOENT\)/],
    });
  });

  test('that cannot be written is told once, and what is there stays', () => {
    const path = fresh();
    writeFileSync(path, image);
    const { store, told } = open(path);
    rmSync(path);
    mkdirSync(path);
    store!.save([]);
    store!.save([]);
    expect(told).toEqual([expect.stringMatching(/^the cache cannot be saved to .*\(EISDIR\)$/)]);
    expect(readdirSync(path)).toEqual([]);
    store!.close();
  });

  test('behind a link is replaced, and the link stays', () => {
    const [path, link] = [fresh(), fresh()];
    writeFileSync(path, image);
    symlinkSync(path, link);
    const { store } = open(link);
    store!.save([]);
    store!.close();
    expect(readFileSync(path)).not.toEqual(image);
    expect(open(link).store!.entries).toEqual([]);
  });
});

function heldLock(path: string) {
  const lock = lockFile(path);
  if (typeof lock === 'string') throw new Error(lock);
  return lock;
}

describe('two runs', () => {
  test('the second is told, and has it when the first is done', () => {
    const path = fresh();
    const first = open(path);
    const second = open(path);
    const name = path.slice(root.length);
    expect(second).toEqual({
      store: undefined,
      told: [`the cache is kept in memory only: ${name}: process ${process.pid} uses it`],
    });
    first.store!.close();
    const third = open(path);
    expect(third.store).toBeDefined();
    // The first one is gone and must not give the third one's lock away... which has the same owner here.
    third.store!.close();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test.skipIf(!existsSync('/proc/self/stat'))(
    'another living process keeps its lock, a dead one does not',
    async () => {
      const path = `${fresh()}.lock`;
      const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      await new Promise((resolve) => other.once('spawn', resolve));
      const stat = readFileSync(`/proc/${other.pid}/stat`, 'latin1');
      const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      writeFileSync(path, `${other.pid} ${start}\n`);
      expect(lockFile(path)).toBe(`process ${other.pid} uses it`);
      // The same number, but not the same process.
      writeFileSync(path, `${other.pid} 1\n`);
      const lock = heldLock(path);
      expect(readFileSync(path, 'latin1')).toMatch(new RegExp(`^${process.pid} \\d+ `));
      lock.release();
      writeFileSync(path, `${other.pid} ${start}\n`);
      const gone = new Promise((resolve) => other.once('exit', resolve));
      other.kill('SIGKILL');
      await gone;
      heldLock(path).release();
    },
  );

  test('a lock that was taken over is not given back by its old owner, who saves nothing more', () => {
    const path = fresh();
    writeFileSync(path, image);
    const { store, told } = open(path);
    writeFileSync(`${path}.lock`, '1 somebody\n');
    store!.save([]);
    expect(told).toEqual([expect.stringContaining('another process has taken over its lock')]);
    expect(readFileSync(path)).toEqual(image);
    store!.close();
    expect(readFileSync(`${path}.lock`, 'latin1')).toBe('1 somebody\n');
  });

  test('what a killed run has left half written is removed', () => {
    const path = fresh();
    const [left, others] = [`${path}.0123456789abcdef.tmp`, `${path}.of-somebody.tmp`];
    for (const name of [left, others]) writeFileSync(name, 'half');
    open(path).store!.close();
    expect([existsSync(left), existsSync(others)]).toEqual([false, true]);
  });
});
