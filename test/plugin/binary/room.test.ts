import { describe, expect, test } from 'vitest';
import { type RoomUse, shareOut } from '../../../src/plugin/binary/room.ts';

const memory = (initial: number, maximum?: number, use: Partial<RoomUse> = {}): RoomUse => ({
  memories: [{ initial, maximum }],
  tables: [],
  growsMemory: true,
  growsTable: false,
  instances: 1,
  ...use,
});
const morePages = (uses: readonly RoomUse[], allPages: number) => shareOut(uses, allPages).map((one) => one.morePages);

describe('what is left is divided', () => {
  test.each([
    ['one memory takes all of it', [memory(2)], [98]],
    ['even when nothing in it can make it larger', [memory(2, undefined, { growsMemory: false })], [98]],
    ['two take the same', [memory(10), memory(20)], [35, 35]],
    ['a maximum leaves more to the others', [memory(10, 15), memory(20), memory(20)], [5, 22, 23]],
    ['what cannot grow takes nothing', [memory(10), memory(10, undefined, { growsMemory: false })], [80, 0]],
    ['an instance more takes its share', [memory(10, undefined, { instances: 4 })], [15]],
    ['modules without a memory take nothing', [memory(10), { ...memory(0), memories: [] }], [90, 0]],
  ])('%s', (_, uses, expected) => {
    expect(morePages(uses, 100)).toEqual(expected);
  });

  test('tables take at most an eighth of it', () => {
    const table = { tables: [{ initial: 10, maximum: undefined }], growsTable: true };
    expect(shareOut([memory(20, undefined, table)], 100)).toEqual([
      { morePages: 70, moreElements: 20_480, allPages: 100 },
    ]);
    expect(shareOut([memory(20, undefined, table)], 65_536)[0]).toMatchObject({ moreElements: 200_000 });
  });

  test('of tables that start large, what they take counts', () => {
    expect(morePages([memory(20, undefined, { tables: [{ initial: 20_480, maximum: 20_480 }] })], 100)).toEqual([70]);
  });
});

describe('more than there is', () => {
  test.each([
    ['a memory', [memory(48)], 'its memory starts at 3 MiB, and the limit is 2 MiB; a higher --memory allows it'],
    [
      'many memories',
      [memory(20, undefined, { instances: 2 })],
      'its 2 memories start together at 2560 KiB, and the limit is 2 MiB; a higher --memory allows it',
    ],
    [
      'a table',
      [memory(30, undefined, { tables: [{ initial: 8192, maximum: undefined }] })],
      'its memory and table start together at 2176 KiB, and the limit is 2 MiB; a higher --memory allows it',
    ],
  ])('%s', (_, uses, message) => {
    expect(() => shareOut(uses, 32)).toThrow(message);
  });
});
