/** Times in names: in UTC, by the letters of strftime. */
import { expect, test } from 'vitest';
import { timeText } from '../../src/io/time-text.ts';

test.each([
  ['%Y-%m-%d', '2024-12-31'],
  ['%y%m%d/%H-%M-%S', '241231/23-59-58'],
  ['%j', '366'],
  ['%%Y', '%Y'],
  ['100%q', '100%q'],
])('%s', (format, text) => {
  expect(timeText(format, Date.UTC(2024, 11, 31, 23, 59, 58, 999))).toBe(text);
});
