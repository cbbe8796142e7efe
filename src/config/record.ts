/**
 * What is remembered in a store: `--record 'series=http.latency time=ts value=duration tags=service,region'` of select
 * and run, and the same in single flags for `slung store write`. Paths stay text here; the pipeline parses them.
 *
 * The surprising part: `series=NAME` is the name itself, because records of one kind rarely carry it; a point before
 * it (`series=.metric`) makes it the path of the field that has it.
 */

import { excerpt, quoted } from '../text/printable.ts';
import { UsageError } from './errors.ts';
import { splitFields } from './fields.ts';
import type { Resolved } from './layers.ts';
import { rules } from './rules.ts';
import type { PointFields, RecordSettings, StoreSettings } from './settings.ts';

const words = ['series', 'time', 'value', 'tags', 'unit'] as const;
const EXAMPLE = "For example: --record 'series=http.latency time=ts value=duration tags=service,region'";

type Word = (typeof words)[number];

/**
 * One SPEC of --record.
 * @param label the flag, for messages
 * @throws UsageError
 */
export function parseRecord(text: string, label: string): PointFields {
  const given = new Map<Word, string>();
  for (const part of splitWords(text)) {
    const equals = part.indexOf('=');
    const word = words.find((known) => known === part.slice(0, Math.max(0, equals)));
    if (word === undefined) {
      const what = equals < 0 ? 'is not WORD=…' : 'is none of its words';
      throw new UsageError(
        `${label}: ${quoted(part)} ${what}`,
        `The words are ${words.map((known) => `${known}=`).join(', ')}.\n${EXAMPLE}`,
      );
    }
    if (given.has(word)) throw new UsageError(`${label}: ${word}= is there twice`, EXAMPLE);
    given.set(word, part.slice(equals + 1));
  }
  const need = (word: Word): string => {
    const value = given.get(word);
    if (value === undefined || value === '') throw new UsageError(`${label} needs ${word}=`, EXAMPLE);
    return value;
  };
  const series = need('series');
  const unit = given.get('unit') ?? rules.timeUnit.default;
  const timeUnit = rules.timeUnit.choices.find((known) => known === unit);
  if (timeUnit === undefined) {
    throw new UsageError(`${label}: unit=${excerpt(unit)} is not one of ${rules.timeUnit.choices.join(', ')}`);
  }
  const isPath = series.startsWith('.') && series.length > 1;
  return Object.freeze({
    series: Object.freeze({ kind: isPath ? 'path' : 'name', text: isPath ? series.slice(1) : series }),
    time: need('time'),
    values: pathList(need('value'), `${label}: value`),
    tags: pathList(given.get('tags') ?? '', `${label}: tags`),
    timeUnit,
  });
}

/** Words between blanks; blanks inside quotes belong to a word. */
function splitWords(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\S)+/g) ?? [];
}

/** Paths with commas between them. */
function pathList(text: string, label: string): readonly string[] {
  if (text.trim() === '') return Object.freeze([]);
  return Object.freeze(splitFields(text, label).map(({ path }) => path));
}

/**
 * A store that is written to.
 * @param defaultDirectory where it is when nobody says
 * @throws UsageError
 */
export function storeSettings(resolved: Resolved, defaultDirectory: string | undefined): StoreSettings {
  const directory = resolved.optionalText('store') ?? defaultDirectory;
  if (directory === undefined || directory === '' || directory === '-') {
    throw new UsageError('--store needs a directory');
  }
  return Object.freeze({
    directory,
    durability: resolved.choice('durability'),
    retainMs: resolved.optionalNumber('retain'),
    sameTime: resolved.choice('sameTime'),
  });
}

/** What --record says; undefined when it was not given. @throws UsageError */
export function recordSettings(
  resolved: Resolved,
  inputs: readonly string[],
  defaultDirectory: string | undefined,
): RecordSettings | undefined {
  const specs = resolved.list('record');
  const resume = resolved.boolean('resume');
  if (specs.length === 0) {
    for (const key of ['resume', 'final', 'retain']) {
      // A Slung program that is given a store may keep it small.
      if (key === 'retain' && resolved.isFlag('store')) continue;
      if (resolved.isFlag(key) && resolved.originText(key) !== `--no-${key}`) {
        throw new UsageError(`${resolved.originText(key)} needs --record`, EXAMPLE);
      }
    }
    return undefined;
  }
  const points = specs.map((text) => parseRecord(text, resolved.originText('record')));
  checkResume(resolved, resume, inputs);
  const final = resolved.boolean('final');
  return Object.freeze({
    store: storeSettings(resolved, defaultDirectory),
    points: Object.freeze(points),
    resume,
    final,
  });
}

/** @throws UsageError */
export function checkResume(resolved: Resolved, resume: boolean, inputs: readonly string[]): void {
  if (!resume && resolved.isFlag('final') && resolved.boolean('final')) {
    throw new UsageError(
      `${resolved.originText('final')} needs --resume`,
      'Without it, a last line that has no newline is read anyway.',
    );
  }
  if (!resume || !inputs.includes('-')) return;
  throw new UsageError(
    `${resolved.originText('resume')}: standard input has no position to go on from`,
    'Name the file: its position is kept under its path.',
  );
}

/**
 * The fields of `slung store write`. A series is a field, unless a name is given.
 * @throws UsageError
 */
export function pointFields(resolved: Resolved): PointFields {
  const path = (key: string): string => {
    const text = resolved.text(key);
    if (text.trim() === '') throw new UsageError(`${resolved.originText(key)} needs a path`);
    return text;
  };
  const name = resolved.optionalText('seriesName');
  if (name === '') throw new UsageError(`${resolved.originText('seriesName')} needs a name`);
  if (name !== undefined && resolved.isFlag('seriesField')) {
    throw new UsageError(
      `${resolved.originText('seriesField')} and ${resolved.originText('seriesName')} cannot be used together`,
      'The one is the field that has the name, the other the name of all.',
    );
  }
  const series = name === undefined ? { kind: 'path', text: path('seriesField') } : { kind: 'name', text: name };
  return Object.freeze({
    series: Object.freeze(series) as PointFields['series'],
    time: path('timeField'),
    values: pathList(path('valueField'), resolved.originText('valueField')),
    tags: pathList(resolved.text('tagsField'), resolved.originText('tagsField')),
    timeUnit: resolved.choice('timeUnit'),
  });
}
