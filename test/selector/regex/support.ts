/**
 * Runs compiled patterns through the real kernel, as all kinds of image, over strings with hostile neighbours.
 */
import { IMAGE_KIND, IMAGE_LAZY, LAZY_WORK } from '../../../src/engine/regex-layout.ts';
import { compileRegex, compileRegexes, parseForMany, type RegexOptions } from '../../../src/selector/regex/index.ts';
import { compileKernel } from '../../support/asm.ts';

/** A DFA over bytes where it fits, a DFA over characters, an NFA. */
const variants: readonly (readonly [string, RegexOptions])[] = [
  ['default', {}],
  ['characters', { maxInnerStates: -1 }],
  ['nfa', { maxStates: 0 }],
];

/** Patterns as one image whose DFA is built while it runs. */
export function lazyImageOf(patterns: readonly string[]): Uint8Array {
  const images = compileRegexes(patterns.map(parseForMany));
  if (images.length !== 1) throw new Error(`${images.length} images`);
  return images[0]!;
}

/** A pattern as every kind of image. */
export function imagesOf(pattern: string): { readonly name: string; readonly image: Uint8Array }[] {
  const single = variants.map(([name, options]) => ({ name, image: compileRegex(pattern, options).image }));
  return [...single, { name: 'lazy', image: lazyImageOf([pattern]) }];
}

const encoder = new TextEncoder();

export interface Runner {
  /** Whether the image's pattern matches in the string; also checks that the bytes behind the string do not matter. */
  matches(image: Uint8Array, text: string | Uint8Array): boolean;
  /** Compiles and runs every variant; throws when they disagree. */
  search(pattern: string, text: string | Uint8Array): boolean;
}

export function createRunner(): Runner {
  const kernel = compileKernel('regex', 512);
  const bytes = kernel.bytes();
  const imageAt = Math.ceil(kernel.heapBase / 64) * 64;
  const textAt = 16 << 20;
  let placed: Uint8Array | undefined;

  function once(text: Uint8Array, behind: Uint8Array): boolean {
    bytes.set(text, textAt);
    bytes.set(behind, textAt + text.length);
    return kernel.exports.regexMatch!(imageAt, textAt, textAt + text.length) !== 0;
  }

  function matches(image: Uint8Array, text: string | Uint8Array): boolean {
    if (image !== placed) {
      bytes.set(image, imageAt);
      // A read behind the image then leads far away, and out of the memory.
      bytes.fill(0xff, imageAt + image.length, imageAt + image.length + 0x10000);
      const words = new DataView(bytes.buffer, imageAt);
      if (words.getUint32(IMAGE_KIND, true) === IMAGE_LAZY) words.setUint32(LAZY_WORK, 8 << 20, true);
      placed = image;
    }
    const encoded = typeof text === 'string' ? encoder.encode(text) : text;
    const again = encoder.encode(typeof text === 'string' ? text.slice(0, 16) : 'aaaaaaaaaaaaaaaa');
    const result = once(encoded, new Uint8Array(64));
    for (const behind of [new Uint8Array(64).fill(0x80), new Uint8Array(64).fill(0x61), again]) {
      if (once(encoded, behind) !== result) throw new Error('bytes behind the string changed the result');
    }
    return result;
  }

  /** The images of the last pattern searched for, as most are searched for in several strings. */
  let compiled: readonly { readonly name: string; readonly image: Uint8Array }[] = [];
  let compiledPattern: string | undefined;

  function search(pattern: string, text: string | Uint8Array): boolean {
    if (pattern !== compiledPattern) {
      compiled = imagesOf(pattern);
      compiledPattern = pattern;
    }
    const results = compiled.map(({ name, image }) => [name, matches(image, text)] as const);
    const [first] = results;
    for (const [name, result] of results) {
      if (result !== first![1]) throw new Error(`${name} says ${result}, default the opposite`);
    }
    return first![1];
  }

  return { matches, search };
}
