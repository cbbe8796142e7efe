/** The one real thing in world.ts: that a sleep ends. How long it was is not asked, because machines are busy. */
import { expect, test } from 'vitest';
import { sleepNs } from '../../../src/plugin/wasi/world.ts';

test.each([-5n, 0n, 1n, 2_000_000n])('sleeps for %d ns and comes back', (ns) => {
  expect(sleepNs(ns)).toBeUndefined();
});
