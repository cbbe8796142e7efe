import { beforeAll, describe, expect, it } from 'vitest';
import { compileKernel, type Kernel } from '../support/asm.ts';
import { createRandom, type Random } from './conformance/mutate.ts';

let kernel: Kernel;
let memory: Uint8Array;
let source: number;
let target: number;
/** The bytes behind the source are as misleading as possible: they go on with escapes, or with plain text. */
const traps: readonly Uint8Array[] = [Buffer.from('\\u0041'.repeat(12)), Buffer.from('a'.repeat(72))];

beforeAll(() => {
  kernel = compileKernel('unescape');
  memory = kernel.bytes();
  source = (kernel.heapBase + 63) & ~63;
  target = source + 65536;
});

/** Puts the content of a string where the kernel finds it. @returns its end, exclusive */
function write(content: string, at: number, trap: Uint8Array = traps[0]!): number {
  const bytes = Buffer.from(content);
  memory.set(bytes, at);
  memory.set(trap, at + bytes.length);
  return at + bytes.length;
}

/** What the content between the quotes says, as UTF-8; a lone surrogate is U+FFFD. */
function textOf(content: string): Buffer {
  return Buffer.from(JSON.parse(`"${content}"`) as string);
}

/** All three functions on one string, against JSON.parse. `shift` moves the source against the 16-byte borders. */
function check(content: string, shift = 0): void {
  for (const trap of traps) checkBefore(trap, content, shift);
}

function checkBefore(trap: Uint8Array, content: string, shift: number): void {
  const from = source + shift;
  const to = write(content, from, trap);
  const want = textOf(content);
  expect(kernel.exports.hasEscape!(from, to), content).toBe(content.includes('\\') ? 1 : 0);

  memory.fill(0xee, target, target + want.length + 64);
  const end = Number(kernel.exports.unescapeInto!(from, to, target));
  if (!want.equals(memory.subarray(target, end)))
    expect.fail(`${content}: ${Buffer.from(memory.subarray(target, end))}`);
  // At most 16 bytes behind the end are touched.
  expect(
    memory.subarray(end + 16, target + want.length + 64).every((byte) => byte === 0xee),
    content,
  ).toBe(true);

  memory.set(want, target);
  memory.set(trap, target + want.length);
  const equals = (length: number) => kernel.exports.equalsUnescaped!(from, to, target, length) === 1;
  if (!equals(want.length)) expect.fail(`${content} does not equal its own text`);
  if (equals(want.length + 1) || (want.length > 0 && equals(want.length - 1)))
    expect.fail(`${content}: length ignored`);
}

/** One of the pieces that strings are made of, as it stands between the quotes. */
function piece(random: Random): string {
  const hex = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`;
  switch (random.below(12)) {
    case 0:
      return `\\${'"\\/bfnrt'[random.below(8)]}`;
    case 1:
      return hex(random.below(0x80));
    case 2:
      return hex(random.below(0x10000)).toUpperCase().replace('U', 'u');
    case 3:
      return hex(0xd800 + random.below(0x400)) + hex(0xdc00 + random.below(0x400));
    case 4:
      return hex(0xd800 + random.below(0x800));
    case 5:
      return 'é€😀日'.repeat(1 + random.below(2));
    case 6:
      return 'a'.repeat(random.below(40));
    case 7:
      return '\\\\'.repeat(random.below(20));
    default:
      return String.fromCharCode(0x5d + random.below(0x20)).repeat(1 + random.below(3));
  }
}

describe('strings', () => {
  it('unescapes every escape', () => {
    for (const content of [
      '',
      'a',
      '\\"\\\\\\/\\b\\f\\n\\r\\t',
      '\\u0041\\u00e9\\u20AC\\uFFFF',
      '\\u0000',
      'x\\u007f\\u0080\\u07ff\\u0800',
    ]) {
      check(content);
    }
  });

  it('decodes \\u of every unit, small and capital', () => {
    for (let unit = 0; unit < 0x10000; unit += 256) {
      const all = Array.from({ length: 256 }, (_, i) => (unit + i).toString(16).padStart(4, '0'));
      // A space between: neighbouring surrogates would join.
      check(all.map((hex) => `\\u${hex} `).join(''));
      check(all.map((hex) => `\\u${hex.toUpperCase()}`).join(','));
    }
  });

  it('joins surrogate pairs and replaces lone surrogates', () => {
    const pieces = [
      '\\ud800',
      '\\udbff',
      '\\udc00',
      '\\udfff',
      '\\ud83d\\ude00',
      'x',
      '\\n',
      '\\u0041',
      '\\\\u',
      'ude00',
    ];
    for (const a of pieces) for (const b of pieces) for (const c of pieces) check(a + b + c);
    // The end of the string comes before the trap that would complete the pair.
    memory.set(Buffer.from('\\ud83d\\ude00'), source);
    expect(Number(kernel.exports.unescapeInto!(source, source + 6, target)) - target).toBe(3);
    expect([...memory.subarray(target, target + 3)]).toEqual([0xef, 0xbf, 0xbd]);
  });

  it('finds an escape at every place around the 16-byte borders', () => {
    for (let before = 0; before < 70; before++) {
      for (const after of [0, 1, 15, 16, 17]) {
        for (const escaped of ['', '\\n', '\\u00e9', '\\ud83d\\ude00']) {
          check('a'.repeat(before) + escaped + 'b'.repeat(after), before % 16);
        }
      }
    }
  });

  it('says the same as JSON.parse of random strings', () => {
    const random = createRandom(11);
    for (let i = 0; i < 30_000; i++) {
      let content = '';
      for (let count = random.below(12); count > 0; count--) content += piece(random);
      check(content, random.below(16));
    }
  });

  it('sees a difference of one byte, wherever it is', () => {
    const random = createRandom(12);
    for (let i = 0; i < 500; i++) {
      let content = '';
      for (let count = 1 + random.below(8); count > 0; count--) content += piece(random);
      const to = write(content, source);
      const want = textOf(content);
      for (let at = 0; at < want.length; at++) {
        memory.set(want, target);
        memory[target + at]! ^= 1 << random.below(8);
        if (kernel.exports.equalsUnescaped!(source, to, target, want.length) === 1) expect.fail(`${content} at ${at}`);
      }
    }
  });
});
