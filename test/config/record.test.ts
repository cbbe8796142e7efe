/** --record and the flags of `slung store write`: what they mean, and every refusal with its message. */
import { describe, expect, test } from 'vitest';
import { flagsOf } from '../../src/cli/flags/flags.ts';
import { defaultLayer } from '../../src/cli/sources.ts';
import { UsageError } from '../../src/config/errors.ts';
import { type Layer, resolveLayers, type Setting, type SettingValue } from '../../src/config/layers.ts';
import { parseRecord, recordSettings, storeSettings } from '../../src/config/record.ts';
import { writeSettings } from '../../src/config/write.ts';

const layer = (values: Readonly<Record<string, SettingValue>>): Layer =>
  new Map(
    Object.entries(values).map(([key, value]): [string, Setting] => [
      key,
      { value, origin: { kind: 'flag', text: `--${key}` } },
    ]),
  );

const defaults = (['store write', 'select'] as const).map((command) => defaultLayer(flagsOf(command), { lanes: 1 }));

const resolved = (flags: Readonly<Record<string, SettingValue>>) => resolveLayers([layer(flags), ...defaults]);

/** Message and detail of a refusal. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof UsageError) return `${error.message} | ${error.detail}`;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a SPEC', () => {
  test('has series, time, values and tags', () => {
    expect(parseRecord('series=http.latency time=ts value=duration tags=service,region', '--record')).toEqual({
      series: { kind: 'name', text: 'http.latency' },
      ...{ time: 'ts', values: ['duration'], tags: ['service', 'region'], timeUnit: 'auto' },
    });
    expect(parseRecord(' value=a,b.c  time=t\tunit=ns series=.metric.name ', '--record')).toEqual({
      series: { kind: 'path', text: 'metric.name' },
      ...{ time: 't', values: ['a', 'b.c'], tags: [], timeUnit: 'ns' },
    });
    expect(parseRecord(`series=s time="a b" value=x['c d',"e,f"] tags="k\\" v"`, '--record')).toMatchObject({
      ...{ time: '"a b"', values: [`x['c d',"e,f"]`], tags: ['"k\\" v"'] },
    });
  });

  test.each<[string, string]>([
    ['', '--record needs series= | For example: --record'],
    ['series=s time=t', '--record needs value= | For example'],
    ['series=s value=v time=', '--record needs time= | For example'],
    ['series= value=v time=t', '--record needs series= | For example'],
    ['series=s time=t value=v time=u', '--record: time= is there twice | For example'],
    ['series=s,time=t', '--record needs time='],
    ['serie=s', '--record: "serie=s" is none of its words | The words are series=, time=, value=, tags=, unit=.'],
    ['series=s t', '--record: "t" is not WORD=… | The words are'],
    ['series=s time=t value=v unit=h', '--record: unit=h is not one of auto, s, ms, us, ns'],
    ['series=s time=t value=a,,b', '--record: value: a path is missing'],
    ['series=s time=t value=a tags=b,b', '--record: tags: two columns are named b'],
  ])('%j is refused', (text, message) => {
    expect(refusal(() => parseRecord(text, '--record'))).toContain(message);
  });
});

describe('recordSettings', () => {
  const record = ['series=s time=t value=v'];

  test('is undefined without --record, and then what belongs to it is refused', () => {
    expect(recordSettings(resolved({}), ['a'], 'd')).toBeUndefined();
    expect(refusal(() => recordSettings(resolved({ resume: true }), ['a'], 'd'))).toContain('--resume needs --record');
    expect(refusal(() => recordSettings(resolved({ retain: 5 }), ['a'], 'd'))).toContain('--retain needs --record');
  });

  test('knows the store', () => {
    expect(recordSettings(resolved({ record, resume: true, durability: 'none', retain: 5 }), ['a'], 'd')).toEqual({
      store: { directory: 'd', durability: 'none', retainMs: 5, sameTime: 'keep' },
      points: [parseRecord(record[0]!, '--record')],
      ...{ resume: true, final: false },
    });
    expect(storeSettings(resolved({ store: 'x' }), 'd').directory).toBe('x');
    expect(refusal(() => storeSettings(resolved({ store: '' }), 'd'))).toContain('--store needs a directory');
    expect(refusal(() => storeSettings(resolved({}), undefined))).toContain('--store needs a directory');
  });

  test('--final is for files that are resumed', () => {
    const { final } = recordSettings(resolved({ record, resume: true, final: true }), ['a'], 'd')!;
    expect(final).toBe(true);
    expect(refusal(() => recordSettings(resolved({ record, final: true }), ['a'], 'd'))).toContain(
      '--final needs --resume',
    );
    expect(refusal(() => recordSettings(resolved({ final: true }), ['a'], 'd'))).toContain('--final needs --record');
  });

  test('standard input cannot be resumed', () => {
    const message = refusal(() => recordSettings(resolved({ record, resume: true }), ['a', '-'], 'd'));
    expect(message).toBe(
      '--resume: standard input has no position to go on from | Name the file: its position is kept under its path.',
    );
  });
});

describe('writeSettings', () => {
  test('puts single flags together', () => {
    const { input, record } = writeSettings(
      resolved({ valueField: 'a,b', tagsField: '', seriesField: 'm', from: 'csv', retain: 7, resume: true }),
      ['f.csv'],
      'd',
    );
    const conversion = { from: 'csv', delimiter: ',', types: 'look', prefix: undefined };
    expect(input).toEqual({ inputs: ['f.csv'], conversion });
    expect(record).toEqual({
      store: { directory: 'd', durability: 'batch', retainMs: 7, sameTime: 'keep' },
      points: [
        { series: { kind: 'path', text: 'm' }, time: 'timestamp', values: ['a', 'b'], tags: [], timeUnit: 'auto' },
      ],
      ...{ resume: true, final: false },
    });
    expect(writeSettings(resolved({ seriesName: '.n' }), [], 'd').record.points[0]!.series).toEqual({
      ...{ kind: 'name', text: '.n' },
    });
  });

  test.each([
    [';', ';'],
    ['|', '|'],
    [' ', ' '],
    ['tab', '\t'],
    ['\\t', '\t'],
    ['\t', '\t'],
  ])('csv is cut at %j', (delimiter, expected) => {
    expect(writeSettings(resolved({ from: 'csv', delimiter }), [], 'd').input.conversion?.delimiter).toBe(expected);
    expect(writeSettings(resolved({ from: 'csv' }), [], 'd').input.conversion?.delimiter).toBe(',');
  });

  test.each<[Readonly<Record<string, SettingValue>>, string]>([
    [{ onError: 'keep' }, '--onError keep: there is no output that a bad line could be kept in'],
    [{ seriesName: 'n', seriesField: 's' }, '--seriesField and --seriesName cannot be used together'],
    [{ seriesName: '' }, '--seriesName needs a name'],
    [{ valueField: '' }, '--valueField needs a path'],
    [{ timeField: ' ' }, '--timeField needs a path'],
    [{ resume: true }, '--resume: standard input has no position to go on from'],
    [{ delimiter: ';' }, '--delimiter needs --from csv'],
    [{ delimiter: ';;', from: 'csv' }, '--delimiter: ";;" cannot be between cells'],
    [{ delimiter: '"', from: 'csv' }, '--delimiter: "\\"" cannot be between cells'],
    [{ delimiter: '', from: 'csv' }, '--delimiter: "" cannot be between cells'],
    [{ delimiter: 'x', from: 'csv' }, 'It is one ASCII character that is no letter'],
    [{ delimiter: '§', from: 'csv' }, '--delimiter: "§" cannot be between cells'],
    [{ store: '' }, '--store needs a directory'],
  ])('%j is refused', (flags, message) => {
    expect(refusal(() => writeSettings(resolved(flags), [], 'd'))).toContain(message);
  });
});
