import { expect } from 'vitest';

/**
 * Expects `actual` to be `expected`, of values that JSON can say. Most are, in oracles that compare hundreds of
 * thousands, and an `expect` for each would take longer than what is tested.
 * @param shown what a message shows besides
 */
export function expectSame(shown: object, actual: unknown, expected: unknown): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  expect({ ...shown, is: actual }).toEqual({ ...shown, is: expected });
}
