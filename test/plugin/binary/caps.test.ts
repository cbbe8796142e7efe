import { describe, expect, test } from 'vitest';
import { readProducers } from '../../../src/plugin/binary/customs.ts';
import { compileComponent } from '../../../src/plugin/component/compile.ts';
import { PluginError } from '../../../src/plugin/guest.ts';
import { compileFilter } from '../../../src/plugin/wasi/filter.ts';
import { bombs, componentBombs, filterOf, filterWithCode, repeated, sectionOf } from '../../support/bombs.ts';

const limits = { maxPages: 256 };

/** What is thrown, which has to be a refusal. */
function refusalOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof PluginError) return error.message;
    throw error;
  }
  return 'nothing';
}

test.each(Object.entries(bombs))('a module: %s', (_, { make, refusal }) => {
  const bytes = make();
  expect(refusalOf(() => compileFilter(bytes, limits))).toMatch(refusal);
});

test.each(Object.entries(componentBombs))('a component: %s', (_, { make, refusal }) => {
  const bytes = make();
  expect(refusalOf(() => compileComponent(bytes, { maxMemoryBytes: 1 << 24 }))).toMatch(refusal);
});

describe('what is within the limits is loaded', () => {
  test.each([
    ['nothing special', filterOf()],
    [
      '50 000 globals',
      filterOf({ globals: sectionOf(6, [0xd0, 0x86, 3], repeated([0x7f, 1, 0x41, 0, 0x0b], 50_000)) }),
    ],
    ['50 000 locals', filterWithCode(50_000)],
    ['1000 locals with 1500 blocks', filterWithCode(1000, repeated([0x02, 0x40], 1500), repeated([0x0b], 1500))],
    ['10 000 locals with 1500 branches', filterWithCode(10_000, [0x02, 0x40], repeated([0x0c, 0], 1500), [0x0b])],
  ])('%s', (_, bytes) => {
    expect(compileFilter(bytes, limits)).toBeInstanceOf(WebAssembly.Module);
  });

  test('code with instructions of every length', () => {
    const code = [
      ...[0x02, 0x40, 0x41, 0xff, 0x00, 0x42, 0x80, 0x7f, 0x1a, 0x43, 2, 2, 2, 2, 0x1a, 0x44, 3, 3, 3, 3, 3, 3, 3, 3],
      ...[0x1a, 0x28, 2, 3, 0x1c, 1, 0x7f, 0x1a, 0xfd, 12, ...Array(16).fill(2), 0x1a, 0xfc, 0, 0x11, 0, 0, 0x0b],
    ];
    const bytes = filterWithCode(200, ...Array.from({ length: 200 }, () => code));
    // V8 is asked for its opinion after that, and does not like it.
    expect(refusalOf(() => compileFilter(bytes, limits))).toMatch(/^the module does not compile/);
  });
});

test('notes of tools are cut', () => {
  const producers = [1, 0, 0xff, 0xff, 3, ...Array(65_535).fill([0, 0]).flat()];
  expect(readProducers([{ name: 'producers', bytes: Uint8Array.from(producers) }])).toHaveLength(1000);
});
