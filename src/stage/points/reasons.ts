/** Why a record is no point, with the fields that were looked at and what names others. */
import type { PointFields } from '../../config/settings.ts';
import { codeOf } from '../../engine/codes.ts';
import { excerpt } from '../../text/printable.ts';

/** What names the fields, as it is written. */
export interface FieldOptions {
  readonly time: string;
  readonly value: string;
  readonly series: string;
  /** The name itself, when no field has it. */
  readonly seriesName: string;
}

export const recordOptions: FieldOptions = {
  time: 'time= of --record',
  value: 'value= of --record',
  series: 'series=.PATH of --record',
  seriesName: 'series=NAME',
};

export const writeOptions: FieldOptions = {
  time: '--time',
  value: '--value',
  series: '--series',
  seriesName: '--series-name',
};

/** So many fields are named. */
const SHOWN_FIELDS = 3;

/** One line, for each code of codes.ts: that of its table when it is about no field. */
export function reasonOf(code: number, points: readonly PointFields[], options: FieldOptions): string {
  const { name, text } = codeOf(code);
  const times = named(points.map(({ time }) => time));
  const values = named(points.flatMap((point) => point.values));
  const series = named(points.flatMap((point) => (point.series.kind === 'path' ? [point.series.text] : [])));
  const tags = named(points.flatMap((point) => point.tags));
  const missing = (fields: string): string => `${fields} ${fields.includes(', ') ? 'are' : 'is'} missing or null`;
  switch (name) {
    case 'no-time':
      return `the record has no time: ${missing(times)}; ${options.time} names another field`;
    case 'no-value':
      return `the record has no value: ${missing(values)}; ${options.value} names another field`;
    case 'no-series':
      return `the record has no series: ${missing(series)}; ${options.series} names another field, ${options.seriesName} the series itself`;
    case 'bad-time':
      return text.replace('the time', `the time in ${times}`);
    case 'bad-value':
    case 'text-value':
    case 'value-too-large':
      return text.replace('the value', `the value in ${values}`);
    case 'bad-series':
      return text.replace('the series', `the series in ${series}`);
    case 'bad-tags':
      return text.replace('the tags', `the tags in ${tags}`);
    default:
      return text;
  }
}

/** `` `a`, `b` ``, each once. */
function named(paths: readonly string[]): string {
  const all = [...new Set(paths)];
  const shown = all.slice(0, SHOWN_FIELDS).map((path) => `\`${excerpt(path)}\``);
  return [...shown, ...(all.length > SHOWN_FIELDS ? ['…'] : [])].join(', ');
}
