/**
 * Lines of text that show how values develop: ▁▂▃▄▅▆▇█, from the least to the greatest. Below the table of an answer
 * with windows there is one for each group. All cover the same time, so that simultaneous values are aligned.
 */
import { numberText, widthOf } from './text.ts';
import { binned, type Traces } from './traces.ts';

const blocks = '▁▂▃▄▅▆▇█';
const signs = '_.-:=+*#';
/** More groups are not compared by eye. */
const MOST_LINES = 50;
const LEAST_CELLS = 8;
const MOST_CELLS = 60;

/** One cell for each value; a blank where it is not finite. */
export function sparkline(values: ArrayLike<number>, isUtf8: boolean): string {
  const ramp = isUtf8 ? blocks : signs;
  const ends = endsOf(values);
  return Array.from(values, (value) =>
    ends === undefined || !Number.isFinite(value) ? ' ' : ramp[levelOf(value, ends, ramp.length)],
  ).join('');
}

/** The least and the greatest finite value; undefined when there is none. */
export function endsOf(values: ArrayLike<number>): { readonly min: number; readonly max: number } | undefined {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min > max ? undefined : { min, max };
}

/** All values equal: in the middle, since nothing is high or low. */
function levelOf(value: number, { min, max }: { min: number; max: number }, levels: number): number {
  if (min === max) return levels / 2 - 1;
  // Halves, because max - min may be more than the greatest number.
  const share = (value / 2 - min / 2) / (max / 2 - min / 2);
  return Math.min(levels - 1, Math.floor(share * levels));
}

/**
 * The lines for what a table showed: label, sparkline, the least and the greatest value. Empty when there are fewer
 * than two windows, or more than were kept.
 * @param width the most columns; undefined: as for 80
 */
export function trendLines(traces: Traces, everyUs: bigint, width: number | undefined, isUtf8: boolean): string {
  const ends = traces.ends();
  if (ends === undefined || ends.to === ends.from || !traces.isWhole) return '';
  const every = Number(everyUs);
  const windows = (ends.to - ends.from) / every + 1;
  const lines = traces.list.slice(0, MOST_LINES).map((trace) => {
    const range = endsOf(trace.values);
    return { trace, range: range === undefined ? '' : `${numberText(range.min)} … ${numberText(range.max)}` };
  });
  const labelWidth = Math.max(...lines.map(({ trace }) => widthOf(trace.label)));
  const rangeWidth = Math.max(...lines.map(({ range }) => range.length));
  const room = (width ?? 80) - labelWidth - rangeWidth - 4;
  const count = Math.max(1, Math.min(windows, MOST_CELLS, Math.max(LEAST_CELLS, room)));
  const shown = lines.map(({ trace, range }) => {
    const cells = sparkline(binned(trace, ends.from, ends.to + every, Math.floor(count)), isUtf8);
    const label = labelWidth === 0 ? '' : `${trace.label}${' '.repeat(labelWidth - widthOf(trace.label))}  `;
    return `${label}${cells}  ${isUtf8 ? range : range.replace('…', '..')}`.trimEnd();
  });
  const more = traces.list.length - lines.length;
  return `\n${shown.join('\n')}\n${more > 0 ? `and ${more} more\n` : ''}`;
}
