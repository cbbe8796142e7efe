import { beforeAll, describe, expect, it } from 'vitest';
import { compileKernel, type Kernel } from '../support/asm.ts';
import { many } from './conformance/decimals.ts';

const I64 = 1;
const U64 = 2;
const F64 = 3;

let kernel: Kernel;

beforeAll(() => {
  kernel = compileKernel('number');
});

interface Value {
  readonly text: string;
  readonly kind: number;
  readonly bits: bigint;
}

function parse(text: string): Value {
  const from = (kernel.heapBase + 63) & ~63;
  kernel.bytes().set(Buffer.from(text), from);
  const kind = Number(kernel.exports.parseNumber!(from, from + text.length));
  return { text, kind, bits: (kernel.exports.numberBits as unknown as { value: bigint }).value };
}

describe('comparing and hashing numbers', () => {
  /** Texts whose values crowd where the kinds meet; many are equal across kinds. */
  function values(): Value[] {
    const edges = [0n, 1n, 2n ** 31n, 2n ** 53n, 2n ** 62n, 2n ** 63n, 2n ** 64n, 10n ** 15n];
    const texts = [
      '-0',
      '-0.0',
      '0.0',
      '0.5',
      '-0.5',
      '1.5',
      '1e400',
      '-1e400',
      '5e-324',
      '-5e-324',
      '1.7e308',
      '1e0',
      '1e19',
    ];
    for (const edge of edges) {
      for (const step of [-1025n, -1024n, -513n, -2n, -1n, 0n, 1n, 2n, 1024n, 2048n]) {
        texts.push(String(edge + step), `${edge + step}.0`, String(-edge + step), `${-edge + step}.0`);
      }
      texts.push(`${edge}.5`, `-${edge}.5`);
    }
    return texts.map(parse);
  }

  /** The exact value times 2^1074, where it is an integer; infinities beyond everything. */
  function exact({ kind, bits }: Value): bigint {
    if (kind === I64) return bits << 1074n;
    if (kind === U64) return BigInt.asUintN(64, bits) << 1074n;
    const pattern = BigInt.asUintN(64, bits);
    const field = Number((pattern >> 52n) & 0x7ffn);
    const mantissa = (pattern & 0xfffffffffffffn) | (field > 0 ? 1n << 52n : 0n);
    const magnitude = mantissa << BigInt(Math.max(field, 1) - 1);
    return pattern >> 63n === 1n ? -magnitude : magnitude;
  }

  it('orders by mathematical value across the kinds, and hashes equal values alike', () => {
    const all = values().map((value) => ({
      ...value,
      exact: exact(value),
      hash: kernel.exports.hashNumber!(value.kind, value.bits),
    }));
    const kinds = new Set(all.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set([I64, U64, F64]));
    let equalAcross = 0;
    for (const a of all) {
      for (const b of all) {
        const order = a.exact < b.exact ? -1 : a.exact > b.exact ? 1 : 0;
        const got = kernel.exports.compareNumbers!(a.kind, a.bits, b.kind, b.bits);
        const equal = kernel.exports.equalNumbers!(a.kind, a.bits, b.kind, b.bits);
        if (got !== order || (equal === 1) !== (order === 0)) expect.fail(`${a.text} against ${b.text}: ${got}`);
        if (order === 0 && a.hash !== b.hash) expect.fail(`${a.text} and ${b.text} hash apart`);
        if (order === 0 && a.kind !== b.kind) equalAcross++;
      }
    }
    expect(equalAcross).toBeGreaterThan(50);
  });

  it('spreads neighbouring values', () => {
    const low = new Set(
      many(4096, (i) => String(BigInt.asUintN(12, kernel.exports.hashNumber!(I64, BigInt(i)) as bigint))),
    );
    expect(low.size).toBeGreaterThan(2400); // 4096 * (1 - 1/e) is 2589
  });
});
