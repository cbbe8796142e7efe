/**
 * The hints about an output that is not what was expected: a path that no record had, a literal whose type no value
 * had, times of another form than the literal's. They cost nothing before the end, where the start of the input is
 * looked at again.
 */
import type { InputSettings } from '../config/settings.ts';
import type { Copied } from '../engine/plan-edits.ts';
import type { Path, Program } from '../engine/program.ts';
import { counted } from '../format/count.ts';
import type { Stats } from '../graph/stats.ts';
import {
  bareWordHints,
  bareWords,
  misfitHints,
  nearestPath,
  requiredTexts,
  sampledRecords,
  timeHints,
} from '../selector/index.ts';
import { excerpt, quoted } from '../text/printable.ts';

/**
 * Paths that have a sentence of their own: each looks at the start of the input again, and nobody reads a thousand.
 */
const MOST_PATHS = 10;
/** Of a name from outside. */
const SHOWN = 60;

/** What a stage knows at its end that hints are made from. */
export interface Seen {
  /** The selector's paths, then those of given columns, that no record had. */
  readonly absent: {
    readonly where: readonly Path[];
    readonly columns: readonly Path[];
    /** Columns of records that were edited before: the input says nothing about those. */
    readonly edited?: readonly Path[];
  };
  /** The start of the input. */
  readonly sample: Uint8Array;
  /** The selector's expressions. */
  readonly where: readonly string[];
  /** Lines are to be passed over when they cannot match by the look of them. */
  readonly unchecked?: boolean | undefined;
  /** Files that the selector names and that have nothing in them. */
  readonly emptyFiles?: Program['emptyFiles'];
}

/** What was counted: all records, and those that matched. */
type Counted = Pick<Stats, 'records' | 'matched'> & { readonly skipped?: number };

/** All of them. */
export function hintsOf(seen: Seen, stats: Counted): string[] {
  // Of lines that were not looked at nobody knows which paths they have.
  const isKnown = stats.records > 0 && (stats.skipped ?? 0) === 0;
  const absent = new Set(isKnown ? seen.absent.where.map(({ text }) => text) : []);
  // Words without their quotes; also when records matched: with != nearly all of them do.
  const words = absent.size === 0 ? absent : bareWords(seen.where, ({ text }) => absent.has(text));
  const about = [...bareWordHints(words), ...(isKnown ? absentPathHints(seen, stats, words) : [])];
  about.push(...literalHints(seen, stats, absent));
  return [...emptyFileHints(seen), ...searchHints(seen), ...about];
}

/** Which passes nothing, and looks like an input without what was looked for. */
export function emptyFileHints({ emptyFiles = [] }: Pick<Seen, 'emptyFiles'>): string[] {
  return emptyFiles.map(({ name, of }) => {
    const end = of === 'rules' ? 'so no record matches it' : 'so no value is in it';
    return `the file ${excerpt(name)} has no ${of}, ${end}`;
  });
}

/** A bare word that was meant as text. @param records that were read @param flag what edits are called */
export function copyHints(absent: readonly Copied[], { records }: Pick<Stats, 'records'>, flag: string): string[] {
  if (records === 0) return [];
  return absent.slice(0, MOST_PATHS).map(({ target, source }) => {
    const [to, from] = [excerpt(target.text), excerpt(source.text)];
    return `${flag} ${to}=${from}: \`${from}\` is a path, and no record has it; text is in quotes: ${flag} '${to}=${JSON.stringify(from)}'`;
  });
}

/** An array that is the only line. @param how what reads its elements: a flag or a key */
export function arrayHints(sample: Uint8Array, { records }: Pick<Stats, 'records'>, how: string): string[] {
  if (records !== 1 || !/^\s*\[\s*\{/.test(Buffer.from(sample.subarray(0, 100)).toString('latin1'))) return [];
  return [`the input is one record, an array of objects; with ${how}, each of them is a record`];
}

/** Between cells, in other tables than this one. */
const DELIMITERS = [',', ';', '\t', '|'];

/** A table that was cut nowhere: all of its header is the name of one column. */
export function tableHints(sample: Uint8Array, { conversion }: Pick<InputSettings, 'conversion'>): string[] {
  if (conversion?.from !== 'csv' && conversion?.from !== 'tsv') return [];
  const [record] = sampledRecords(sample);
  const [name = '', other] = Object.keys(record ?? {});
  const own = conversion.from === 'csv' ? conversion.delimiter : '\t';
  const found = DELIMITERS.find((one) => one !== own && name.includes(one));
  if (other !== undefined || found === undefined) return [];
  const flags = { ',': '--from csv', '\t': '--from tsv' }[found] ?? `--from csv --delimiter '${found}'`;
  return [`the header is one column, ${quoted(name, SHOWN)}; with ${flags} it is cut`];
}

/** --unchecked asks for what cannot be done. */
function searchHints({ unchecked, where }: Seen): string[] {
  if (unchecked !== true || requiredTexts(where) !== undefined) return [];
  return [
    '--unchecked: every line was looked at, because no text has to be in all records that match (see slung help select)',
  ];
}

/**
 * A sentence for each selector path that never occurred in a run that matched nothing, and for each given column that
 * never occurred at all.
 * @param words have their own
 */
function absentPathHints(
  { absent, sample }: Seen,
  { records, matched }: Counted,
  words: ReadonlySet<string>,
): string[] {
  const toHint = (path: Path): string => {
    const nearest = nearestPath(path, sample);
    const guess = nearest === undefined ? '' : `; did you mean \`${excerpt(nearest)}\`?`;
    return `path \`${excerpt(path.text)}\` was in 0 of ${counted(records, 'record')}${guess}`;
  };
  const all = matched === 0 ? absent.where.filter(({ text }) => !words.has(text)) : absent.columns;
  const hints = all.slice(0, MOST_PATHS).map(toHint);
  const edited = (matched === 0 ? [] : (absent.edited ?? [])).slice(0, MOST_PATHS);
  if (all.length > MOST_PATHS) hints.push(`and so were ${counted(all.length - MOST_PATHS, 'more path')}`);
  return [
    ...hints,
    ...edited.map(
      ({ text }) =>
        `path \`${excerpt(text)}\` was in 0 of ${counted(matched, 'edited record')}; -f takes what the edits leave`,
    ),
  ];
}

/** Sentences about the literals of --where and the values in the start of the input that they were compared with. */
function literalHints({ where, sample }: Seen, { records, matched }: Counted, absent: ReadonlySet<string>): string[] {
  const sampled = { where, sampleLines: sample, records, absent };
  const misfits = matched === 0 && records > 0 ? misfitHints(sampled) : [];
  return [...misfits, ...timeHints(sampled)];
}
