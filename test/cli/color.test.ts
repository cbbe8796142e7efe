import { describe, expect, test } from 'vitest';
import { type ColorQuestion, colorLevel, paintFor, plainPaint } from '../../src/cli/color.ts';

type Row = [ColorQuestion['when'], Record<string, string>, boolean, number];

describe('colorLevel', () => {
  test.each<Row>([
    // The terminal decides when nothing else does.
    ['auto', {}, true, 1],
    ['auto', {}, false, 0],
    // --color is first.
    ['always', {}, false, 1],
    ['always', { NO_COLOR: '1', TERM: 'dumb', FORCE_COLOR: '0' }, false, 1],
    ['never', {}, true, 0],
    ['never', { FORCE_COLOR: '3' }, true, 0],
    // FORCE_COLOR is second.
    ['auto', { FORCE_COLOR: '1' }, false, 1],
    ['auto', { FORCE_COLOR: 'true' }, false, 1],
    ['auto', { FORCE_COLOR: '2' }, false, 2],
    ['auto', { FORCE_COLOR: '3' }, false, 3],
    ['auto', { FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }, false, 1],
    ['auto', { FORCE_COLOR: '0' }, true, 0],
    ['auto', { FORCE_COLOR: 'false' }, true, 0],
    ['auto', { FORCE_COLOR: '' }, false, 0],
    ['auto', { FORCE_COLOR: '' }, true, 1],
    // NO_COLOR is third, when not empty.
    ['auto', { NO_COLOR: '1' }, true, 0],
    ['auto', { NO_COLOR: '0' }, true, 0],
    ['auto', { NO_COLOR: '' }, true, 1],
    // TERM=dumb is fourth.
    ['auto', { TERM: 'dumb' }, true, 0],
    ['auto', { TERM: 'xterm-256color' }, true, 1],
    ['auto', { TERM: 'xterm-256color' }, false, 0],
  ])('%s %j terminal=%s', (when, environment, isTTY, level) => {
    expect(colorLevel({ when, environment, isTTY })).toBe(level);
  });
});

describe('paintFor', () => {
  test('level 0 changes nothing, and any other level surrounds the text', async () => {
    expect(await paintFor(0)).toBe(plainPaint);
    const paint = await paintFor(1);
    for (const style of ['error', 'warning', 'faint', 'strong'] as const) {
      expect(plainPaint[style]('text')).toBe('text');
      expect(paint[style]('text')).toMatch(/^(\u001b\[\d+m)+text(\u001b\[\d+m)+$/);
    }
  });
});
