/**
 * `slung select` from argv and environment to the settings of the run, and from the run's outcome to the exit code.
 */
import { describe, expect, test } from 'vitest';
import { settingsOf, slung } from '../support.ts';

describe('settings', () => {
  test('defaults', async () => {
    expect(await settingsOf([])).toEqual({
      inputs: ['-'],
      where: [],
      unchecked: false,
      fields: undefined,
      columns: undefined,
      to: 'ndjson',
      header: true,
      csvStrict: false,
      unsparsify: false,
      batchBytes: 1_048_576,
      batchRecords: undefined,
      batchAgeMs: 0,
      lanes: undefined,
      maxRecordBytes: 67_108_864,
      maxDepth: 1024,
      onError: 'skip',
      badLinesFail: true,
      rejectsFile: undefined,
      maxErrors: undefined,
      output: '-',
      stats: 'none',
      quiet: false,
      verbose: 0,
      errors: 'text',
      color: 'auto',
      exitStatus: false,
      record: undefined,
      cells: undefined,
      bom: false,
      conversion: undefined,
      isCount: false,
      limit: undefined,
      sample: undefined,
    });
  });

  test('are frozen, lists too', async () => {
    const { settings } = await slung(['select', '-w', 'a', '-f', 'b', 'file']);
    const { input, selection, output, lanes, record, ...others } = settings!;
    const lists = [input.inputs, selection.where, output.fields];
    for (const value of [settings, input, selection, output, ...Object.values(others), ...lists]) {
      expect(Object.isFrozen(value)).toBe(true);
    }
  });

  test('every flag', async () => {
    const argv =
      '-w a -w b --unchecked --columns x,y=z --to tsv --no-header --csv-strict --batch-bytes 1M --batch-records 10 --batch-age 5ms -j 3 --max-record 2KiB --max-depth 7 --on-error skip --rejects r --max-errors 0 -o out --stats=json --errors json -vv --color never -e f1 - f2';
    expect(await settingsOf(argv.split(' '))).toEqual({
      inputs: ['f1', '-', 'f2'],
      where: ['a', 'b'],
      unchecked: true,
      fields: undefined,
      columns: [
        { name: 'x', path: 'x' },
        { name: 'y', path: 'z' },
      ],
      to: 'tsv',
      header: false,
      csvStrict: true,
      unsparsify: false,
      batchBytes: 1_048_576,
      batchRecords: 10,
      batchAgeMs: 5,
      lanes: 3,
      maxRecordBytes: 2048,
      maxDepth: 7,
      onError: 'skip',
      badLinesFail: false,
      rejectsFile: 'r',
      maxErrors: 0,
      output: 'out',
      stats: 'json',
      quiet: false,
      verbose: 2,
      errors: 'json',
      color: 'never',
      exitStatus: true,
      record: undefined,
      cells: undefined,
      bom: false,
      conversion: undefined,
      isCount: false,
      limit: undefined,
      sample: undefined,
    });
  });

  test('the last of a repeated flag holds; lists are joined', async () => {
    const settings = await settingsOf(['-j', '1', '-j', '2', '-f', 'a,b', '-f', 'c', '--stats', '--stats=json']);
    expect(settings.lanes).toBe(2);
    expect(settings.stats).toBe('json');
    expect(settings.fields?.map((field) => field.name)).toEqual(['a', 'b', 'c']);
  });

  test('on, then off again', async () => {
    expect((await settingsOf(['-e', '--no-exit-status'])).exitStatus).toBe(false);
    expect((await settingsOf(['--to', 'csv', '--no-header', '--header'])).header).toBe(true);
  });
});

describe('environment', () => {
  test('gives values, and flags win over it', async () => {
    const environment = {
      SLUNG_LANES: '2',
      SLUNG_BATCH_BYTES: '64k',
      SLUNG_BATCH_RECORDS: '5',
      SLUNG_BATCH_AGE: '1.5s',
      SLUNG_MAX_RECORD: '1MB',
      SLUNG_MAX_DEPTH: '9',
      SLUNG_MAX_ERRORS: '8',
      SLUNG_ON_ERROR: 'fail',
      SLUNG_STATS: 'human',
      SLUNG_QUIET: 'yes',
      SLUNG_VERBOSE: '2',
      SLUNG_COLOR: 'never',
    };
    expect(await settingsOf([], environment)).toMatchObject({
      lanes: 2,
      batchBytes: 65_536,
      batchRecords: 5,
      batchAgeMs: 1500,
      maxRecordBytes: 1_000_000,
      maxDepth: 9,
      maxErrors: 8,
      onError: 'fail',
      stats: 'human',
      quiet: true,
      verbose: 0,
      errors: 'text',
      color: 'never',
    });
    expect(await settingsOf(['-j', '7', '--on-error=skip', '--stats=none', '--no-quiet'], environment)).toMatchObject({
      lanes: 7,
      onError: 'skip',
      badLinesFail: false,
      stats: 'none',
      quiet: false,
      verbose: 2,
    });
  });

  test('an empty variable is the same as none', async () => {
    expect(await settingsOf([], { SLUNG_LANES: '', SLUNG_QUIET: '' })).toMatchObject({
      lanes: undefined,
      quiet: false,
    });
  });

  test('-v typed now overrules SLUNG_QUIET, and -q overrules SLUNG_VERBOSE', async () => {
    expect(await settingsOf(['-v'], { SLUNG_QUIET: '1' })).toMatchObject({ quiet: false, verbose: 1 });
    expect(await settingsOf(['-q'], { SLUNG_VERBOSE: '3' })).toMatchObject({ quiet: true, verbose: 0 });
  });

  test('a standing preference without meaning in this run is let go', async () => {
    expect((await settingsOf([], { SLUNG_CSV_STRICT: '1' })).csvStrict).toBe(false);
    expect((await settingsOf(['--to', 'csv'], { SLUNG_CSV_STRICT: '1' })).csvStrict).toBe(true);
  });

  test.each([
    ['SLUNG_LANES', '0', 'SLUNG_LANES: 0 is too small; the least is 1'],
    ['SLUNG_QUIET', 'maybe', 'SLUNG_QUIET: "maybe" is neither true nor false'],
    ['SLUNG_ON_ERROR', 'skp', 'SLUNG_ON_ERROR: "skp" is not one of skip, fail, keep (did you mean skip?)'],
  ])('%s=%s is refused by name', async (name, value, message) => {
    const result = await slung(['select'], { environment: { [name]: value } });
    expect(result.code).toBe(2);
    expect(result.err.split('\n')[0]).toBe(`slung: ${message}`);
  });

  test('does not decide what a run does', async () => {
    const environment = { SLUNG_WHERE: 'a', SLUNG_FIELDS: 'a', SLUNG_TO: 'csv', SLUNG_OUTPUT: 'x' };
    expect(await settingsOf([], environment)).toEqual(await settingsOf([]));
  });
});

test('--unsparsify goes with --csv-strict, which then never strikes', async () => {
  const settings = await settingsOf(['--unsparsify', '--csv-strict', '--to', 'csv', 'file']);
  expect(settings).toMatchObject({ unsparsify: true, csvStrict: true });
  expect(await settingsOf(['--unsparsify', '--no-unsparsify', 'file'])).toMatchObject({ unsparsify: false });
});

describe('refused combinations', () => {
  test.each<[string[], string, Record<string, string>?]>([
    [['-f', 'a', '--columns', 'b', '--to', 'csv'], '--columns and --fields cannot be used together'],
    [['--columns', 'a'], '--columns needs --to csv or --to tsv'],
    [['--csv-strict'], '--csv-strict needs --to csv or --to tsv'],
    [['--no-header'], '--no-header needs --to csv or --to tsv'],
    [['--unsparsify', 'file'], '--unsparsify needs --to csv or --to tsv'],
    [['--unsparsify', '-f', 'a', 'file'], '--unsparsify needs --to csv or --to tsv'],
    [['--unsparsify', '--to', 'csv', '-f', 'a', 'file'], '--unsparsify cannot be combined with --fields'],
    [['--unsparsify', '--to', 'tsv', '--columns', 'a', 'file'], '--unsparsify cannot be combined with --columns'],
    [['--unsparsify', '--to', 'csv'], '--unsparsify cannot read standard input twice'],
    [['--unsparsify', '--to', 'csv', 'file', '-'], '--unsparsify cannot read standard input twice'],
    [
      ['--unsparsify', '--to', 'csv', '--record', 'series=s time=t value=v', '--resume', 'file'],
      '--unsparsify cannot be combined with --resume',
    ],
    [['--on-error', 'keep', '-f', 'a'], '--on-error keep cannot be combined with --fields'],
    [['--on-error', 'keep', '--to', 'csv'], '--on-error keep cannot be combined with --to csv'],
    [['--on-error', 'keep', '--to', 'tsv', '-f', 'a'], '--on-error keep cannot be combined with --to tsv'],
    [['-f', 'a'], 'SLUNG_ON_ERROR=keep cannot be combined with --fields', { SLUNG_ON_ERROR: 'keep' }],
    [['--on-error', 'fail', '--max-errors', '3'], '--on-error fail cannot be combined with --max-errors'],
    [['-q', '-v'], '-q and -v cannot be used together'],
    [['-o', ''], '--output needs a file name'],
    [['--rejects', ''], '--rejects needs a file name'],
    [['--rejects', '-'], '--rejects needs a file'],
    [['-o', 'x', '--rejects', './x'], '--output and --rejects are the same file: ./x'],
    [['--rejects', 'in', './in'], '--rejects would overwrite an input: in'],
    [[''], 'a file name is empty'],
  ])('%j', async (argv, message, environment = {}) => {
    const result = await slung(['select', ...argv], { environment });
    expect(result).toMatchObject({ code: 2, out: '', settings: undefined });
    const lines = result.err.trimEnd().split('\n');
    expect(lines[0]).toBe(`slung: ${message}`);
    expect(lines.at(-1)).toBe('See: slung help select');
  });

  test('--max-errors with SLUNG_ON_ERROR=fail, and the reverse, are told or let go by who typed what', async () => {
    const refused = await slung(['select', '--max-errors', '3'], { environment: { SLUNG_ON_ERROR: 'fail' } });
    expect(refused.err).toContain('SLUNG_ON_ERROR=fail cannot be combined with --max-errors');
    expect(await settingsOf(['--on-error', 'fail'], { SLUNG_MAX_ERRORS: '3' })).toMatchObject({ onError: 'fail' });
  });
});

describe('refused values', () => {
  test.each([
    [['--to', 'cvs'], '--to: "cvs" is not one of ndjson, csv, tsv, table (did you mean csv?)'],
    [['--to', 'parquet'], '--to: "parquet" is not one of ndjson, csv, tsv, table'],
    [['-j', '0'], '--lanes: 0 is too small; the least is 1'],
    [['-j', '9999'], '--lanes: 9999 is too large; the most is 256'],
    [['-j', '1.5'], '--lanes: "1.5" is not a whole number'],
    [['--max-errors', '-1'], '--max-errors: -1 is too small; the least is 0'],
    [['--batch-bytes', '12q'], '--batch-bytes: "12q" is not a size'],
    [['--batch-bytes', '1'], '--batch-bytes: 1 is too small; the least is 64 B'],
    [['--max-record', '5G'], '--max-record: 5G is too large; the most is 128 MiB'],
    [['--batch-age', '5'], '--batch-age: "5" is not a duration'],
    [['--batch-age', '25h'], '--batch-age: 25h is too large; the most is 86400 s'],
    [['--stats=yes'], '--stats: "yes" is not one of none, human, json'],
    [['--color', 'alway'], '--color: "alway" is not one of auto, always, never (did you mean always?)'],
    [['-f', 'a,,b'], '--fields: a path is missing'],
  ])('%j', async (argv, message) => {
    const result = await slung(['select', ...argv]);
    expect(result).toMatchObject({ code: 2, out: '', settings: undefined });
    expect(result.err.split('\n')[0]).toBe(`slung: ${message}`);
  });

  test('the rule for sizes and durations is shown with the error', async () => {
    expect((await slung(['select', '--batch-bytes', 'x'])).err).toContain('A size is bytes, or a number with K, M, G');
    expect((await slung(['select', '--batch-age', '1'])).err).toContain('A duration is 0, or a number with us, ms');
  });
});

describe('standard input', () => {
  test('a terminal and no file: brief help on stderr, exit 2, no run', async () => {
    const result = await slung(['select', '-w', 'a'], { terminals: [0] });
    expect(result).toMatchObject({ code: 2, out: '', settings: undefined });
    expect(result.err).toContain('Usage: slung select');
  });

  test('a terminal that was asked for is read', async () => {
    expect((await slung(['select', '-'], { terminals: [0] })).settings?.input.inputs).toEqual(['-']);
  });

  test('a terminal does not matter when there are files', async () => {
    expect((await slung(['select', 'a'], { terminals: [0] })).settings?.input.inputs).toEqual(['a']);
  });
});

describe('the run', () => {
  test.each([0, 1, 4] as const)('its code %d is the exit code', async (code) => {
    expect((await slung(['select'], { run: async () => ({ kind: 'done', code }) })).code).toBe(code);
  });

  test('a usage error of the run is exit 2, with its detail and a pointer', async () => {
    const { UsageError } = await import('../../../src/config/errors.ts');
    const result = await slung(['select', '-w', 'a ='], {
      run: async () => {
        throw new UsageError('--where: `=` is not an operator', '  a =\n    ^');
      },
    });
    expect(result.code).toBe(2);
    expect(result.err).toBe('slung: --where: `=` is not an operator\n  a =\n    ^\nSee: slung help select\n');
  });

  test('any other error is a mistake in slung, said so, exit 1', async () => {
    const result = await slung(['select'], {
      run: async () => {
        throw new TypeError('x is not a function');
      },
    });
    expect(result.code).toBe(1);
    expect(result.err).toMatch(/^slung: internal error: TypeError: x is not a function\n/);
    expect(result.err).toContain('slung --version');
  });

  test('a system error is not called internal', async () => {
    const result = await slung(['--help'], {
      changes: {
        write: (fd) => {
          if (fd === 1) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { syscall: 'write' });
        },
      },
    });
    expect(result.code).toBe(1);
  });

  test('talk goes to stderr by level, and never to stdout', async () => {
    const run: NonNullable<Parameters<typeof slung>[1]>['run'] = async (_settings, { talk }) => {
      talk.error('E');
      talk.warn('W');
      talk.info('I');
      talk.verbose(1, 'V1');
      talk.verbose(2, 'V2');
      return { kind: 'done', code: 0 };
    };
    expect((await slung(['select'], { run })).err).toBe('slung: E\nslung: W\nI\n');
    expect((await slung(['select', '-q'], { run })).err).toBe('slung: E\nI\n');
    expect((await slung(['select', '-v'], { run })).err).toBe('slung: E\nslung: W\nI\nslung: V1\n');
    const loud = await slung(['select', '-vv'], { run });
    expect(loud.err).toBe('slung: E\nslung: W\nI\nslung: V1\nslung: V2\n');
    expect(loud.out).toBe('');
  });

  test.each<[string, string[], (0 | 1 | 2)[], Record<string, string>, boolean]>([
    ['stderr is a terminal', [], [2], {}, true],
    ['no terminal', [], [], {}, false],
    ['data goes to the same terminal', [], [1, 2], {}, false],
    ['data goes to a file', ['-o', 'x'], [1, 2], {}, true],
    ['-q', ['-q'], [2], {}, false],
    ['TERM=dumb', [], [2], { TERM: 'dumb' }, false],
  ])('progress: %s', async (_name, argv, terminals, environment, expected) => {
    let hasProgress: boolean | undefined;
    await slung(['select', ...argv], {
      terminals,
      environment,
      run: async (_settings, host) => {
        hasProgress = host.progress !== undefined;
        return { kind: 'done', code: 0 };
      },
    });
    expect(hasProgress).toBe(expected);
  });

  test('what is left of the progress line is cleared, also after an error', async () => {
    const result = await slung(['select'], {
      terminals: [2],
      environment: { NO_COLOR: '1' },
      run: async (_settings, host) => {
        host.progress?.update({ bytesRead: 1, records: 1, elapsedMs: 2000 });
        throw new Error('broken');
      },
    });
    const erase = '\r\u001b[K';
    expect(result.err).toMatch(/1 records/);
    expect(result.err.indexOf(`${erase}slung: internal`)).toBeGreaterThan(0);
  });
});
