import { describe, expect, test } from 'vitest';
import { operandAt, operatorAt } from '../../src/selector/lexer.ts';

describe('the same characters are read by where they stand', () => {
  test('in["a"] is a path, or an operator and a list', () => {
    expect(operandAt('in["a"]', 0)).toMatchObject({ kind: 'path', end: 7 });
    expect(operatorAt('in["a"]', 0)).toStrictEqual({ kind: 'operator', operator: 'in', start: 0, end: 2 });
  });

  test('has is a call only before a parenthesis', () => {
    expect(operandAt(' has (x)', 0)).toStrictEqual({ kind: 'has', start: 1, end: 6 });
    expect(operandAt('has == 1', 0)).toMatchObject({ kind: 'path', end: 3 });
    expect(operandAt('has.x', 0)).toMatchObject({ kind: 'path', end: 5 });
    expect(operandAt('hash(x)', 0)).toMatchObject({ kind: 'path', end: 4 });
  });

  test('not is a word of its own', () => {
    expect(operandAt('not x', 0)).toMatchObject({ kind: 'not', end: 3 });
    expect(operandAt('not(x)', 0)).toMatchObject({ kind: 'not', end: 3 });
    expect(operandAt('nothing', 0)).toMatchObject({ kind: 'path', end: 7 });
    expect(operandAt('not.x', 0)).toMatchObject({ kind: 'path', end: 5 });
    expect(operandAt('not-x', 0)).toMatchObject({ kind: 'path', end: 5 });
  });
});

describe('operatorAt takes the longest sign, and no sign that runs on into another', () => {
  test.each([
    ['==1', '==', 2],
    ['>=1', '>=', 2],
    ['>1', '>', 1],
    ['!~"x"', '!~', 2],
    ['&&!x', '&&', 2],
    ['||$x', '||', 2],
    ['and x', '&&', 3],
    ['or(x)', '||', 2],
    ['not in', 'not', 3],
  ])('%s', (text, operator, end) => {
    expect(operatorAt(text, 0)).toStrictEqual({ kind: 'operator', operator, start: 0, end });
  });

  test.each([
    ['=', '='],
    ['===1', '==='],
    ['=~"x"', '=~'],
    ['&&&x', '&&&'],
    ['&x', '&'],
    ['android', 'android'],
    ['constructor', 'constructor'],
    [', x', ','],
    ['"x"', '"'],
    ['!x', '!'],
  ])('%s is none', (text, wrong) => {
    expect(operatorAt(text, 0)).toMatchObject({ kind: 'wrong', text: wrong });
  });
});

test('the end is a token', () => {
  expect(operandAt('x  ', 1)).toStrictEqual({ kind: 'end', start: 3, end: 3 });
  expect(operatorAt('x  ', 1)).toStrictEqual({ kind: 'end', start: 3, end: 3 });
});
