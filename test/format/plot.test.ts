/** Plots and sparklines. What they look like is in expected/, to be looked at. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { timeStep, valueAxis, valueLabel } from '../../src/format/axis.ts';
import { type PlotOptions, plotText } from '../../src/format/plot.ts';
import { sparkline, trendLines } from '../../src/format/spark.ts';
import { widthOf } from '../../src/format/text.ts';
import { Traces } from '../../src/format/traces.ts';
import type { HistoryResult } from '../../src/store/history/result.ts';
import { Random } from './random.ts';
import { MINUTE_US, pointsOf, startUs, windowsOf } from './support.ts';

function tracesOf(result: HistoryResult, limit = 100_000): Traces {
  const traces = new Traces(limit);
  for (const row of result.rows) traces.add(result, row);
  return traces;
}

const plot = (result: HistoryResult, more: Partial<PlotOptions> = {}, limit?: number): string =>
  plotText(tracesOf(result, limit), {
    ...{ title: 'AVG:cpu:[] EVERY 1m', width: 72, height: 12, isUtf8: true, paint: undefined },
    ...{ everyUs: result.everyUs, ...more },
  });

const wave = (group: number, window: number) => 50 + 20 * group + 40 * Math.sin(window / 12 + group);
const one = windowsOf({ count: 120, valueAt: (_, i) => (i > 40 && i < 55 ? undefined : i === 80 ? null : wave(0, i)) });
const three = windowsOf({ groups: ['web-1', 'web-2', undefined], count: 120, valueAt: wave });
const tall = windowsOf({ count: 200, everyUs: 3600n * 1_000_000n, valueAt: (_, i) => i * 12_345.678 });
const tiny = windowsOf({ count: 40, everyUs: 1000n, valueAt: (_, i) => i * 1e-7 });
const years = windowsOf({ count: 800, everyUs: 86_400_000_000n, valueAt: (_, i) => -1000 - i });
const extreme = windowsOf({ count: 20, valueAt: (_, i) => (i % 2 === 0 ? 1 : -1) * Number.MAX_VALUE });
const single = windowsOf({ count: 1, valueAt: () => 5 });
const raw = pointsOf(
  [0, 7, 3, 9, 4].map((value, i) => [startUs + BigInt(i * i) * MINUTE_US, 'cpu', ['host=a'], value]),
);
const brackets = (line: number, text: string) => `<${line}${text}>`;

describe('plot', () => {
  test.each<[string, HistoryResult, Partial<PlotOptions>]>([
    ['plot-one.txt', one, {}],
    ['plot-one-ascii.txt', one, { isUtf8: false }],
    ['plot-three-marks.txt', three, {}],
    ['plot-three-colours.txt', three, { paint: brackets }],
    ['plot-tall.txt', tall, {}],
    ['plot-tiny.txt', tiny, {}],
    ['plot-years.txt', years, {}],
    ['plot-extreme.txt', extreme, { height: 6 }],
    ['plot-single.txt', single, { height: 6, width: 24 }],
    ['plot-points.txt', raw, {}],
  ])('%s', async (file, result, options) => {
    const text = plot(result, options);
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'expected', file));
    for (const line of text.replace(/<\d|>/g, '').split('\n')) {
      expect(widthOf(line)).toBeLessThanOrEqual(options.width ?? 72);
      expect(line).not.toMatch(/ $/);
    }
  });

  test('without Unicode, every character is ASCII', () => {
    expect(plot(three, { isUtf8: false, title: 'x'.repeat(100) })).toMatch(/^[\n\x20-\x7e]*$/);
  });

  test('nothing to draw', () => {
    expect(plot({ ...one, rows: [] })).toBe('AVG:cpu:[] EVERY 1m\nnothing to draw: no value is a number\n');
    expect(plot(windowsOf({ count: 3, valueAt: () => Number.NaN }))).toContain('nothing to draw');
  });

  test('says when not all is drawn, and names twelve lines at most', () => {
    expect(plot(one, {}, 50)).toContain('\nonly the first 50 values are drawn\n');
    const many = windowsOf({ groups: Array.from({ length: 20 }, (_, i) => `h${i}`), count: 2, valueAt: wave });
    expect(plot(many)).toContain('  and 8 more\n');
  });

  test('any values and sizes keep to the width', () => {
    const random = new Random(7);
    for (let i = 0; i < 300; i++) {
      const scale = 10 ** Math.floor(random.next() * 600 - 300);
      const count = 1 + Math.floor(random.next() * 50);
      const everyUs = BigInt(Math.floor(10 ** (random.next() * 16))) + 1n;
      const value = () => (random.next() < 0.1 ? null : (random.next() - 0.3) * scale);
      const result = windowsOf({ count, everyUs, valueAt: value });
      const width = 24 + Math.floor(random.next() * 100);
      const text = plot(result, { width, height: 4 + Math.floor(random.next() * 20), isUtf8: random.next() < 0.5 });
      for (const line of text.split('\n')) {
        expect(widthOf(line), `seed ${random.seed}, round ${i}\n${text}`).toBeLessThanOrEqual(width);
      }
    }
  });
});

describe('axes', () => {
  test.each<[number, number, number, string[]]>([
    [0, 100, 5, ['0', '20', '40', '60', '80', '100']],
    [3, 97, 4, ['0', '50', '100']],
    [5, 5, 4, ['2', '4', '6', '8']],
    [0, 0, 2, ['-1', '0', '1']],
    [-3, -1, 2, ['-4', '-2', '0']],
    [1000, 1010, 2, ['1000', '1005', '1010']],
    [0, 25_000, 5, ['0', '5k', '10k', '15k', '20k', '25k']],
    [0, 2.5e6, 5, ['0', '0.5M', '1.0M', '1.5M', '2.0M', '2.5M']],
    [0, 3e9, 3, ['0', '1G', '2G', '3G']],
    [0.001, 0.0032, 3, ['0', '0.002', '0.004']],
    [0, 1e18, 2, ['0', '5.0e+17', '1.0e+18']],
  ])('from %d to %d in %d steps', (min, max, count, labels) => {
    const axis = valueAxis(min, max, count);
    const steps = Math.round((axis.high - axis.low) / axis.step);
    const shown = Array.from({ length: steps + 1 }, (_, i) => valueLabel(axis.low + i * axis.step, axis));
    expect(shown).toEqual(labels);
  });

  test.each<[number, number]>([
    [1, 1],
    [300, 500],
    [999_999, 1_000_000],
    [40 * 1e6, 60 * 1e6],
    [61 * 60e6, 2 * 3600e6],
    [13 * 3600e6, 86_400e6],
    [3 * 86_400e6, 5 * 86_400e6],
  ])('times at least %d µs apart stand every %d', (least, step) => {
    expect(timeStep(least)).toBe(step);
  });
});

describe('sparklines', () => {
  test.each<[number[], string, string]>([
    [[1, 2, 3, 4, 5, 6, 7, 8], '▁▂▃▄▅▆▇█', '_.-:=+*#'],
    [[5, 5, 5], '▄▄▄', ':::'],
    [[0, Number.NaN, 1], '▁ █', '_ #'],
    [[Number.NaN, Number.POSITIVE_INFINITY], '  ', '  '],
    [[-Number.MAX_VALUE, 0, Number.MAX_VALUE], '▁▅█', '_=#'],
    [[], '', ''],
  ])('%j', (values, blocks, signs) => {
    expect(sparkline(values, true)).toBe(blocks);
    expect(sparkline(values, false)).toBe(signs);
  });

  test('one line for each group, over the same time, in the width', async () => {
    const result = windowsOf({
      groups: ['web-1', 'web-2-with-a-longer-name', '日本語'],
      count: 90,
      valueAt: (group, i) => (group === 1 && i > 30 ? undefined : Math.round(wave(group, i))),
    });
    const text = trendLines(tracesOf(result), MINUTE_US, 72, true);
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'expected', 'trend-groups.txt'));
    for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(72);
  });

  test('a peak is seen however many windows share a cell', () => {
    const result = windowsOf({ count: 5000, valueAt: (_, i) => (i === 2500 ? 9 : 1) });
    const [, line] = trendLines(tracesOf(result), MINUTE_US, 40, true).split('\n');
    expect(line).toContain('█');
    expect(widthOf(line!)).toBeLessThanOrEqual(40);
  });

  test('none for one window, and none when there were too many', () => {
    expect(trendLines(tracesOf(single), MINUTE_US, 80, true)).toBe('');
    expect(trendLines(tracesOf(one, 5), MINUTE_US, 80, true)).toBe('');
  });
});
