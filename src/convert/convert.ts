/** Converts inputs in other forms into one record a line. */
import type { Conversion } from '../config/settings.ts';
import type { Source } from '../io/types.ts';
import type { Needed } from './csv/shape.ts';
import { CsvSource } from './csv/source.ts';
import { JsonSource } from './json.ts';
import { PrefixSource } from './prefix.ts';

/** Besides what is asked for. */
export interface ConvertOptions {
  /** Longer rows, and lines with text before their record, are not looked into. */
  readonly maxRecordBytes: number;
  /** Columns that have to be there. */
  readonly needed?: readonly Needed[];
  /** The last row may be half of one: see CsvSource. */
  readonly isGrowing?: boolean;
}

/** Makes a source of records from one in that form, which it owns then. */
export function convert(
  raw: Source,
  { from, delimiter, types, prefix }: Conversion,
  { maxRecordBytes, needed = [], isGrowing = false }: ConvertOptions,
): Source {
  if (from === 'json') return new JsonSource(raw);
  if (from === 'ndjson') return new PrefixSource(raw, prefix === 'drop' ? undefined : prefix, maxRecordBytes);
  const shape = { delimiter, needed, types, isTsv: from === 'tsv' };
  return new CsvSource(raw, shape, maxRecordBytes, isGrowing);
}
