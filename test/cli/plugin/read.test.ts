/** Files of plugins that are no ordinary files, or too large. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PluginLimits, readPluginFile } from '../../../src/cli/plugin/read.ts';

const limits: PluginLimits = { maxBytes: 1 << 20, loadLimitMs: 600_000 };
let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slung-read-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A clock that goes on by a second whenever it is looked at. */
function hastyClock() {
  let nowMs = 0;
  return {
    clockMs: () => {
      nowMs += 1000;
      return nowMs;
    },
  };
}

const read = (name: string, changes: Partial<PluginLimits> = {}) =>
  readPluginFile(at(name), name, { ...limits, ...changes }, hastyClock());

describe('what has an end is read', () => {
  test('a file, to its last byte', async () => {
    const bytes = Buffer.alloc(1 << 20, 'slung');
    writeFileSync(at('whole'), bytes);
    expect(bytes.equals(await read('whole'))).toBe(true);
  });

  test('an empty one', async () => {
    writeFileSync(at('empty'), '');
    expect(await read('empty')).toHaveLength(0);
  });

  test('a pipe, when somebody writes to it', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const writer = spawn('sh', ['-c', 'exec cat whole > pipe'], { cwd: folder });
    expect(await read('pipe')).toHaveLength(1 << 20);
    writer.kill();
  });
});

describe('what has none, or is too large, is an error', () => {
  test('a file, which is not read', async () => {
    writeFileSync(at('large'), '');
    truncateSync(at('large'), 2 ** 40);
    await expect(read('large')).rejects.toMatchObject({
      message: 'large: it has 1 TiB, and a plugin may have 1 MiB',
      detail: 'A larger --max-plugin-size allows it.',
    });
  });

  test('a device', async () => {
    symlinkSync('/dev/zero', at('zero'));
    await expect(read('zero')).rejects.toMatchObject({
      message: 'zero: it has more than 1 MiB, and a plugin may have 1 MiB',
    });
  });

  test('a pipe that nobody writes to', async () => {
    execFileSync('mkfifo', [at('idle')]);
    await expect(read('idle', { loadLimitMs: 3000 })).rejects.toMatchObject({
      message: 'idle: it could not be read within 3000 ms (--load-limit)',
    });
  });

  test('a folder of a plugin, with the file that is meant', async () => {
    mkdirSync(at('mapper'));
    writeFileSync(at('mapper/mapper.ts'), '');
    const message = 'mapper: that is a directory, not a plugin';
    await expect(read('mapper')).rejects.toMatchObject({ message, detail: 'The plugin in it is mapper/mapper.ts' });
    writeFileSync(at('mapper/mapper.wasm'), '');
    await expect(read('mapper')).rejects.toMatchObject({ message, detail: 'The plugin in it is mapper/mapper.wasm' });
  });

  test('a directory, and nothing', async () => {
    mkdirSync(at('directory'));
    await expect(read('directory')).rejects.toMatchObject({ message: 'directory: that is a directory, not a plugin' });
    await expect(read('nothing')).rejects.toMatchObject({ message: 'nothing: there is no such file' });
  });
});
