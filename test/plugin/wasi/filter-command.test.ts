/**
 * Filters that are components: programs in C and Rust made into `wasi:cli/command`s by wit-component, as toolchains
 * for WASI 0.2 do, and modules of a few bytes for what emscripten adds to preview 1.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { PluginError } from '../../../src/plugin/guest.ts';
import { GuestExit } from '../../../src/plugin/wasi/errors.ts';
import { compileFilter, runFilter } from '../../../src/plugin/wasi/filter.ts';
import type { WasiHost } from '../../../src/plugin/wasi/world.ts';
import { buildModule, onePage, opcodes } from '../binary/build.ts';
import { fakeStream, fakeWorld, fixture } from './support.ts';

const limits = { maxPages: 64 };
const inRust = gunzipSync(readFileSync(new URL('../../../fixtures/plugins/wasi/command.wasm.gz', import.meta.url)));

/** Runs a filter over blocks. What it throws is kept. */
function run(
  bytes: Uint8Array,
  args: readonly string[],
  blocks: readonly (readonly string[])[] = [],
  settings: Partial<WasiHost> = {},
) {
  const world = fakeWorld({ args: ['command', ...args] });
  const fake = fakeStream(blocks);
  const host = { ...world, ...settings };
  let thrown: unknown;
  try {
    runFilter(bytes, fake.stream, host, limits);
  } catch (error) {
    thrown = error;
  }
  return { ...fake, err: world.err, thrown };
}

const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');

describe('a command of WASI 0.2', () => {
  test('in C passes the lines that contain its argument, however they are cut', () => {
    const long = `${'y'.repeat(200_000)}dns`;
    const blocks = [[lines('{"a":"dns"}', '{"a":"x"}')], [lines('no', long), lines('d', 'ns')], ['last dns']];
    const { out, thrown } = run(fixture('word-command'), ['dns'], blocks);
    expect(thrown).toBeUndefined();
    expect(out()).toBe(`{"a":"dns"}\n${long}\nlast dns`);
  });

  test('in Rust sees its arguments and the variables that were granted', () => {
    const blocks = Array.from({ length: 30 }, (_, i) => [lines(`{"n":"x${'y'.repeat(i * 400)}"}`)]);
    const { out, thrown } = run(inRust, ['a', 'b'], blocks, { environment: { GRANTED: 'yes' } });
    expect(thrown).toBeUndefined();
    expect(out()).toBe(`${blocks.flat().join('').toUpperCase()}{"args":3,"variable":"yes"}\n`);
  });

  test('is given no more input after its end, and may be empty', () => {
    const { out, blocksRead } = run(inRust, []);
    expect(out()).toBe('{"args":1,"variable":""}\n');
    expect(blocksRead()).toBe(1);
  });

  test('fails by exit, with what it says on its standard error', () => {
    const { thrown, err, out } = run(inRust, ['fail'], [['x\n']]);
    expect(thrown).toBeInstanceOf(GuestExit);
    expect(thrown).toMatchObject({ status: 1, message: 'it ended with exit status 1' });
    expect([err(), out()]).toEqual(['failing as asked\n', '']);
  });

  test('fails by a trap', () => {
    const { thrown, err } = run(inRust, ['panic'], [['x\n']]);
    expect(thrown).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(err()).toContain('a panic as asked');
  });

  test('finds no files', () => {
    const { out, thrown } = run(inRust, ['read', '/etc/passwd']);
    expect(thrown).toBeUndefined();
    expect(JSON.parse(out()).error).toContain('failed to find a pre-opened file descriptor');
  });

  test('may not have more memory than it is given', () => {
    expect(() => compileFilter(inRust, { maxPages: 4 })).toThrow(PluginError);
  });
});

describe('emscripten tells when its memory grows', () => {
  const module = (type: string, argument: readonly number[]) =>
    buildModule({
      imports: [['env', 'emscripten_notify_memory_growth', type]],
      memories: [onePage],
      functions: [{ type: '() -> ()', name: '_start', code: [...argument, opcodes.call, 0] }],
    });

  test('which is allowed and changes nothing', () => {
    expect(run(module('(i32) -> ()', [opcodes.i32, 0]), []).thrown).toBeUndefined();
  });

  test('unless its type is another', () => {
    const { thrown } = run(module('(i64) -> ()', [0x42, 0]), []);
    expect(thrown).toBeInstanceOf(PluginError);
    expect((thrown as Error).message).toContain('emscripten_notify_memory_growth as (i64) -> ()');
  });
});
