/**
 * How long a view lives: from the call to its drop; kept views are pinned, within bounds; numbers come around. Every
 * use of a handle that the guest does not own is a trap, and never another record's bytes.
 */
import { describe, expect, test } from 'vitest';
import * as L from '../../../src/engine/layout.ts';
import { engineWith, TestGuest } from './logview.ts';

const records = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `{"n":${from + i}}`);
const int = (value: number) => ({ int: BigInt(value) });
const notOwned = /^it used a logview handle that it does not own/;

/** Puts other records of the same lengths where those of the block were. */
function overwriteBlock(guest: TestGuest): void {
  const from = guest.engine.word(0, L.B_FROM);
  guest.engine.bytes().fill(0x39, from, guest.engine.word(0, L.B_TO));
}

describe('during a call', () => {
  test('handle base + i is row i of the call', () => {
    const guest = new TestGuest(engineWith(records(10)));
    expect(guest.views.beginCall(100, 3, 6)).toBe(100);
    expect([100, 101, 102].map((handle) => guest.ask('get', handle, 'n'))).toEqual([3, 4, 5].map(int));
    for (const handle of [99, 103, 0, -1, 0x10000064, 0x7fffffff]) {
      expect(() => guest.ask('get', handle, 'n')).toThrow(notOwned);
      expect(() => guest.ask('log', handle)).toThrow(notOwned);
      expect(() => guest.drop(handle)).toThrow(notOwned);
    }
  });

  test('a dropped view is gone, for every function', () => {
    const guest = new TestGuest(engineWith(records(3)));
    guest.views.beginCall(1, 0, 3);
    guest.drop(2);
    for (const method of ['has', 'get', 'len', 'get-list', 'get-map', 'keys', 'log'] as const) {
      expect(() => guest.ask(method, 2, 'n')).toThrow(notOwned);
    }
    expect(() => guest.drop(2)).toThrow(notOwned);
    expect([1, 3].map((handle) => guest.ask('get', handle, 'n'))).toEqual([0, 2].map(int));
    expect(guest.views.endCall()).toBe(2);
  });

  test('rows that the guest did not select have no handle', () => {
    const engine = engineWith(['{"a":1}', '{"b":2}', '{"a":3}'], { wanted: 'a', learned: ['a'] });
    const guest = new TestGuest(engine);
    guest.views.beginCall(1, 0, 3);
    expect([1, 3].map((handle) => guest.ask('get', handle, 'a'))).toEqual([1, 3].map(int));
    expect(() => guest.ask('get', 2, 'b')).toThrow(notOwned);
    guest.drop(1);
    guest.drop(3);
    expect(guest.views.endCall()).toBe(0);
  });

  test('when everything was dropped, nothing is left', () => {
    const guest = new TestGuest(engineWith(records(3)));
    guest.views.beginCall(7, 0, 3);
    for (const handle of [9, 7, 8]) guest.drop(handle);
    expect(guest.views.endCall()).toBe(0);
    for (const handle of [7, 8, 9]) expect(() => guest.ask('has', handle, 'n')).toThrow(notOwned);
  });
});

describe('views that are kept', () => {
  test('stay readable when their block is reused, by all functions, and learned or not', () => {
    const record = '{"n":1,"s":"a\\nb","l":[1],"o":{"k":2}}';
    for (const learned of [[], ['n', 's', 'l', 'o']]) {
      const guest = new TestGuest(engineWith([record, record], { learned }));
      guest.views.beginCall(5, 0, 2);
      for (const path of learned) guest.ask('has', 5, path);
      guest.drop(6);
      expect(guest.views.endCall()).toBe(1);
      overwriteBlock(guest);
      expect(guest.ask('get', 5, 'n')).toEqual(int(1));
      expect(guest.ask('get', 5, 's')).toEqual({ str: 'a\nb' });
      expect(guest.ask('len', 5, 's')).toBe(3);
      expect(guest.ask('get-list', 5, 'l')).toEqual([int(1)]);
      expect(guest.ask('get-map', 5, 'o')).toEqual([['k', int(2)]]);
      expect(guest.ask('keys', 5, 'o')).toEqual(['k']);
      expect(guest.ask('log', 5)).toBe(record);
      guest.drop(5);
      expect(() => guest.ask('log', 5)).toThrow(notOwned);
      expect(guest.views.pinsLost()).toBe(0);
    }
  });

  test('stay while later calls come and go, and can be dropped in any order', () => {
    const guest = new TestGuest(engineWith(records(10)));
    for (let call = 0; call < 50; call++) {
      guest.views.beginCall(1 + call * 10, 0, 10);
      for (let i = 0; i < 10; i++) if (i !== call % 10) guest.drop(1 + call * 10 + i);
      expect(guest.views.endCall()).toBe(1);
    }
    const kept = Array.from({ length: 50 }, (_, call) => 1 + call * 10 + (call % 10));
    expect(kept.map((handle) => guest.ask('get', handle, 'n'))).toEqual(kept.map((_, call) => int(call % 10)));
    for (const handle of [...kept].sort((a, b) => (a % 7) - (b % 7))) guest.drop(handle);
    for (const handle of kept) expect(() => guest.drop(handle)).toThrow(notOwned);
  });

  test('the oldest are given up when there are more than 4096; they read as nothing and can still be dropped', () => {
    const guest = new TestGuest(engineWith(records(1500), { pinBytes: 1 << 20 }));
    for (let call = 0; call < 3; call++) {
      guest.views.beginCall(1 + call * 1500, 0, 1500);
      expect(guest.views.endCall()).toBe(1500);
    }
    const lost = guest.views.pinsLost();
    expect(lost).toBeGreaterThanOrEqual(4500 - 4096);
    expect(lost).toBeLessThanOrEqual(4500 - (4096 / 8) * 7);
    expect(guest.ask('get', 4500, 'n')).toEqual(int(1499));
    expect(guest.ask('get', lost + 1, 'n')).toEqual(int(lost % 1500));
    expect(guest.ask('has', lost, 'n')).toBe(false);
    expect(guest.ask('get', 1, 'n')).toBe(undefined);
    expect(guest.ask('keys', 1, 'n')).toEqual([]);
    expect(guest.ask('log', 1)).toBe('');
    for (let handle = 1; handle <= 4500; handle++) guest.drop(handle);
    for (const handle of [1, lost, lost + 1, 4500]) expect(() => guest.drop(handle)).toThrow(notOwned);
  });

  test('of one call with more than 4096, the last are kept', () => {
    const guest = new TestGuest(engineWith(records(5000), { pinBytes: 1 << 20 }));
    guest.views.beginCall(1, 0, 5000);
    expect(guest.views.endCall()).toBe(5000);
    expect(guest.views.pinsLost()).toBe(904);
    expect([guest.ask('get', 904, 'n'), guest.ask('get', 905, 'n')]).toEqual([undefined, int(904)]);
    expect(guest.ask('get', 5000, 'n')).toEqual(int(4999));
  });

  test('are bounded in bytes, too; a record larger than all the room is given up at once', () => {
    const big = (n: number, bytes: number) => `{"n":${n},"pad":"${'x'.repeat(bytes)}"}`;
    const guest = new TestGuest(engineWith([big(0, 300), big(1, 5000), big(2, 300), big(3, 300)], { pinBytes: 1024 }));
    for (let call = 0; call < 4; call++) {
      guest.views.beginCall(1 + call * 4, 0, 4);
      guest.views.endCall();
    }
    expect(guest.ask('get', 16, 'n')).toEqual(int(3));
    expect(guest.ask('get', 15, 'n')).toEqual(int(2));
    expect(guest.ask('get', 14, 'n')).toBe(undefined);
    expect(guest.views.pinsLost()).toBeGreaterThanOrEqual(13);
    for (let handle = 1; handle <= 16; handle++) guest.drop(handle);
  });

  test('one that is kept for ever is not lost to those that come and go', () => {
    const guest = new TestGuest(engineWith(records(4), { pinBytes: 256 }));
    guest.views.beginCall(1, 0, 4);
    for (const handle of [2, 3, 4]) guest.drop(handle);
    guest.views.endCall();
    for (let call = 1; call < 300; call++) {
      guest.views.beginCall(call * 4 + 1, 0, 4);
      for (const i of [1, 2, 3]) guest.drop(call * 4 + i);
      guest.views.endCall();
      expect(guest.ask('get', call * 4 + 4, 'n')).toEqual(int(3));
      guest.drop(call * 4 + 4);
    }
    expect(guest.ask('get', 1, 'n')).toEqual(int(0));
    expect(guest.views.pinsLost()).toBe(0);
  });

  test('mean nothing to the next instance of the guest', () => {
    const guest = new TestGuest(engineWith(records(3)));
    guest.views.beginCall(1, 0, 3);
    guest.views.endCall();
    guest.views.beginCall(4, 0, 3);
    guest.views.resetViews();
    for (let handle = 1; handle < 7; handle++) expect(() => guest.ask('get', handle, 'n')).toThrow(notOwned);
    // The rows of the call that failed are given to the new one.
    guest.views.beginCall(7, 1, 2);
    expect(guest.ask('get', 7, 'n')).toEqual(int(1));
    expect(() => guest.ask('get', 8, 'n')).toThrow(notOwned);
  });
});

describe('numbers', () => {
  const last = (1 << 28) - 1;

  test('begin again at 1 when 28 bits have run out', () => {
    const guest = new TestGuest(engineWith(records(4)));
    expect(guest.views.beginCall(last - 3, 0, 4)).toBe(last - 3);
    expect(guest.ask('get', last, 'n')).toEqual(int(3));
    guest.views.resetViews();
    expect(guest.views.beginCall(last - 2, 0, 4)).toBe(1);
    expect(guest.views.beginCall(0, 0, 4)).toBe(1);
  });

  test('pass over those that the guest still has', () => {
    const guest = new TestGuest(engineWith(records(10)));
    guest.views.beginCall(1, 0, 10);
    for (let handle = 1; handle <= 10; handle++) if (handle !== 3 && handle !== 8) guest.drop(handle);
    guest.views.endCall();
    // 1 to 4 would meet 3, 4 to 7 is free.
    expect(guest.views.beginCall(1, 0, 4)).toBe(4);
    expect(guest.ask('get', 4, 'n')).toEqual(int(0));
    expect([3, 8].map((handle) => guest.ask('get', handle, 'n'))).toEqual([2, 7].map(int));
    for (let handle = 4; handle < 8; handle++) guest.drop(handle);
    expect(guest.views.endCall()).toBe(0);
    expect(guest.views.beginCall(5, 0, 4)).toBe(9);
  });

  test('a view that was given up is not mixed up with a later one of the same number', () => {
    const guest = new TestGuest(engineWith(records(2), { pinBytes: 4 }));
    guest.views.beginCall(1, 0, 2);
    guest.views.endCall();
    expect(guest.views.pinsLost()).toBe(2);
    guest.views.beginCall(1, 0, 2);
    expect(guest.ask('get', 1, 'n')).toEqual(int(0));
    guest.drop(1);
    expect(() => guest.ask('get', 1, 'n')).toThrow(notOwned);
  });
});
