import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GuestReader, GuestWriter } from '../../../src/plugin/component/canonical-memory.ts';
import { Trap } from '../../../src/plugin/guest.ts';
import { liftMetadata, liftOutput, liftSelectors, lowerHandles } from '../../../src/plugin/tangent/canonical.ts';
import { FakeGuest, type Pred, type Scalar } from './canonical-guest.ts';

const trapOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(Trap);
    return (error as Trap).message;
  }
  throw new Error('a trap was expected');
};

describe('metadata', () => {
  const build = (name: Uint8Array, version: Uint8Array) => {
    const guest = new FakeGuest();
    const record = guest.allocate(16, 4);
    guest.slice(record, guest.put(name));
    guest.slice(record + 8, guest.put(version));
    return { guest, record };
  };

  test('is name and version, and the guest frees it behind a shut gate', () => {
    const { guest, record } = build(Buffer.from('\ufeffzeek ✓'), Buffer.from(''));
    expect(liftMetadata(guest.exports(record), guest.gate)).toEqual({ name: '\ufeffzeek ✓', version: '' });
    expect(guest.returned).toEqual([record]);
    expect(guest.gates).toEqual([0]);
    expect(guest.gate.global.value).toBe(1);
  });

  test('without post-return nothing is called', () => {
    const { guest, record } = build(Buffer.from('a'), Buffer.from('1'));
    const metadata = { ...guest.lifted(record), postReturn: undefined };
    expect(liftMetadata({ ...guest.exports(record), metadata }, guest.gate).name).toBe('a');
  });

  test.each([
    ['a stray continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['half a character', [0xf0, 0x9f, 0x98]],
  ])('%s is not UTF-8', (_, bytes) => {
    const { guest, record } = build(Uint8Array.from(bytes), Buffer.from('1'));
    expect(trapOf(() => liftMetadata(guest.exports(record), guest.gate))).toBe(
      'the name in metadata is not valid UTF-8',
    );
    expect(guest.returned).toEqual([]);
  });

  test('pointers are checked: misaligned, out of bounds, beyond 2 GiB, and sums that would wrap', () => {
    const { guest, record } = build(Buffer.from('name'), Buffer.from('1'));
    const lift = (pointer: number) => trapOf(() => liftMetadata(guest.exports(pointer), guest.gate));
    expect(lift(record + 2)).toMatch(/the result of metadata is misaligned: address \d+, alignment 4/);
    expect(lift(guest.size - 12)).toMatch(/out of bounds: 16 bytes at address 65524, the memory has 65536/);
    // As a guest gives an address above 2 GiB: a negative number.
    expect(lift(-16)).toMatch(/16 bytes at address 4294967280/);
    guest.slice(record, [0xffff_fffe, 4]);
    expect(lift(record)).toMatch(/the name in metadata is out of bounds: 4 bytes at address 4294967294/);
    guest.slice(record, [guest.size - 1, 1]);
    expect(liftMetadata(guest.exports(record), guest.gate).name).toBe('\0');
    guest.slice(record, [guest.size, 0]);
    expect(liftMetadata(guest.exports(record), guest.gate).name).toBe('');
    guest.slice(record, [guest.size, 1]);
    expect(lift(record)).toMatch(/out of bounds/);
  });

  test('a name has a bound, and so have both together', () => {
    const { guest, record } = build(Buffer.alloc(40_000, 'n'), Buffer.alloc(40_000, 'v'));
    expect(trapOf(() => liftMetadata(guest.exports(record), guest.gate))).toBe(
      'the version in metadata is too much: more than 65536 bytes in one call',
    );
    guest.slice(record, [1024, 65_537]);
    expect(trapOf(() => liftMetadata(guest.exports(record), guest.gate))).toMatch(/name in metadata is too long/);
  });
});

describe('selectors', () => {
  const build = (selectors: readonly (readonly [readonly Pred[], readonly Pred[], readonly Pred[]])[]) => {
    const guest = new FakeGuest();
    const result = guest.allocate(8, 4);
    const list = guest.allocate(24 * selectors.length, 4);
    guest.slice(result, [list, selectors.length]);
    for (const [index, lists] of selectors.entries()) {
      for (const [place, preds] of lists.entries()) guest.preds(list + 24 * index + 8 * place, preds);
    }
    return { guest, result, list };
  };

  test('every predicate and every scalar', () => {
    const values: Scalar[] = ['', 'ü', -(2n ** 63n), 2n ** 63n - 1n, 1.5, Number.NaN, true, false, Uint8Array.of(0xff)];
    const { guest, result } = build([
      [[[0, 'a.b'] as const], [[1, 'n', 5n] as const, [1, 'n', 5] as const], [[2, 'p', 'pre'] as const]],
      [[[3, 'v', values] as const], [[4, 'g', -0.5] as const], [[5, 'r', '^x$'] as const, [3, 'none', []] as const]],
    ]);
    expect(liftSelectors(guest.exports(result), guest.gate)).toEqual([
      { any: [{ has: 'a.b' }], all: [{ eq: ['n', 5n] }, { eq: ['n', 5] }], none: [{ prefix: ['p', 'pre'] }] },
      {
        any: [{ in: ['v', values] }],
        all: [{ gt: ['g', -0.5] }],
        none: [{ regex: ['r', '^x$'] }, { in: ['none', []] }],
      },
    ]);
    expect(guest.returned).toEqual([result]);
  });

  test('none at all', () => {
    const { guest, result } = build([]);
    expect(liftSelectors(guest.exports(result), guest.gate)).toEqual([]);
  });

  test('bytes are copied: what the guest does later does not change them', () => {
    const { guest, result } = build([[[[1, 'b', Uint8Array.of(1, 2)] as const], [], []]]);
    const [selector] = liftSelectors(guest.exports(result), guest.gate);
    new Uint8Array(guest.memory.buffer).fill(9);
    expect(selector!.any).toEqual([{ eq: ['b', Uint8Array.of(1, 2)] }]);
  });

  test('discriminants, counts and alignment are checked', () => {
    const one = () => build([[[[1, 'n', 5n] as const], [], []]]);
    const predOf = ({ guest, list }: ReturnType<typeof one>) => guest.view.getUint32(list, true);
    const lift = ({ guest, result }: ReturnType<typeof one>) =>
      trapOf(() => liftSelectors(guest.exports(result), guest.gate));

    let broken = one();
    broken.guest.view.setUint8(predOf(broken), 6);
    expect(lift(broken)).toBe('a predicate has the discriminant 6, and its type only 6 cases');
    broken = one();
    broken.guest.view.setUint8(predOf(broken) + 16, 5);
    expect(lift(broken)).toBe('the value of a predicate has the discriminant 5, and its type only 5 cases');
    broken = one();
    broken.guest.view.setUint32(broken.list, predOf(broken) + 4, true);
    expect(lift(broken)).toMatch(/a list of predicates is misaligned/);
    broken = one();
    broken.guest.view.setUint32(broken.list + 4, 0x0800_0001, true);
    // 32 bytes each: in 32 bits the product would be 32.
    expect(lift(broken)).toMatch(/a list of predicates is too long/);
    broken = one();
    broken.guest.view.setUint32(broken.list + 4, 100_000, true);
    expect(lift(broken)).toMatch(/a list of predicates is out of bounds: 3200000 bytes/);
    broken = one();
    broken.guest.view.setUint32(broken.result + 4, 10_001, true);
    expect(lift(broken)).toBe('probe returns 10001 selectors, at most 10000');
  });

  test('a guest that shows the same text again and again is stopped', () => {
    const guest = new FakeGuest();
    const text = guest.text('x'.repeat(30_000));
    const preds = guest.allocate(32 * 1000, 8);
    for (let index = 0; index < 1000; index++) guest.slice(preds + 32 * index + 8, text);
    const list = guest.allocate(24, 4);
    guest.slice(list, [preds, 1000]);
    const result = guest.allocate(8, 4);
    guest.slice(result, [list, 1]);
    expect(trapOf(() => liftSelectors(guest.exports(result), guest.gate))).toMatch(/more than 4194304 bytes/);
  });

  test('whatever the bytes are, the answer is selectors or a trap', () => {
    const word = fc.oneof(fc.nat(40), fc.nat(70_000), fc.integer());
    fc.assert(
      fc.property(fc.array(word, { minLength: 64, maxLength: 64 }), fc.nat(200), (words, at) => {
        const guest = new FakeGuest();
        for (const [index, value] of words.entries()) guest.view.setInt32(4 * index, value, true);
        try {
          expect(Array.isArray(liftSelectors(guest.exports(at), guest.gate))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(Trap);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('memory that grows', () => {
  test('between two reads', () => {
    const guest = new FakeGuest();
    const reader = new GuestReader(guest.memory);
    const at = guest.allocate(32, 8);
    guest.memory.grow(1);
    guest.scalar(at, 5n);
    expect([reader.scalarAt(at, 'it'), reader.u8(at), reader.range(guest.size - 4, 4, 4, 'it')]).toEqual([
      5n,
      1,
      131_068,
    ]);
    guest.memory.grow(1);
    guest.scalar(at, 'text');
    expect([reader.scalarAt(at, 'it'), reader.u32(at + 12)]).toEqual(['text', 4]);
    guest.memory.grow(1);
    expect([...reader.borrow(reader.u32(at + 8), 2, 2, 'it')]).toEqual([0x74, 0x65]);
  });

  test('whenever space is asked for', () => {
    const guest = new FakeGuest();
    guest.answer = (bytes, align) => {
      guest.memory.grow(1);
      return guest.allocate(bytes, align);
    };
    const writer = new GuestWriter(guest.memory, guest.realloc, guest.gate);
    const at = writer.allocate(16, 8, 'it');
    writer.scalar(at, 'text', 'it');
    expect(new GuestReader(guest.memory).scalarAt(at, 'it')).toBe('text');
  });
});

describe('handles', () => {
  test('are consecutive numbers in space of the guest', () => {
    const guest = new FakeGuest();
    // Growing inside realloc moves the memory.
    guest.answer = (bytes, align) => {
      guest.memory.grow(1);
      return guest.allocate(bytes, align);
    };
    const pointer = lowerHandles(guest.lifted(0), 0xffff_fffe, 4, guest.gate);
    expect([...new Uint32Array(guest.memory.buffer, pointer, 4)]).toEqual([0xffff_fffe, 0xffff_ffff, 0, 1]);
    expect(guest.gates).toEqual([0]);
    expect(guest.gate.global.value).toBe(1);
  });

  test.each([
    [0, "the plugin's realloc gave no memory for the list of records (12 bytes)"],
    [1026, "what the plugin's realloc returned for the list of records is misaligned: address 1026, alignment 4"],
    [65_528, 'is out of bounds: 12 bytes at address 65528, the memory has 65536'],
    [-4, 'is out of bounds: 12 bytes at address 4294967292'],
  ])('space at %i is refused', (answer, message) => {
    const guest = new FakeGuest();
    guest.answer = () => answer;
    expect(trapOf(() => lowerHandles(guest.lifted(0), 1, 3, guest.gate))).toContain(message);
  });

  test('a realloc that traps leaves the gate shut', () => {
    const guest = new FakeGuest();
    guest.answer = () => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    expect(() => lowerHandles(guest.lifted(0), 1, 3, guest.gate)).toThrow('unreachable');
    expect(guest.gate.global.value).toBe(0);
  });

  test('no realloc, no handles; no records, any pointer', () => {
    const guest = new FakeGuest();
    const bare = { ...guest.lifted(0), realloc: undefined };
    expect(trapOf(() => lowerHandles(bare, 1, 3, guest.gate))).toMatch(/the plugin has no realloc/);
    guest.answer = () => 0;
    expect(lowerHandles(guest.lifted(0), 1, 0, guest.gate)).toBe(0);
  });
});

describe('the output of a batch', () => {
  const build = (discriminant: number, payload: Uint8Array) => {
    const guest = new FakeGuest();
    const result = guest.allocate(12, 4);
    guest.view.setUint8(result, discriminant);
    guest.slice(result + 4, guest.put(payload));
    const lift = (maxBytes = 1000) => {
      const taken: Buffer[] = [];
      const answer = liftOutput(guest.lifted(result), result, maxBytes, guest.gate, (bytes) => {
        // Post-return comes after the copy.
        expect(guest.returned).toEqual([]);
        taken.push(Buffer.from(bytes));
      });
      return { answer, taken: Buffer.concat(taken).toString('latin1') };
    };
    return { guest, result, lift };
  };

  test('is lent before the guest frees it; any bytes are allowed', () => {
    const { guest, result, lift } = build(0, Uint8Array.of(0x7b, 0xff, 0x7d));
    expect(lift(3)).toEqual({ answer: { bytes: 3 }, taken: '{\xff}' });
    expect(guest.returned).toEqual([result]);
    expect(guest.gates).toEqual([0]);
  });

  test('may be an error with a reason, which is text', () => {
    const { guest, result, lift } = build(1, Buffer.from('no such field ✗'));
    expect(lift()).toEqual({ answer: { error: 'no such field ✗' }, taken: '' });
    expect(guest.returned).toEqual([result]);
    expect(trapOf(build(1, Uint8Array.of(0xff)).lift)).toBe('the error of process-logs is not valid UTF-8');
  });

  test('too much of it, a bad discriminant or a bad pointer is a trap', () => {
    expect(trapOf(() => build(0, new Uint8Array(4)).lift(3))).toBe(
      'it output 4 bytes for one batch, and may output 3 (--max-output)',
    );
    expect(trapOf(() => build(2, new Uint8Array(4)).lift())).toMatch(/has the discriminant 2/);
    const { guest, result, lift } = build(0, new Uint8Array(4));
    guest.slice(result + 4, [8, 0xffff_ffff]);
    expect(trapOf(() => lift(0x1_0000_0000))).toMatch(/out of bounds: 4294967295 bytes at address 8/);
    expect(guest.returned).toEqual([]);
  });
});
