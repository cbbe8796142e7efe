/**
 * What the canonical ABI forbids a guest, each by itself: bounds, alignment, invalid UTF-8, calls at the wrong time,
 * and an allocator that lies. A trap says what the guest did.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { GATE_ENDED } from '../../../src/plugin/gate-states.ts';
import { PluginError, Trap } from '../../../src/plugin/guest.ts';
import { logviewAdapter } from '../../../src/plugin/tangent/adapter.ts';
import { engineWith, PATH, RET, TestGuest } from './logview.ts';

const record = '{"n":1,"s":"text","l":["a","bb"],"o":{"k":"v"}}';
const methods = ['has', 'get', 'len', 'get-list', 'get-map', 'keys'] as const;
const withResult = [
  ['get', 8, 24],
  ['len', 4, 8],
  ['get-list', 4, 12],
  ['get-map', 4, 12],
  ['keys', 4, 8],
] as const;
const pathFor = { get: 's', len: 's', 'get-list': 'l', 'get-map': 'o', keys: 'o', log: '' } as const;

function inCall(): TestGuest {
  const guest = new TestGuest(engineWith([record]));
  guest.views.beginCall(1, 0, 1);
  guest.bytes().write('n', PATH);
  return guest;
}

const name = (method: string) => `[method]logview.${method}`;

describe('paths', () => {
  test.each(methods)('%s: outside the memory', (method) => {
    const guest = inCall();
    const size = guest.memory.buffer.byteLength;
    const outside = [
      [size, 1],
      [size - 1, 2],
      [size - 16, 17],
      [0xfffffff0, 0x20],
      [-1, 1],
      [PATH, -1],
      [PATH, 0x7fffffff],
      [size + 1, 0],
    ];
    for (const [at, length] of outside) {
      expect(() => guest.raw(name(method), 1, at!, length!, RET), `${at} ${length}`).toThrow(
        'it passed a path outside its memory',
      );
    }
  });

  test.each(methods)('%s: at the very end of the memory', (method) => {
    const guest = inCall();
    const size = guest.memory.buffer.byteLength;
    for (let length = 0; length < 40; length++) {
      guest.bytes().fill(0x6e, size - length);
      guest.raw(name(method), 1, size - length, length, RET);
    }
    guest.bytes().write('n', size - 1);
    expect(guest.raw(name('has'), 1, size - 1, 1)).toBe(1);
  });

  const invalid: [string, number[]][] = [
    ['a continuation alone', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['cut short', [0xe2, 0x82]],
    ['cut short behind 15 bytes', [...Buffer.from('a'.repeat(15)), 0xc3]],
    ['cut short behind 63 bytes', [...Buffer.from('a'.repeat(63)), 0xc3]],
    ['in a long path', [...Buffer.from('a'.repeat(100)), 0xff, 0x61]],
    ['in a path that is too long to be remembered', [...Buffer.from('a'.repeat(300)), 0xff]],
  ];
  test.each(invalid)('not UTF-8: %s', (_, bytes) => {
    const guest = inCall();
    for (const method of methods) {
      expect(() => guest.ask(method, 1, Buffer.from(bytes))).toThrow('it passed a path that is not valid UTF-8');
    }
    expect(guest.views.askedCount()).toBe(0);
  });

  test('UTF-8 of every length is fine', () => {
    const guest = inCall();
    for (const path of ['é', '€', '😀', `${'a'.repeat(62)}é`, `${'a'.repeat(63)}é`, '€'.repeat(22), '\ufeff', '\0']) {
      expect(guest.ask('has', 1, path)).toBe(false);
    }
  });

  test('longer than 65536 bytes', () => {
    const guest = inCall();
    expect(guest.ask('has', 1, 'x'.repeat(65536))).toBe(false);
    expect(() => guest.ask('has', 1, 'x'.repeat(65537))).toThrow('it passed a path of more than 65536 bytes');
  });
});

describe('return areas', () => {
  test.each(withResult)('%s: aligned to %i, all %i bytes inside', (method, align, bytes) => {
    const guest = inCall();
    const size = guest.memory.buffer.byteLength;
    const call = (ret: number) => guest.raw(name(method), 1, PATH, 1, ret);
    for (let odd = 1; odd < align; odd++)
      expect(() => call(RET + odd)).toThrow('it passed a result address that is not aligned');
    for (const ret of [size, size - bytes + align, 0xfffffff8, -align]) {
      expect(() => call(ret), `${ret}`).toThrow('it passed a result address outside its memory');
    }
    call(size - bytes - (size % align));
  });

  test('log: aligned to 4, 8 bytes inside', () => {
    const guest = inCall();
    const size = guest.memory.buffer.byteLength;
    expect(() => guest.raw(name('log'), 1, RET + 2)).toThrow('not aligned');
    expect(() => guest.raw(name('log'), 1, size - 4)).toThrow('outside its memory');
    guest.raw(name('log'), 1, size - 8);
  });
});

describe('the allocator', () => {
  const users = ['get', 'get-list', 'get-map', 'keys', 'log'] as const;

  test.each(users)('%s: returns 0, something misaligned, or something outside', (method) => {
    const guest = inCall();
    const size = guest.memory.buffer.byteLength;
    guest.realloc = () => 0;
    expect(() => guest.ask(method, 1, pathFor[method])).toThrow('it returned 0 from cabi_realloc');
    for (const at of [size, size - 1, -1, -8]) {
      guest.realloc = (_old, _oldBytes, align) => (at < 0 ? -align : Math.floor(at / align) * align);
      if (at === size - 1 && (method === 'get' || method === 'log')) guest.realloc = () => size - 3;
      expect(() => guest.ask(method, 1, pathFor[method]), `${at}`).toThrow(
        'from cabi_realloc that is outside its memory',
      );
    }
    if (method === 'get' || method === 'log') return;
    guest.realloc = () => 71_002;
    expect(() => guest.ask(method, 1, pathFor[method])).toThrow('from cabi_realloc that is not aligned as asked');
  });

  test('is asked for the right size and alignment, and not for nothing', () => {
    const guest = new TestGuest(engineWith(['{"s":"","l":[],"t":["a","","bcd",1],"o":{"":1,"kk":""}}']));
    guest.views.beginCall(1, 0, 1);
    const asked: number[][] = [];
    guest.realloc = (old, oldBytes, align, bytes) => {
      asked.push([old, oldBytes, align, bytes]);
      return guest.allocate(align, bytes);
    };
    guest.ask('get', 1, 's');
    guest.ask('get-list', 1, 'l');
    guest.ask('get-map', 1, 's');
    guest.ask('keys', 1, 's');
    expect(asked).toEqual([]);
    guest.ask('get-list', 1, 't');
    guest.ask('get-map', 1, 'o');
    guest.ask('keys', 1, 'o');
    const sizes = [
      [8, 64],
      [1, 1],
      [1, 3],
      [8, 48],
      [1, 2],
      [4, 16],
      [1, 2],
    ];
    expect(asked).toEqual(sizes.map((size) => [0, 0, ...size]));
  });

  test('may let the memory grow', () => {
    const guest = inCall();
    guest.realloc = (_old, _oldBytes, align, bytes) => {
      const at = guest.memory.grow(1) * 65536;
      return Math.ceil(at / align) * align + 0 * bytes;
    };
    expect(guest.ask('get-list', 1, 'l')).toEqual([{ str: 'a' }, { str: 'bb' }]);
    expect(guest.ask('get-map', 1, 'o')).toEqual([['k', { str: 'v' }]]);
    expect(guest.ask('log', 1)).toBe(record);
  });

  test('writes only what it was given', () => {
    const values = Array.from({ length: 100 }, (_, length) => 'x'.repeat(length));
    const guest = new TestGuest(engineWith([JSON.stringify({ values })]));
    guest.views.beginCall(1, 0, 1);
    const given: [number, number][] = [];
    guest.realloc = (_old, _oldBytes, align, bytes) => {
      const at = guest.allocate(align, bytes + 32) + (align === 1 ? 16 : 0);
      guest.bytes().fill(0xaa, at - (align === 1 ? 16 : 0), at + bytes + 16);
      given.push([at, bytes]);
      return at;
    };
    guest.ask('get-list', 1, 'values');
    expect(given).toHaveLength(100);
    for (const [at, bytes] of given.slice(1)) {
      const around = [...guest.bytes().subarray(at - 16, at), ...guest.bytes().subarray(at + bytes, at + bytes + 16)];
      expect(around.every((byte) => byte === 0xaa)).toBe(true);
    }
  });
});

describe('the gate', () => {
  test('is shut while the allocator runs: a call from inside it traps', () => {
    for (const inside of [...methods, 'log', 'drop']) {
      const guest = inCall();
      guest.realloc = () => {
        if (inside === 'drop') guest.drop(1);
        else if (inside === 'log') guest.raw(name('log'), 1, RET);
        else guest.raw(name(inside), 1, PATH, 1, RET);
        return 71_000;
      };
      expect(() => guest.ask('get', 1, 's')).toThrow(
        'it called the host from inside its cabi_realloc or post-return function',
      );
      expect(guest.gate.global.value).toBe(GATE_ENDED);
    }
  });

  test('an allocator that catches what it is refused goes no further', () => {
    const guest = inCall();
    const said: string[] = [];
    guest.realloc = () => {
      for (let i = 0; i < 2; i++) {
        try {
          guest.drop(1);
        } catch (error) {
          said.push((error as Error).message);
        }
      }
      return 71_000;
    };
    const inside = 'it called the host from inside its cabi_realloc or post-return function';
    expect(() => guest.ask('get', 1, 's')).toThrow(inside);
    expect(said).toEqual([inside, inside]);
    expect(() => guest.gate.throwIfEnded()).toThrow(inside);
  });

  test('is open again afterwards', () => {
    const guest = inCall();
    guest.ask('get-map', 1, 'o');
    expect(guest.gate.global.value).toBe(1);
    guest.gate.global.value = 0;
    expect(() => guest.ask('has', 1, 'n')).toThrow(Trap);
  });
});

describe('linking', () => {
  test('a drop needs neither memory nor allocator, the rest says what is missing', () => {
    const guest = inCall();
    const nothing = { memory: undefined, realloc: undefined };
    expect(() => guest.lookup(name('has'), nothing)).toThrow(PluginError);
    expect(() => guest.lookup(name('get'), { ...nothing, memory: guest.memory })).toThrow(
      'it imports [method]logview.get without the canonical option realloc',
    );
    expect(typeof guest.lookup(name('len'), { ...nothing, memory: guest.memory })).toBe('function');
    const drop = guest.lookup('[resource-drop]logview', nothing) as (handle: number) => void;
    drop(1);
    expect(() => drop(1)).toThrow(Trap);
    guest.gate.global.value = 0;
    expect(() => drop(1)).toThrow('it called the host from inside');
  });

  test('names that the interface does not have', () => {
    const guest = inCall();
    for (const other of ['', 'get', '[method]logview.set', 'toString', '__proto__']) {
      expect(guest.lookup(other, { memory: guest.memory, realloc: guest.realloc })).toBe(undefined);
    }
  });

  test('imports with the same options share an instance', () => {
    const guest = inCall();
    const options = { memory: guest.memory, realloc: guest.realloc };
    expect(guest.lookup(name('get'), options)).toBe(guest.lookup(name('get'), { ...options }));
    const other = logviewAdapter(guest.views, guest.gate);
    expect(other(name('get'), options)).not.toBe(guest.lookup(name('get'), options));
  });

  test('a shared memory is refused', () => {
    const guest = inCall();
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    expect(() => guest.lookup(name('has'), { memory, realloc: undefined })).toThrow(
      /^its memory or its realloc function/,
    );
  });

  test('the adapter has nothing of its own in the guest memory', () => {
    const file = fileURLToPath(new URL('../../../src/plugin/tangent/tangent-adapter.wasm', import.meta.url));
    const bytes = readFileSync(file);
    const sections: number[] = [];
    for (let at = 8; at < bytes.length; ) {
      sections.push(bytes[at++]!);
      let size = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++]!;
        size |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      at += size;
    }
    expect(sections).toContain(10);
    for (const section of [4, 5, 8, 9, 11]) expect(sections).not.toContain(section);
  });
});
