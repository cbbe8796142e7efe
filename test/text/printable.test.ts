import { describe, expect, test } from 'vitest';
import {
  EXCERPT_LENGTH,
  excerpt,
  message,
  messageLine,
  oneLine,
  printable,
  quoted,
  quotedList,
} from '../../src/text/printable.ts';

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

describe('message', () => {
  test('has bounded lines, and none but the first begins as a message or a line of a plugin does', () => {
    expect(message('a\nslung: forged\nplugin geo: forged\n  b\tc')).toBe(
      'a\n  slung: forged\n  plugin geo: forged\n  b\tc',
    );
    expect(message(`a\n${'x'.repeat(1e6)}\nb`).length).toBeLessThan(2000);
    expect(messageLine(`a\n${'x'.repeat(1e6)}`)).toMatch(/^a␊x{1000,1700}…$/);
  });
});

describe('quoted', () => {
  test('shows where a text ends, and what is in it', () => {
    expect(quoted('a\n"\u202e', 4)).toBe('"a\\n\\"\\u202e"');
    expect(quoted('abcdef', 4)).toBe('"abcd…"');
  });

  test('a list ends', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `${i}${'x'.repeat(1000)}`);
    expect(quotedList(names)).toMatch(/^("\dx{59}…", ){9}"9x{59}…" and 990 more$/);
    expect(quotedList(['a', 'b'])).toBe('"a", "b"');
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
