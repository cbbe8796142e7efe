/**
 * Lines over time, drawn with characters: a title, a field with an axis of values to its left and a time axis below
 * it, and a legend if there are several lines. Marks distinguish the lines, so the plot can be read without colours.
 * With colours, or for a single line, dots are finer (canvas.ts).
 */

import { oneLine } from '../text/printable.ts';
import { timeLabel, timeStep, type ValueAxis, valueAxis, valueLabel } from './axis.ts';
import { Canvas, marks } from './canvas.ts';
import { endsOf } from './spark.ts';
import { cutTo, widthOf } from './text.ts';
import { timeText } from './times.ts';
import type { Trace, Traces } from './traces.ts';

export interface PlotOptions {
  /** The query, or what else the plot is about. */
  readonly title: string;
  /** Columns of the whole plot. */
  readonly width: number;
  /** Rows of the field with the lines. */
  readonly height: number;
  readonly isUtf8: boolean;
  /** How `line` is coloured; undefined: without colours. */
  readonly paint: ((line: number, text: string) => string) | undefined;
  /** Microseconds between windows: where one is missing, the line is broken. Undefined: points, all connected. */
  readonly everyUs: bigint | undefined;
}

const LEAST_WIDTH = 24;
/** A plot with more lines than this shows them all, but names only these. */
const MOST_NAMES = 12;
/** A quarter of the greatest number: the distance of two ends of an axis is still a number. */
const GREATEST = Number.MAX_VALUE / 4;
const ROWS_A_TICK = 3;

/** The plot, with a newline at its end. A line of words when there is nothing to draw. */
export function plotText(traces: Traces, options: PlotOptions): string {
  const { isUtf8, title } = options;
  const width = Math.max(LEAST_WIDTH, options.width);
  const times = traces.ends();
  const range = endsOfAll(traces.list);
  const head = cutTo(oneLine(title), width, isUtf8 ? '…' : '~');
  if (times === undefined || range === undefined) return `${head}\nnothing to draw: no value is a number\n`;
  const axis = valueAxis(range.min, range.max, Math.max(2, Math.round(options.height / ROWS_A_TICK)));
  const ticks = valueTicks(axis, options.height);
  const margin = Math.max(...ticks.map((label) => label.length)) + 2;
  const isSingle = traces.list.length === 1;
  const canvas = new Canvas(width - margin, options.height, isUtf8 && (isSingle || options.paint !== undefined));
  traces.list.forEach((trace, line) => {
    draw(canvas, trace, line, times, axis, options.everyUs);
  });
  const paint = options.paint ?? ((_line: number, text: string) => text);
  const [wall, tick] = isUtf8 ? ['│', '┤'] : ['|', '+'];
  const field = ticks.map((label, row) => {
    const edge = label === '' ? wall : tick;
    return `${label.padStart(margin - 2)} ${edge}${canvas.row(row, paint)}`;
  });
  const lines = [head, ...field, ...timeAxis(traces, times, width, margin, isUtf8)];
  if (!isSingle || traces.list[0]!.label !== '') lines.push(...legend(traces.list, canvas, width, options));
  if (!traces.isWhole) lines.push(`only the first ${traces.kept} values are drawn`);
  return `${lines.join('\n')}\n`;
}

function endsOfAll(list: readonly Trace[]): { min: number; max: number } | undefined {
  const ends = list.flatMap(({ values }) => endsOf(values) ?? []);
  if (ends.length === 0) return undefined;
  const clamp = (value: number): number => Math.max(-GREATEST, Math.min(GREATEST, value));
  const reduce = (pick: 'min' | 'max') => clamp(ends.map((end) => end[pick]).reduce((a, b) => Math[pick](a, b)));
  return { min: reduce('min'), max: reduce('max') };
}

/** By row from the top: the label of the tick that falls there, or nothing. */
function valueTicks(axis: ValueAxis, height: number): string[] {
  const labels = new Array<string>(height).fill('');
  const count = Math.round((axis.high - axis.low) / axis.step);
  for (let i = 0; i <= count; i++) {
    const row = height - 1 - Math.round((i / count) * (height - 1));
    labels[row] = valueLabel(axis.low + i * axis.step, axis);
  }
  return labels;
}

function draw(
  canvas: Canvas,
  { times, values }: Trace,
  line: number,
  ends: { readonly from: number; readonly to: number },
  { low, high }: ValueAxis,
  everyUs: bigint | undefined,
): void {
  const span = ends.to - ends.from;
  // One and a half: windows are never less than one apart, and times lose a little when they become numbers.
  const farthest = everyUs === undefined ? Number.POSITIVE_INFINITY : Number(everyUs) * 1.5;
  let before: { x: number; y: number; time: number } | undefined;
  for (let i = 0; i < times.length; i++) {
    const value = values[i]!;
    const time = times[i]!;
    if (!Number.isFinite(value)) {
      before = undefined;
      continue;
    }
    const x = Math.round((span === 0 ? 0.5 : (time - ends.from) / span) * (canvas.width - 1));
    const share = Math.max(0, Math.min(1, (value / 2 - low / 2) / (high / 2 - low / 2)));
    const y = Math.round(share * (canvas.height - 1));
    if (before === undefined || time - before.time > farthest) canvas.dot(x, y, line);
    else canvas.line(before.x, before.y, x, y, line);
    before = { x, y, time };
  }
}

/** The axis, the labels under its ticks, and both ends in full. */
function timeAxis(
  { baseUs }: Traces,
  { from, to }: { readonly from: number; readonly to: number },
  width: number,
  margin: number,
  isUtf8: boolean,
): string[] {
  const [corner, flat, down] = isUtf8 ? ['└', '─', '┬'] : ['+', '-', '+'];
  const columns = width - margin;
  const axis = new Array<string>(columns).fill(flat);
  let labels = ' '.repeat(margin);
  const start = baseUs + BigInt(from);
  const span = to - from;
  const step = timeStep(Math.max(1, (span / columns) * 14));
  const first = -Number(((start % BigInt(step)) + BigInt(step)) % BigInt(step));
  for (let after = first; after <= span; after += step) {
    if (after < 0 || span === 0) continue;
    const column = Math.round((after / span) * (columns - 1));
    axis[column] = down;
    const label = timeLabel(start + BigInt(after), step, span);
    const at = Math.max(0, Math.min(width - label.length, margin + column - Math.floor(label.length / 2)));
    if (at > labels.trimEnd().length || labels.trim() === '') labels = labels.padEnd(at).slice(0, at) + label;
  }
  const ends = `${timeText(start)} to ${timeText(baseUs + BigInt(to))}`;
  const lines = [`${' '.repeat(margin - 1)}${corner}${axis.join('')}`, labels.trimEnd()];
  const indent = ' '.repeat(Math.max(0, Math.min(margin, width - ends.length)));
  return [...lines, cutTo(indent + ends, width, isUtf8 ? '…' : '~')].filter((line) => line.trim() !== '');
}

function legend(list: readonly Trace[], canvas: Canvas, width: number, options: PlotOptions): string[] {
  const { paint, isUtf8 } = options;
  const isDotted = canvas.height > options.height;
  const cut = isUtf8 ? '…' : '~';
  const lines = list.slice(0, MOST_NAMES).map(({ label }, line) => {
    const mark = isDotted ? '━━' : marks[line % marks.length]!;
    const shown = cutTo(label, width - widthOf(mark) - 3, cut);
    return `  ${paint === undefined ? mark : paint(line, mark)} ${shown}`;
  });
  return list.length > MOST_NAMES ? [...lines, `  and ${list.length - MOST_NAMES} more`] : lines;
}
