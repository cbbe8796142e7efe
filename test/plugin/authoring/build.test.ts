/** Compiling a source and keeping the result: what makes an entry of the cache stale, and what errors say. */
import {
  chmodSync,
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
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BuildError, compileNative, findAsc } from '../../../src/plugin/authoring/build.ts';
import { buildCached } from '../../../src/plugin/authoring/build-cache.ts';

const root = join(import.meta.dirname, '../../..');
const uid = process.getuid?.();
let folder = '';
let cache = '';
let source = '';

beforeAll(() => {
  // AssemblyScript takes it for a terminal with colours. It looks when it is loaded, which is after this.
  vi.stubEnv('CI', 'true');
  folder = mkdtempSync(join(tmpdir(), 'slung-build-'));
  cache = join(folder, 'cache');
  source = join(folder, 'own.ts');
  // Options of its own, so that compiling takes no time.
  writeFileSync(join(folder, 'asconfig.json'), '{"options":{"runtime":"stub","optimizeLevel":0}}');
  writeFileSync(source, 'import { two } from "./two";\nexport function f(): i32 { return two(); }\n');
  writeFileSync(join(folder, 'two.ts'), 'export function two(): i32 { return 2; }\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const build = () => buildCached(source, cache, uid);
const result = async () => {
  const { bytes, isCached } = await build();
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const { exports } = new WebAssembly.Instance(module, { env: { abort: () => {} } });
  return { value: (exports.f as () => number)(), isCached };
};

describe('buildCached', () => {
  test('compiles once for each content, of imported files too', async () => {
    expect(await result()).toEqual({ value: 2, isCached: false });
    expect(await result()).toEqual({ value: 2, isCached: true });
    writeFileSync(join(folder, 'two.ts'), 'export function two(): i32 { return 22; }\n');
    expect(await result()).toEqual({ value: 22, isCached: false });
    expect(await result()).toEqual({ value: 22, isCached: true });
    writeFileSync(join(folder, 'asconfig.json'), '{"options":{"runtime":"minimal","optimizeLevel":0}}');
    expect((await build()).isCached).toBe(false);
  });

  test('makes a damaged entry anew, and leaves no temporary files', async () => {
    await build();
    const files = readdirSync(cache);
    expect(files.map((name) => name.replace(/^[0-9a-f]{32}/, 'KEY')).sort()).toEqual(['KEY.json', 'KEY.wasm']);
    const wasm = join(cache, files.find((name) => name.endsWith('.wasm'))!);
    writeFileSync(wasm, readFileSync(wasm).subarray(0, -1));
    expect(await result()).toEqual({ value: 22, isCached: false });
    writeFileSync(join(cache, files.find((name) => name.endsWith('.json'))!), '{');
    expect(await result()).toEqual({ value: 22, isCached: false });
  });

  test('is for nobody else, and not used when somebody else can write it', async () => {
    await build();
    expect(statSync(cache).mode & 0o777).toBe(0o700);
    const files = readdirSync(cache).map((name) => join(cache, name));
    for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await build()).isCached).toBe(true);
    expect((await buildCached(source, cache, uid! + 1)).isCached).toBe(false);
    for (const path of [cache, ...files]) {
      const { mode } = statSync(path);
      for (const more of [0o020, 0o002]) {
        chmodSync(path, mode | more);
        expect((await build()).isCached).toBe(false);
        chmodSync(path, mode);
      }
      await build();
      expect((await build()).isCached).toBe(true);
    }
    symlinkSync(cache, join(folder, 'linked'));
    expect((await buildCached(source, join(folder, 'linked'), uid)).isCached).toBe(false);
  });

  test('works without a cache, and with one that cannot be written', async () => {
    expect((await buildCached(source, undefined, uid)).isCached).toBe(false);
    expect((await buildCached(source, join(source, 'no-directory'), uid)).bytes.length).toBeGreaterThan(8);
  });

  test('says what the compiler says', async () => {
    writeFileSync(join(folder, 'bad.ts'), 'export function f(): i32 { return x; }\n');
    const error = await buildCached(join(folder, 'bad.ts'), cache, uid).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BuildError);
    expect((error as BuildError).message).toBe('it does not compile');
    expect((error as BuildError).detail).toContain("Cannot find name 'x'");
    expect((error as BuildError).detail).toContain('bad.ts(1,35)');
    expect((error as BuildError).detail).toMatch(/^ERROR TS/);
  });
});

describe('findAsc', () => {
  test('prefers what is installed above the source', () => {
    const own = mkdtempSync(join(tmpdir(), 'slung-asc-'));
    try {
      symlinkSync(join(root, 'node_modules'), join(own, 'node_modules'));
      expect(findAsc(join(own, 'a.ts')).path).toMatch(/assemblyscript\/dist\/asc\.js$/);
      expect(findAsc(join(own, 'a.ts')).version).toMatch(/^\d+\.\d+\.\d+/);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });
});

test('a source in no known language is refused', async () => {
  await expect(compileNative(join(folder, 'a.go'), join(folder, 'a.wasm'))).rejects.toThrow(
    'it is none of .ts, .c, .rs',
  );
});
