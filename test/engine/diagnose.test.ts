import { beforeAll, describe, expect, it } from 'vitest';
import * as numbers from '../../src/engine/code-numbers.ts';
import { codes } from '../../src/engine/codes.ts';
import { compileKernel, type Kernel } from '../support/asm.ts';
import { sized } from '../support/full.ts';
import { corpus } from './conformance/corpus.ts';
import { createRandom, mutate } from './conformance/mutate.ts';
import { seedLines } from './conformance/seeds.ts';

const MAX_DEPTH = 1024;
const { CODE_BAD_UTF8, CODE_CONTROL_CHARACTER, CODE_TOO_DEEP, CODE_UNCLOSED_STRING, CODE_UNEXPECTED_END } = numbers;

let kernel: Kernel;
let stack: number;
let work: number;

beforeAll(() => {
  // Many exceptions are thrown below, by JSON.parse; nobody reads their stacks.
  Error.stackTraceLimit = 0;
  kernel = compileKernel('diagnose', 1024);
  stack = (kernel.heapBase + 63) & ~63;
  work = stack + 65536;
  kernel.exports.setDiagnoseStack!(stack);
});

interface Verdict {
  /** 0 when the line is accepted; then the column is 0 too. */
  readonly code: number;
  readonly column: number;
}

/**
 * Diagnoses all lines; the numbers are code, column, code, column … and are borrowed until the next call. `behind` is
 * put after every line.
 */
function diagnoseAll(lines: readonly Uint8Array[], maxDepth = MAX_DEPTH, behind = join('\n')): Uint32Array {
  const results = work;
  const ends = results + lines.length * 8;
  const text = ends + lines.length * 4;
  const memory = kernel.bytes();
  const endList = new Uint32Array(memory.buffer, ends, lines.length);
  let at = text;
  lines.forEach((line, i) => {
    memory.set(line, at);
    at += line.length;
    endList[i] = at;
    memory.set(behind, at);
    at += behind.length;
  });
  kernel.exports.diagnoseList!(text, ends, behind.length, lines.length, maxDepth, results);
  return new Uint32Array(memory.buffer, results, lines.length * 2);
}

function diagnose(line: Uint8Array, maxDepth = MAX_DEPTH): Verdict {
  const [code, column] = diagnoseAll([line], maxDepth);
  return { code: code!, column: column! };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isJson(line: Uint8Array): boolean {
  try {
    JSON.parse(decoder.decode(line));
    return true;
  } catch {
    return false;
  }
}

function join(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

function show(line: Uint8Array): string {
  return JSON.stringify(Buffer.from(line).toString('latin1'));
}

describe('the code numbers', () => {
  it('are those of codes.ts, all of them', () => {
    const named = codes.map(({ code, name }) => [`CODE_${name.toUpperCase().replaceAll('-', '_')}`, code]);
    expect({ ...numbers }).toEqual(Object.fromEntries(named));
  });
});

describe('the conformance corpus', () => {
  it('is large, has unique names, and holds single lines only', () => {
    expect(corpus.length).toBeGreaterThan(1000);
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
    expect(corpus.filter(({ bytes }) => bytes.includes(0x0a)).map(({ name }) => name)).toEqual([]);
    const seen = new Set(corpus.map((one) => (one.accept ? 0 : one.code)));
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, code) => code));
  });

  it('agrees with JSON.parse, which knows no depth limit', () => {
    for (const one of corpus) {
      const want = one.accept || (one.code === CODE_TOO_DEEP && one.bytes.at(-1) !== 0x5b);
      if (isJson(one.bytes) !== want) expect.fail(`JSON.parse disagrees: ${one.name}`);
    }
  });

  it('is judged with the right code and column', () => {
    const results = diagnoseAll(corpus.map(({ bytes }) => bytes));
    const wrong = corpus.flatMap((one, i) => {
      const want = one.accept ? [0, 0] : [one.code, one.column];
      const got = [results[2 * i], results[2 * i + 1]];
      return got[0] === want[0] && got[1] === want[1] ? [] : [`${one.name}: ${got}, not ${want}`];
    });
    expect(wrong).toEqual([]);
  });

  it('is judged the same whatever stands behind the line', () => {
    const usual = diagnoseAll(corpus.map(({ bytes }) => bytes)).slice();
    for (const behind of [
      '"',
      '}',
      ']',
      '0',
      '00000000',
      ',1]',
      'rue',
      'ull',
      '5e5',
      '\\',
      '\r',
      Uint8Array.of(0xbf, 0xbf, 0xbf, 0x22),
    ]) {
      const results = diagnoseAll(
        corpus.map(({ bytes }) => bytes),
        MAX_DEPTH,
        join(behind),
      );
      const at = results.findIndex((value, i) => value !== usual[i]);
      if (at >= 0) expect.fail(`${corpus[at >> 1]!.name} before ${behind}`);
    }
  });

  it('is judged the same before \\r\\n, and further right behind spaces', () => {
    const crlf = diagnoseAll(corpus.map(({ bytes }) => join(bytes, '\r'))).slice();
    const moved = diagnoseAll(corpus.map(({ bytes }) => join(' \t\r', bytes)));
    corpus.forEach((one, i) => {
      const want = one.accept ? [0, 0] : [one.code, one.column];
      // Of several \r only the last belongs to the line ending; a string cannot end in one.
      if (one.bytes.at(-1) !== 0x0d) expect([...crlf.subarray(2 * i, 2 * i + 2)], one.name).toEqual(want);
      expect([...moved.subarray(2 * i, 2 * i + 2)], one.name).toEqual(one.accept ? want : [one.code, one.column + 3]);
    });
  });
});

describe('diagnose', () => {
  it('takes newlines for whitespace when a text has them, but not in strings', () => {
    expect(diagnose(join('{\n"a"\n:\n[\n1\n,\n2\n]\n}\n'))).toEqual({ code: 0, column: 0 });
    expect(diagnose(join('["a\nb"]'))).toEqual({ code: CODE_CONTROL_CHARACTER, column: 4 });
  });

  it('accepts exactly maxDepth open containers', () => {
    for (let depth = 1; depth < 40; depth++) {
      const good = join('[{"a":'.repeat(depth), '1', '}]'.repeat(depth));
      expect(diagnose(good, depth * 2).code).toBe(0);
      expect(diagnose(good, depth * 2 - 1)).toEqual({ code: CODE_TOO_DEEP, column: (depth - 1) * 6 + 2 });
      expect(diagnose(join('['.repeat(depth), ']'.repeat(depth)), depth).code).toBe(0);
    }
    expect(diagnose(join('1'), 0).code).toBe(0);
    expect(diagnose(join('[]'), 0)).toEqual({ code: CODE_TOO_DEEP, column: 1 });
  });

  it('never writes outside its stack', () => {
    const memory = kernel.bytes();
    memory.fill(0xaa, stack, work);
    expect(diagnose(join('['.repeat(5000)), 64).code).toBe(CODE_TOO_DEEP);
    expect(memory.subarray(stack, stack + 64).every((byte) => byte === 0x5b)).toBe(true);
    expect(memory.subarray(stack + 64, work).every((byte) => byte === 0xaa)).toBe(true);
  });

  it('rejects a text without a value', () => {
    for (const [text, column] of [
      ['', 1],
      [' ', 2],
      ['\r', 1],
      [' \t\r', 3],
    ] as const) {
      expect(diagnose(join(text)), show(join(text))).toEqual({ code: CODE_UNEXPECTED_END, column });
    }
  });

  it('agrees with JSON.parse about hundreds of thousands of damaged lines', () => {
    const random = createRandom(2026);
    let accepted = 0;
    let checked = 0;
    const rounds = sized(5, 20);
    for (let round = 0; round < rounds; round++) {
      const lines = Array.from({ length: 20_000 }, () => mutate(random, seedLines, { newlines: round % 4 === 0 }));
      const results = diagnoseAll(lines);
      lines.forEach((line, i) => {
        const want = isJson(line);
        if ((results[2 * i] === 0) !== want) expect.fail(`${show(line)}: ${results[2 * i]} at ${results[2 * i + 1]}`);
        if (want) accepted++;
        checked++;
      });
    }
    expect(checked).toBe(rounds * 20_000);
    // The mutator must leave enough of both kinds for this to mean anything.
    expect(accepted / checked).toBeGreaterThan(0.1);
    expect(accepted / checked).toBeLessThan(0.6);
  });

  it('agrees with JSON.parse about random bytes from the alphabet of JSON', () => {
    const random = createRandom(77);
    const alphabet = Buffer.from('{}[]:,""\\u0019-+.eE tfnrl \r\t/\u0001é');
    const lines = Array.from({ length: 60_000 }, () =>
      Uint8Array.from({ length: 1 + random.below(9) }, () => alphabet[random.below(alphabet.length)]!),
    );
    const results = diagnoseAll(lines);
    lines.forEach((line, i) => {
      if ((results[2 * i] === 0) !== isJson(line)) expect.fail(`${show(line)}: ${results[2 * i]}`);
    });
  });

  it('reports the first offending byte: nothing before it is wrong, nothing behind it matters', () => {
    const random = createRandom(5);
    const lines = Array.from({ length: 40_000 }, () => mutate(random, seedLines));
    const verdicts = diagnoseAll(lines).slice();
    const before: Uint8Array[] = [];
    const behind: Uint8Array[] = [];
    const rejected: Verdict[] = [];
    lines.forEach((line, i) => {
      const [code, column] = [verdicts[2 * i]!, verdicts[2 * i + 1]!];
      // An open string is placed at its beginning, and a line that ended too early has no offending byte. Bytes that
      // are not UTF-8 may be made good by what follows; a trailing \r is not looked at.
      if (code === 0 || code === CODE_UNCLOSED_STRING || column > line.length || line.at(-1) === 0x0d) return;
      before.push(line.subarray(0, column - 1));
      const kept = code === CODE_BAD_UTF8 ? line.length : column;
      behind.push(join(line.subarray(0, kept), '"]}0 \\'));
      rejected.push({ code, column });
    });
    expect(rejected.length).toBeGreaterThan(10_000);
    const beforeResults = diagnoseAll(before).slice();
    const behindResults = diagnoseAll(behind);
    rejected.forEach(({ code, column }, i) => {
      // What is before is good as far as it goes: valid, or wrong only by ending.
      const end = beforeResults[2 * i] === 0 || beforeResults[2 * i] === CODE_UNCLOSED_STRING;
      const trimmed = before[i]!.at(-1) === 0x0d ? column - 1 : column;
      if (!end && beforeResults[2 * i + 1] !== trimmed)
        expect.fail(`${show(lines[i]!)} ${show(before[i]!)}: rejected earlier`);
      if (behindResults[2 * i] !== code || behindResults[2 * i + 1] !== column)
        expect.fail(`${show(behind[i]!)} changes the verdict`);
    });
  });
});

describe('UTF-8 in strings', () => {
  /** Verdicts for `"` + prefix + each of 256 bytes + `"`; borrowed until the next call. */
  function everyByte(prefix: readonly number[]): Uint32Array {
    const memory = kernel.bytes();
    const text = work + 4096;
    memory.set([0x22, ...prefix, 0, 0x22], text);
    const place = text + 1 + prefix.length;
    kernel.exports.diagnoseEveryByte!(text, place + 2, place, work);
    return new Uint32Array(memory.buffer, work, 512);
  }

  const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
  const isPlain = (byte: number) => byte >= 0x20 && byte !== 0x22 && byte !== 0x5c;

  /** Compares with the platform's decoder: an invalid sequence begins where its first U+FFFD stands. */
  function compare(prefix: readonly number[]): void {
    if (!prefix.every(isPlain)) return;
    // One decoding for all 256 last bytes. The separator ends a sequence as the closing quote does.
    const size = prefix.length + 2;
    const all = new Uint8Array(256 * size);
    for (let byte = 0; byte < 256; byte++) all.set([...prefix, byte, 0x0a], byte * size);
    all[0x0a * size + size - 2] = 0x20; // The newline itself would be a separator; it is a control character anyway.
    const decoded = lenient.decode(all).split('\n');
    const results = everyByte(prefix);
    for (let byte = 0; byte < 256; byte++) {
      if (!isPlain(byte)) continue;
      // EF BF BD is U+FFFD itself and good.
      const bad = decoded[byte]!.indexOf('\ufffd');
      const isReplacement = prefix.at(-2) === 0xef && prefix.at(-1) === 0xbf && byte === 0xbd;
      const want = bad < 0 || isReplacement ? 0 : 2 + Buffer.byteLength(decoded[byte]!.slice(0, bad));
      const got = results[2 * byte] === 0 ? 0 : results[2 * byte + 1];
      if (got !== want || (want > 0 && results[2 * byte] !== CODE_BAD_UTF8)) {
        expect.fail(`${[...prefix, byte].map((b) => b.toString(16))}: column ${got}, not ${want}`);
      }
    }
  }

  it('is judged right for every sequence of one, two and three bytes', () => {
    compare([]);
    for (let first = 0; first < 256; first++) {
      compare([first]);
      for (let second = 0; second < 256; second++) compare([first, second]);
    }
  });

  it('is judged right for four bytes, at all the borders', () => {
    const borders = [
      0x20, 0x41, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xf0, 0xf4, 0xff,
    ];
    for (let first = 0xe0; first < 0x100; first++) {
      for (const second of borders) for (const third of borders) compare([first, second, third]);
    }
  });
});
