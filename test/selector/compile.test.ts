/** The front door, with the real pattern compiler. What programs do is tested in assemble.test.ts. */
import { describe, expect, test } from 'vitest';
import { compileExpressions, compileLists, renderSelectorError, SelectorError } from '../../src/selector/index.ts';
import { stubRegex } from './interpreter.ts';
import { showProgram } from './show.ts';

describe('compileExpressions', () => {
  test('all must hold, and they share paths', () => {
    const program = compileExpressions(['a == 1 || b == 2', 'a > 0']);
    expect(showProgram(program).split('\n')).toStrictEqual([
      '0',
      '0: eq a 1i ? 2 : 1',
      '1: eq b 2i ? 2 : REJECT',
      '2: gt a 0i ? ACCEPT : REJECT',
    ]);
    expect(program.paths).toHaveLength(2);
  });

  test('none accept everything', () => {
    expect(compileExpressions([])).toStrictEqual({ paths: [], tests: [], entry: -1 });
  });

  test('patterns become images', () => {
    const { tests } = compileExpressions(['msg ~ "time ?out"']);
    expect(tests).toMatchObject([{ op: 'regex', path: 0, onTrue: -1, onFalse: -2 }]);
    expect(tests[0]!.op === 'regex' && tests[0]!.image.length).toBeGreaterThan(0);
  });

  test('the error belongs to the expression that is faulty', () => {
    expect(() => compileExpressions(['a == 1', 'b = 2'])).toThrow(
      expect.objectContaining({ text: 'b = 2', offset: 2 }),
    );
  });

  test('a faulty pattern is pointed at where it is written', () => {
    const text = String.raw`level == "x" && msg ~ "\u0061(b"`;
    try {
      compileExpressions([text]);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SelectorError);
      const [message, line, caret] = renderSelectorError(error as SelectorError).split('\n');
      expect(message).not.toBe('');
      expect(line).toBe(`  ${text}`);
      expect(caret!.indexOf('^')).toBe(line!.indexOf('(b'));
    }
  });
});

describe('compileLists', () => {
  test('makes the same program as the expression that means the same', () => {
    const lists = compileLists([{ all: [{ eq: ['level', 'error'] }], none: [{ has: 'debug' }] }]);
    const expression = compileExpressions(['level == "error" && !has(debug)']);
    expect(lists).toStrictEqual(expression);
  });

  test('takes a pattern compiler', () => {
    expect(showProgram(compileLists([{ all: [{ regex: ['a', 'x'] }] }], stubRegex))).toContain('regex a /x/');
  });
});
