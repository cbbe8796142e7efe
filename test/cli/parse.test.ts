import { describe, expect, test } from 'vitest';
import { flagsOf } from '../../src/cli/flags.ts';
import { askedFor, parseFlags, splitAtDashes } from '../../src/cli/parse.ts';

const flags = flagsOf('select');
const typed = (...argv: string[]) => {
  const { flags: list, operands } = parseFlags(argv, flags);
  return { flags: list.map(({ name, text }) => `${name}: ${text}`), operands };
};

describe('parseFlags', () => {
  test.each<[string[], string[], string[]]>([
    [[], [], []],
    [['a', 'b'], [], ['a', 'b']],
    [['-'], [], ['-']],
    [['a', '-', 'b'], [], ['a', '-', 'b']],
    [['-w', 'x'], ['--where: x'], []],
    [['--where', 'x'], ['--where: x'], []],
    [['--where=x == "a=b"'], ['--where: x == "a=b"'], []],
    [['-wx'], ['--where: x'], []],
    [['-w', '-x'], ['--where: -x'], []],
    [['-w', 'a', '-w', 'b'], ['--where: a', '--where: b'], []],
    [['file', '-j', '4'], ['--lanes: 4'], ['file']],
    [['-j4', 'file'], ['--lanes: 4'], ['file']],
    [['-j', '-1'], ['--lanes: -1'], []],
    [['-vv', '-v'], ['--verbose: true', '--verbose: true', '--verbose: true'], []],
    [['-vej4'], ['--verbose: true', '--exit-status: true', '--lanes: 4'], []],
    [['--', '-w', 'x'], [], ['-w', 'x']],
    [['a', '--', '--', '-b'], [], ['a', '--', '-b']],
    [['-o', '-'], ['--output: -'], []],
    [['--no-header'], ['--no-header: false'], []],
    [['--header'], ['--header: true'], []],
    [['--csv-strict', '--no-csv-strict'], ['--csv-strict: true', '--no-csv-strict: false'], []],
    [['--no-quiet'], ['--no-quiet: false'], []],
    [['-w', ''], ['--where: '], []],
  ])('%j', (argv, expected, operands) => {
    expect(typed(...argv)).toEqual({ flags: expected, operands });
  });

  test('a bare --stats does not take the file after it', () => {
    expect(typed('--stats', 'file')).toEqual({ flags: ['--stats: human'], operands: ['file'] });
    expect(typed('--stats=json', 'file')).toEqual({ flags: ['--stats: json'], operands: ['file'] });
  });

  test('--stats is left alone where it is the value of another flag, or an operand', () => {
    expect(typed('-o', '--stats')).toEqual({ flags: ['--output: --stats'], operands: [] });
    expect(typed('-vo', '--stats')).toEqual({ flags: ['--verbose: true', '--output: --stats'], operands: [] });
    expect(typed('-jj', '--stats')).toEqual({ flags: ['--lanes: j', '--stats: human'], operands: [] });
    expect(typed('--', '--stats')).toEqual({ flags: [], operands: ['--stats'] });
  });

  test.each([
    [['--feilds', 'a'], 'unknown option --feilds (did you mean --fields?)'],
    [['--zzzzzz'], 'unknown option --zzzzzz'],
    [['-Z'], 'unknown option -Z'],
    [['-vZ'], 'unknown option -Z'],
    [['-j'], 'the option -j, --lanes <N> needs a value'],
    [['--to'], 'the option --to <FORMAT> needs a value'],
  ])('%j is refused', (argv, message) => {
    expect(() => parseFlags(argv, flags)).toThrowError(expect.objectContaining({ name: 'UsageError', message }));
  });
});

describe('askedFor', () => {
  test.each([
    [['-h'], 'brief'],
    [['--help'], 'full'],
    [['--version'], 'version'],
    [['--nonsense', 'x', '-h'], 'brief'],
    [['-vh'], 'brief'],
    [['-h', '--help'], 'brief'],
    [['-w', '--help'], undefined],
    [['-jh'], undefined],
    [['--', '-h'], undefined],
    [['x'], undefined],
    [[], undefined],
  ])('%j', (argv, asked) => {
    expect(askedFor(argv, flags)).toBe(asked);
  });
});

describe('splitAtDashes', () => {
  test.each<[string[], string[], string[]]>([
    [[], [], []],
    [['a', 'b'], ['a', 'b'], []],
    [['a', '--', '-b', '--', 'c'], ['a'], ['-b', '--', 'c']],
    [['--', 'a'], [], ['a']],
    [['a', '--'], ['a'], []],
    // Here it is the value of a flag.
    [['-w', '--', '--', 'x'], ['-w', '--'], ['x']],
    [['-vo', '--', 'x'], ['-vo', '--', 'x'], []],
    [['--stats', '--', 'x'], ['--stats'], ['x']],
    [['-o'], ['-o'], []],
  ])('%j', (argv, before, behind) => {
    expect(splitAtDashes(argv, flags)).toEqual([before, behind]);
  });
});
