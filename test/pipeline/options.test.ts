/** The library and the command line have the same defaults and, but for one, the same limits. */
import { describe, expect, test } from 'vitest';
import { flagsOf } from '../../src/cli/flags/flags.ts';
import { UsageError } from '../../src/config/errors.ts';
import { settingsOf } from '../../src/pipeline/options.ts';
import { selectWith } from '../support/settings.ts';

test('without options, a stream does what slung select does without flags', () => {
  const { batches, selection, output, rejects, lanes } = selectWith();
  expect(settingsOf({})).toMatchObject({ batches, selection, output, rejects, lanes });
  const nothing = { where: null, header: null, batchBytes: null, maxErrors: null } as unknown as object;
  expect(settingsOf(nothing)).toEqual(settingsOf({}));
});

test('options are put into their parts', () => {
  const settings = settingsOf({
    ...{ where: 'a', fields: { x: 'a.b' }, to: 'csv', header: false, csvStrict: true, onError: 'fail', maxErrors: 3 },
    ...{ batchBytes: 64, batchRecords: 5, maxRecordBytes: 100, maxDepth: 7 },
  });
  expect(settings).toMatchObject({
    selection: { where: ['a'] },
    output: { fields: [{ name: 'x', path: 'a.b' }], columns: undefined, to: 'csv', header: false, csvStrict: true },
    rejects: { onError: 'fail', maxErrors: 3 },
    batches: { batchBytes: 64, batchRecords: 5, batchAgeMs: 0, maxRecordBytes: 100, maxDepth: 7 },
  });
});

describe('a limit is that of the flag', () => {
  test.each([
    ['batchRecords', 'batch-records'],
    ['maxRecordBytes', 'max-record'],
    ['maxDepth', 'max-depth'],
    ['maxErrors', 'max-errors'],
  ])('%s', (option, long) => {
    const { min, max } = flagsOf('select').find((flag) => flag.long === long)!;
    expect(() => settingsOf({ [option]: min! })).not.toThrow();
    expect(() => settingsOf({ [option]: max! })).not.toThrow();
    for (const value of [min! - 1, max! + 1, min! + 0.5, String(min)]) {
      expect(() => settingsOf({ [option]: value })).toThrow(UsageError);
    }
  });
});

test('an option that is none is told of with those that there are', () => {
  const refusal = (): unknown => {
    try {
      return settingsOf({ wher: 'a' } as object);
    } catch (error) {
      return error;
    }
  };
  expect(refusal()).toMatchObject({
    message: 'there is no option wher',
    detail:
      'Options: where, fields, columns, to, header, csvStrict, batchBytes, batchRecords, maxRecordBytes, maxDepth, onError, maxErrors',
  });
});
