import { describe, expect, test } from 'vitest';
import { EXCERPT_LENGTH, excerpt, oneLine, printable } from '../../src/text/printable.ts';

describe('printable', () => {
  test('leaves text, newlines and tabs alone', () => {
    expect(printable('a\tb\nc é 🦆 👩‍🚀')).toBe('a\tb\nc é 🦆 👩‍🚀');
  });

  test('shows controls, overrides of direction, line separators and half pairs', () => {
    expect(printable('\u0000\r\u001b[31m\u007f\u009b')).toBe('␀␍␛[31m␡\ufffd');
    expect(printable('a\u202eb\u2028c\u2029d\u2066e\ud83df')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf');
  });
});

describe('oneLine', () => {
  test('keeps no line break', () => {
    expect(oneLine('a\nslung: forged\r\n\tb')).toBe('a␊slung: forged␍␊␉b');
  });
});

describe('excerpt', () => {
  test('cuts what is long, not inside of a pair', () => {
    expect(excerpt('x'.repeat(EXCERPT_LENGTH))).toBe('x'.repeat(EXCERPT_LENGTH));
    expect(excerpt('x'.repeat(EXCERPT_LENGTH + 1))).toBe(`${'x'.repeat(EXCERPT_LENGTH)}…`);
    expect(excerpt('ab🦆c', 3)).toBe('ab…');
    expect(excerpt('ab🦆c', 4)).toBe('ab🦆…');
  });
});
