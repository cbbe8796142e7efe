/**
 * Broken files: every truncation, and single bytes that are changed. Whatever comes of it is a PluginError in one line
 * or a plugin that can be linked; never another error, never a hang. Changes of code are compiled and not run, because
 * changed code may well loop for ever, and that is the sandbox's affair.
 */
import { describe, expect, test } from 'vitest';
import { compileComponent } from '../../../src/plugin/component/compile.ts';
import { parseComponent } from '../../../src/plugin/component/parse.ts';
import { PluginError } from '../../../src/plugin/guest.ts';
import { inspect } from '../../../src/plugin/inspect.ts';
import { sized } from '../../support/full.ts';
import { smallComponent } from './build.ts';
import { type FixtureName, fixture, recordingHost } from './fixtures.ts';

const maxMemoryBytes = 16 << 20;

type Outcome = 'refused' | 'works';

function outcomeOf(bytes: Uint8Array, mayRun: boolean): Outcome {
  try {
    const module = compileComponent(bytes, { maxMemoryBytes });
    if (mayRun) module.instantiate(recordingHost());
    return 'works';
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    if (error.message === '' || error.message.includes('\n')) throw new Error(`not one line: ${error.message}`);
    return 'refused';
  }
}

/** Numbers below `end`, the same in every run (mulberry32). */
function chance(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
}

/** True for bytes that are in no core module at the top level: there the structure of the component is. */
function structureOf(bytes: Uint8Array): (at: number) => boolean {
  const modules = parseComponent(bytes).definitions.filter((item) => item.kind === 'core module');
  return (at) =>
    !modules.some(({ bytes: inside }) => at >= inside.byteOffset && at < inside.byteOffset + inside.length);
}

/** Changes one byte at a time. @returns how often each outcome came */
function flip(original: Uint8Array, times: number, seed: number, isWanted: (at: number) => boolean) {
  const isStructure = structureOf(original);
  const next = chance(seed);
  const bytes = original.slice();
  const outcomes: Record<Outcome, number> = { refused: 0, works: 0 };
  for (let left = times; left > 0; ) {
    const at = next(bytes.length);
    if (!isWanted(at)) continue;
    const before = bytes[at]!;
    bytes[at] = before ^ (1 + next(255));
    outcomes[outcomeOf(bytes, isStructure(at))] += 1;
    bytes[at] = before;
    left -= 1;
  }
  return outcomes;
}

describe('every truncation is refused', () => {
  test.each(['scaffold-as', 'scaffold-c', 'scaffold-rust', 'bench'] as FixtureName[])('of %s', (name) => {
    const bytes = fixture(name);
    const exportEnd = bytes.length - customsBytes(bytes);
    // A step that is no power of two meets every place in a number and in a section.
    const step = name === 'scaffold-as' ? 1 : sized(7, 1);
    for (let length = 0; length < exportEnd; length += step) {
      if (outcomeOf(bytes.subarray(0, length), true) !== 'refused') throw new Error(`${length} bytes work`);
    }
  });

  test('and described', () => {
    const bytes = smallComponent();
    for (let length = 0; length < bytes.length; length++) {
      expect(inspect(bytes.subarray(0, length)).refusal).toMatch(/^\S.*$/);
    }
  });
});

/** How much of the file's end is custom sections, without which it works. */
function customsBytes(bytes: Uint8Array): number {
  return parseComponent(bytes).customs.reduce((sum, { name, bytes: body }) => {
    const size = 1 + name.length + body.length;
    return sum + 1 + (size < 128 ? 1 : size < 16_384 ? 2 : 3) + size;
  }, 0);
}

describe('a changed byte', () => {
  test.each([
    ['scaffold-as', sized(800, 3000)],
    ['scaffold-c', sized(250, 1000)],
    ['scaffold-rust', sized(120, 500)],
  ] as [FixtureName, number][])('anywhere in %s, %d times', (name, times) => {
    const { refused, works } = flip(fixture(name), times, 1, () => true);
    expect(refused).toBeGreaterThan(times / 20);
    expect(works).toBeGreaterThan(times / 20);
  });

  test.each([
    ['scaffold-as', sized(600, 2500)],
    ['scaffold-c', sized(400, 1500)],
  ] as [FixtureName, number][])('in the structure of %s, %d times', (name, times) => {
    const bytes = fixture(name);
    const { refused, works } = flip(bytes, times, 2, structureOf(bytes));
    expect(refused).toBeGreaterThan(times / 20);
    expect(works).toBeGreaterThan(times / 20);
  });

  test('in the smallest component, 1500 times', () => {
    const { refused, works } = flip(smallComponent(), 1500, 3, () => true);
    expect(refused).toBeGreaterThan(300);
    expect(works).toBeGreaterThan(100);
  });
});
