import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { codeFolder, isPrivateFolder } from '../../../src/cli/start/place.ts';

const dir = mkdtempSync(join(tmpdir(), 'slung-place-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.each([
  [{ XDG_CACHE_HOME: '/c', HOME: '/h' }, '/c/slung/code'],
  [{ XDG_CACHE_HOME: 'relative', HOME: '/h' }, '/h/.cache/slung/code'],
  [{ XDG_CACHE_HOME: '', HOME: '/h' }, '/h/.cache/slung/code'],
  [{ HOME: 'relative' }, undefined],
  [{}, undefined],
  [{ HOME: '/h', SLUNG_CODE_CACHE: '' }, '/h/.cache/slung/code'],
  [{ HOME: '/h', SLUNG_CODE_CACHE: '1' }, '/h/.cache/slung/code'],
  [{ HOME: '/h', SLUNG_CODE_CACHE: '0' }, undefined],
  [{ HOME: '/h', SLUNG_CODE_CACHE: 'false' }, undefined],
  [{ HOME: '/h', NODE_DISABLE_COMPILE_CACHE: '1' }, undefined],
])('%j', (environment, folder) => {
  expect(codeFolder(environment)).toBe(folder);
});

test('a folder is private when it is ours and nobody else may write it', () => {
  const folder = join(dir, 'folder');
  expect(isPrivateFolder(folder)).toBe(false);
  mkdirSync(folder);
  for (const [mode, isPrivate] of [
    [0o700, true],
    [0o755, true],
    [0o770, false],
    [0o707, false],
    [0o1777, false],
  ] as const) {
    chmodSync(folder, mode);
    expect({ mode, isPrivate: isPrivateFolder(folder) }).toEqual({ mode, isPrivate });
  }
  chmodSync(folder, 0o700);
  symlinkSync(folder, join(dir, 'link'));
  expect(isPrivateFolder(join(dir, 'link'))).toBe(false);
  expect(isPrivateFolder('/proc/self/status')).toBe(false);
});
