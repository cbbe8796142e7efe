import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Gate } from '../../../src/plugin/gate.ts';
import { GATE_ENDED } from '../../../src/plugin/gate-states.ts';
import { PluginError, Trap } from '../../../src/plugin/guest.ts';
import { ServiceFailure, type ServicesClient } from '../../../src/plugin/services/client.ts';
import type { CacheValue, HttpRequest, HttpResponse } from '../../../src/plugin/services/protocol.ts';
import { serviceFunctions } from '../../../src/plugin/tangent/services-host.ts';
import { FakeGuest } from './canonical-guest.ts';

/** Services that remember what they were asked. */
class FakeServices implements ServicesClient {
  readonly held = new Map<string, CacheValue>();
  readonly ttls: (number | undefined)[] = [];
  readonly locked = new Set<string>();
  requests: readonly HttpRequest[] = [];
  responses: HttpResponse[] = [];
  failure: string | undefined;

  #fail(): void {
    if (this.failure !== undefined) throw new ServiceFailure(this.failure);
  }
  cacheGet(key: string) {
    this.#fail();
    return this.held.get(key);
  }
  cacheSet(key: string, value: CacheValue, ttlMs: number | undefined) {
    this.#fail();
    this.held.set(key, value);
    this.ttls.push(ttlMs);
  }
  cacheDelete(key: string) {
    this.#fail();
    return this.held.delete(key);
  }
  lockAcquire(key: string) {
    this.#fail();
    return !this.locked.has(key) && this.locked.add(key).has(key);
  }
  lockRelease(key: string) {
    this.locked.delete(key);
  }
  lockReleaseAll() {}
  callBatch(requests: readonly HttpRequest[]) {
    this.#fail();
    this.requests = requests;
    return this.responses;
  }
  sendToProducer() {
    return false;
  }
}

function linked() {
  const guest = new FakeGuest();
  const services = new FakeServices();
  const { memory, realloc } = guest;
  // A trap ends a guest; the next question is the next one's, over the same memory.
  const find = (interfaceName: string, name: string) => {
    if (guest.gate.global.value === GATE_ENDED) guest.gate = new Gate();
    const config = { region: 'eu ✓', empty: '' };
    return serviceFunctions(services, { config }, { memory, realloc }, guest.gate)(interfaceName, name);
  };
  const call = (interfaceName: string, name: string, ...values: (number | bigint)[]) =>
    (find(`tangent:logs/${interfaceName}@0.1.0`, name) as (...values: (number | bigint)[]) => unknown)(...values);
  return { guest, services, find, call };
}

const trapOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(Trap);
    return (error as Trap).message;
  }
  throw new Error('a trap was expected');
};

describe('linking', () => {
  test('knows its own interfaces, and all of their functions', () => {
    const { find, guest } = linked();
    expect(find('tangent:logs/log@0.1.0', 'get')).toBeUndefined();
    expect(find('toString', 'get')).toBeUndefined();
    expect(() => find('tangent:logs/cache@0.1.0', 'constructor')).toThrow(PluginError);
    const bare = serviceFunctions(
      new FakeServices(),
      { config: {} },
      { memory: undefined, realloc: undefined },
      guest.gate,
    );
    expect(() => bare('tangent:logs/cache@0.1.0', 'get')).toThrow(
      'tangent:logs/cache@0.1.0#get is imported without a memory',
    );
  });

  test('behind a shut gate nothing can be called', () => {
    const { guest, call } = linked();
    guest.gate.global.value = 0;
    expect(trapOf(() => call('lock', 'acquire', 0, 0))).toMatch(/lock@0.1.0#acquire is called from inside realloc/);
  });
});

describe('cache', () => {
  /** `set` with the flat form of a scalar, as a guest passes it. */
  const set = ({ guest, call }: ReturnType<typeof linked>, key: string, value: CacheValue, ttl?: bigint) => {
    const bits = new DataView(new ArrayBuffer(8));
    let [kind, first, second] = [0, 0n, 0];
    if (typeof value === 'bigint') [kind, first] = [1, value];
    else if (typeof value === 'boolean') [kind, first] = [3, value ? 1n : 0n];
    else if (typeof value === 'number') {
      bits.setFloat64(0, value);
      [kind, first] = [2, bits.getBigInt64(0)];
    } else {
      const [pointer, length] = typeof value === 'string' ? guest.text(value) : guest.put(value);
      [kind, first, second] = [typeof value === 'string' ? 0 : 4, BigInt(pointer), length];
    }
    const result = guest.allocate(12, 4);
    guest.view.setUint8(result, 9);
    call('cache', 'set', ...guest.text(key), kind, first, second, ttl === undefined ? 0 : 1, ttl ?? 0n, result);
    return guest.view.getUint8(result) === 0 ? undefined : guest.textAt(result + 4);
  };

  /** Reads the option<scalar> that `get` stored, by its layout. */
  const get = ({ guest, call }: ReturnType<typeof linked>, key: string) => {
    const result = guest.allocate(32, 8);
    new Uint8Array(guest.memory.buffer).fill(0xee, result, result + 32);
    call('cache', 'get', ...guest.text(key), result);
    if (guest.view.getUint8(result) === 1) return { error: guest.textAt(result + 8) };
    if (guest.view.getUint8(result + 8) === 0) return undefined;
    const payload = result + 24;
    switch (guest.view.getUint8(result + 16)) {
      case 0:
        return guest.textAt(payload);
      case 1:
        return guest.view.getBigInt64(payload, true);
      case 2:
        return guest.view.getFloat64(payload, true);
      case 3:
        return guest.view.getUint8(payload) === 1;
      default:
        return new Uint8Array(guest.bytesAt(payload));
    }
  };

  test('every scalar comes back as it went in, with its type', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double(),
      fc.boolean(),
      fc.uint8Array(),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), value, (key, scalar) => {
        const plugin = linked();
        expect(set(plugin, key, scalar)).toBeUndefined();
        expect(plugin.services.held.get(key)).toEqual(scalar);
        expect(get(plugin, key)).toEqual(scalar);
      }),
      { numRuns: 200 },
    );
  });

  test('unknown keys, times to live, deletion', () => {
    const plugin = linked();
    expect(get(plugin, 'none')).toBeUndefined();
    set(plugin, 'a', 1n);
    set(plugin, 'a', 1n, 5n);
    set(plugin, 'a', 1n, -1n);
    expect(plugin.services.ttls).toEqual([undefined, 5, 2 ** 64]);
    const result = plugin.guest.allocate(12, 4);
    const remove = () => {
      plugin.call('cache', 'del', ...plugin.guest.text('a'), result);
      return [plugin.guest.view.getUint8(result), plugin.guest.view.getUint8(result + 4)];
    };
    expect([remove(), remove()]).toEqual([
      [0, 1],
      [0, 0],
    ]);
  });

  test('what the services refuse is an error value', () => {
    const plugin = linked();
    plugin.services.failure = 'too large';
    expect(set(plugin, 'a', 1n)).toBe('too large');
    expect(get(plugin, 'a')).toEqual({ error: 'too large' });
    expect(trapOf(() => plugin.call('lock', 'acquire', ...plugin.guest.text('x')))).toBe('too large');
  });

  test('bad arguments are traps, and change nothing', () => {
    const plugin = linked();
    const { guest, call, services } = plugin;
    const key = guest.text('k');
    const bad = guest.put(Uint8Array.of(0xc3));
    const result = guest.allocate(32, 8);
    expect(trapOf(() => call('cache', 'get', ...bad, result))).toBe('the key of cache.get is not valid UTF-8');
    expect(trapOf(() => call('cache', 'get', ...key, result + 4))).toMatch(/result of cache.get is misaligned/);
    expect(trapOf(() => call('cache', 'get', ...key, guest.size - 24))).toMatch(/result of cache.get is out of bounds/);
    expect(trapOf(() => call('cache', 'get', -1, 2, result))).toMatch(/2 bytes at address 4294967295/);
    expect(trapOf(() => call('cache', 'get', 0, 65_537, result))).toMatch(/the key of cache.get is too long/);
    const setting = (kind: number, ttl: number) => call('cache', 'set', ...key, kind, 0n, 0, ttl, 0n, result);
    expect(trapOf(() => setting(5, 0))).toMatch(/discriminant 5/);
    expect(trapOf(() => setting(-1, 0))).toMatch(/discriminant 4294967295/);
    expect(trapOf(() => setting(1, 2))).toMatch(/the ttl of cache.set has the discriminant 2/);
    expect(trapOf(() => call('cache', 'set', ...key, 0, 0xffff_ffffn, 1, 0, 0n, result))).toMatch(/out of bounds/);
    expect(services.held.size).toBe(0);
  });

  test('of the shared i64 only the low half is a pointer', () => {
    const { guest, call, services } = linked();
    const [pointer, length] = guest.text('value');
    const result = guest.allocate(12, 4);
    const first = BigInt(pointer) | (0xdead_beefn << 32n);
    call('cache', 'set', ...guest.text('k'), 0, BigInt.asIntN(64, first), length, 0, 0n, result);
    expect(services.held.get('k')).toBe('value');
  });
});

describe('config and lock', () => {
  test('config is what was configured, and nothing that JavaScript adds', () => {
    const { guest, call } = linked();
    const result = guest.allocate(12, 4);
    const get = (key: string) => {
      call('config', 'get', ...guest.text(key), result);
      return guest.view.getUint8(result) === 1 ? guest.textAt(result + 4) : undefined;
    };
    expect(['region', 'empty', 'other', '__proto__', 'toString'].map(get)).toEqual([
      'eu ✓',
      '',
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('a lock is had once', () => {
    const { guest, call } = linked();
    const key = guest.text('a');
    expect([call('lock', 'acquire', ...key), call('lock', 'acquire', ...key)]).toEqual([1, 0]);
    expect(call('lock', 'release', ...key)).toBeUndefined();
    expect(call('lock', 'acquire', ...key)).toBe(1);
  });
});

describe('remote', () => {
  const request = (guest: FakeGuest, at: number, method: number) => {
    guest.slice(at, guest.text('id-1'));
    guest.view.setUint8(at + 8, method);
    guest.slice(at + 12, guest.text('http://a/'));
    const headers = guest.allocate(32, 4);
    guest.slice(at + 20, [headers, 2]);
    for (const [index, text] of ['x-a', '1', 'x-b', ''].entries()) guest.slice(headers + 8 * index, guest.text(text));
    guest.slice(at + 28, guest.put(Uint8Array.of(1, 0, 255)));
    guest.view.setUint8(at + 36, 1);
    guest.view.setUint32(at + 40, 0xffff_ffff, true);
    guest.view.setUint8(at + 44, 0);
    guest.view.setUint32(at + 48, 77, true);
  };

  test('requests go out as they were made, responses come back field by field', () => {
    const { guest, services, call } = linked();
    const list = guest.allocate(104, 4);
    request(guest, list, 4);
    request(guest, list + 52, 0);
    services.responses = [
      {
        id: 'a',
        status: 599,
        headers: [
          ['n', 'v'],
          ['ü', ''],
        ],
        body: Uint8Array.of(9, 8),
        ...{ error: undefined, wasSent: true },
      },
      { id: '', status: 0, headers: [], body: new Uint8Array(0), error: 'not granted', wasSent: false },
    ];
    const result = guest.allocate(12, 4);
    call('remote', 'call-batch', list, 2, result);
    expect(services.requests[0]).toEqual({
      ...{ id: 'id-1', method: 'PATCH', url: 'http://a/', body: Uint8Array.of(1, 0, 255) },
      ...{
        headers: [
          ['x-a', '1'],
          ['x-b', ''],
        ],
        timeoutMs: 0xffff_ffff,
        cacheTtlMs: undefined,
      },
    });
    expect(services.requests[1]!.method).toBe('GET');
    expect([guest.view.getUint8(result), guest.view.getUint32(result + 8, true)]).toEqual([0, 2]);
    const first = guest.view.getUint32(result + 4, true);
    expect([guest.textAt(first), guest.view.getUint16(first + 8, true)]).toEqual(['a', 599]);
    const headers = guest.view.getUint32(first + 12, true);
    expect(guest.view.getUint32(first + 16, true)).toBe(2);
    expect([0, 8, 16, 24].map((at) => guest.textAt(headers + at))).toEqual(['n', 'v', 'ü', '']);
    expect([...guest.bytesAt(first + 20)]).toEqual([9, 8]);
    expect(guest.view.getUint8(first + 28)).toBe(0);
    const second = first + 40;
    expect([guest.view.getUint8(second + 28), guest.textAt(second + 32)]).toEqual([1, 'not granted']);
    expect(guest.gates.every((gate) => gate === 0)).toBe(true);
  });

  test('bad requests are traps, and nothing is sent', () => {
    const { guest, services, call } = linked();
    const list = guest.allocate(52, 4);
    const result = guest.allocate(12, 4);
    const attempt = (count = 1) => trapOf(() => call('remote', 'call-batch', list, count, result));
    request(guest, list, 5);
    expect(attempt()).toMatch(/the method of a request has the discriminant 5/);
    request(guest, list, 0);
    guest.view.setUint8(list + 36, 2);
    expect(attempt()).toMatch(/the timeout of a request has the discriminant 2/);
    request(guest, list, 0);
    guest.view.setUint32(list + 24, 0x1000_0001, true);
    expect(attempt()).toMatch(/the headers of a request is too long/);
    request(guest, list, 0);
    expect(attempt(10_001)).toBe('remote.call-batch has 10001 requests, at most 10000');
    expect(attempt(5000)).toMatch(/the list of requests is out of bounds/);
    expect(services.requests).toEqual([]);
  });
});
