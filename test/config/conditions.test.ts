import { expect, test } from 'vitest';
import { boundCondition, ruleCondition } from '../../src/config/conditions.ts';
import { parseExpression } from '../../src/selector/parse.ts';

test.each([
  ['since', '1h', 'ts >= @now-1h'],
  ['since', '@now-1h', 'ts >= @now-1h'],
  ['until', 'now', 'ts < @now'],
  ['until', '2026-03-14', 'ts < @2026-03-14'],
  ['since', ' 2026-03-14 09:26Z', 'ts >= @2026-03-14T09:26Z'],
] as const)('--%s %s', (bound, text, condition) => {
  expect(boundCondition(bound, 'ts', text)).toBe(condition);
  expect(() => parseExpression(condition)).not.toThrow();
});

test.each(['', '1', 'yesterday', '2026-03-14 09:26'])('%s is no time', (text) => {
  expect(() => boundCondition('since', 'ts', text)).toThrow();
});

test('a name of a file is quoted', () => {
  expect(ruleCondition('a "b".txt')).toBe('rules("a \\"b\\".txt")');
  expect(() => parseExpression(ruleCondition('a "b".txt'))).not.toThrow();
});
