/** Flags of V8 change when nothing is starting any more, and whoever keeps code has kept it by then. */
import { beforeEach, expect, test, vi } from 'vitest';
import { setLate, setWhenDue, threadStarts } from '../../src/io/late-flags.ts';

const done: string[] = [];

vi.mock('node:v8', () => ({ setFlagsFromString: (flag: string) => done.push(flag) }));

beforeEach(() => {
  done.length = 0;
});

test('what has to be done before the flags change is done first, when the start is over', () => {
  setLate('--a', () => done.push('before a'));
  setLate('--b', () => done.push('before b'));
  setWhenDue(1000);
  setWhenDue(1050);
  expect(done).toEqual([]);
  setWhenDue(2000);
  setWhenDue(9000);
  expect(done).toEqual(['before a', 'before b', '--a', '--b']);
});

test('no flag changes while a thread starts', () => {
  const hasStarted = threadStarts();
  setLate('--a', () => {});
  setWhenDue(1000);
  setWhenDue(9000);
  expect(done).toEqual([]);
  hasStarted();
  setWhenDue(10_000);
  setWhenDue(11_000);
  expect(done).toEqual(['--a']);
});

test('a flag that is not wanted by then is not set, and nothing is done before it', () => {
  let isWanted = true;
  setLate(
    '--a',
    () => done.push('before'),
    () => isWanted,
  );
  isWanted = false;
  setWhenDue(1000);
  setWhenDue(2000);
  expect(done).toEqual([]);
});
