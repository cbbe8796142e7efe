import { Command, CommanderError, Option } from 'commander';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommandName } from '../../src/cli/commands.ts';
import { type Flag, isNegative, oppositeOf } from '../../src/cli/flags/flag.ts';
import { flagsOf } from '../../src/cli/flags/flags.ts';
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
    // Near enough, or none.
    [['--tail'], 'unknown option --tail (did you mean --follow?)'],
    [['--head'], 'unknown option --head (did you mean --limit 10?)'],
    [['-n', '5'], 'unknown option -n (did you mean --limit 10?)'],
    [['--max-err', '3'], 'unknown option --max-err (did you mean --max-errors?)'],
    [['--no-heder'], 'unknown option --no-heder (did you mean --no-header?)'],
    // Other tools' names.
    [['--filter=x'], `unknown option --filter (did you mean -w 'level == "error"'?)`],
    [['--csv'], 'unknown option --csv (did you mean --to csv?)'],
    [['--json'], 'unknown option --json (did you mean --to ndjson?)'],
    [['--output-format', 'csv'], 'unknown option --output-format (did you mean --to csv?)'],
    [['--threads=4'], 'unknown option --threads (did you mean -j N?)'],
    [['--no-colour'], 'unknown option --no-colour (did you mean --color never?)'],
    [['-Z'], 'unknown option -Z'],
    [['-vZ'], 'unknown option -Z'],
    // What is there, but takes no value.
    [['--quiet=1'], 'the option --quiet takes no value'],
    [['--no-quiet=0'], 'the option --no-quiet takes no value'],
    [['-vq=1'], 'the option -q takes no value'],
    [['-=1'], 'unknown option -=1'],
    [['-j'], 'the option -j, --lanes <N> needs a value'],
    [['--to'], 'the option --to <FORMAT> needs a value'],
  ])('%j is refused', (argv, message) => {
    expect(() => parseFlags(argv, flags)).toThrowError(expect.objectContaining({ name: 'UsageError', message }));
  });
});

test.each([
  [['--line-buffered'], 'Live input is output at once, without an option.'],
  [['-i'], `Case does not count in a pattern that begins with (?i): -w 'msg ~ "(?i)time"'`],
  [['--slurp'], 'Records are read one by one; jq -s collects them: slung … | jq -s .'],
])('what other tools have an option for: %j', (argv, detail) => {
  expect(() => parseFlags(argv, flags)).toThrowError(expect.objectContaining({ detail }));
});

test('advice is only for commands that it fits', () => {
  const refused = (command: CommandName, option: string) => {
    try {
      parseFlags([option], flagsOf(command));
    } catch (error) {
      return error;
    }
    return undefined;
  };
  expect(refused('query', '--since')).toMatchObject({ detail: "A range is part of the query: 'AVG:cpu:[]:[1h]'" });
  expect(refused('query', '--csv')).toMatchObject({ message: 'unknown option --csv (did you mean --to csv?)' });
  expect(refused('query', '--filter')).toMatchObject({ detail: "Tags are part of the query: 'AVG:cpu:[host=web-1]'" });
  expect(refused('query', '--every')).toMatchObject({ detail: expect.stringContaining('EVERY 5m') });
  expect(refused('query', '--limit')).toMatchObject({ detail: expect.stringContaining('LIMIT 10') });
  for (const command of ['store write', 'store ls', 'store verify', 'query'] as const) {
    expect(refused(command, '-s')).toMatchObject({ message: 'unknown option -s (did you mean --store DIR?)' });
    expect(refused(command, '--dir')).toMatchObject({ message: 'unknown option --dir (did you mean --store DIR?)' });
  }
  expect(refused('select', '-s')).toMatchObject({ detail: expect.stringContaining('jq -s') });
  expect(refused('store write', '--csv')).toMatchObject({ message: expect.stringContaining('mean --from csv?') });
  expect(refused('store write', '-d')).toMatchObject({ message: expect.stringContaining("mean --delimiter ';'?") });
  expect(refused('store trim', '--retain')).toMatchObject({ message: expect.stringContaining('mean --older 30d?') });
  for (const command of ['store export', 'query'] as const) {
    expect(refused(command, '-o')).toMatchObject({ detail: 'It writes to standard output: slung … > FILE' });
  }
  expect(refused('select', '--range')).toMatchObject({ message: 'unknown option --range', detail: '' });
  expect(refused('plugin new', '--follow')).toMatchObject({ message: 'unknown option --follow', detail: '' });
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

/** The same line by a library that many programs use. */
function byCommander(argv: readonly string[], of: readonly Flag[]): unknown {
  const typedBy: string[] = [];
  const command = new Command()
    .exitOverride()
    .helpOption(false)
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .argument('[operands...]');
  const add = (option: Option, name: string, on: string): void => {
    command.addOption(option);
    command.on(`option:${name}`, (text?: string | null) => typedBy.push(`--${name}: ${text ?? on}`));
  };
  for (const flag of of) {
    const value = flag.value === undefined ? '' : ` <${flag.value}>`;
    const short = flag.short === undefined ? '' : `-${flag.short}, `;
    const isOff = isNegative(flag);
    add(new Option(`${short}--${flag.long}${value}`), flag.long, isOff ? 'false' : 'true');
    const opposite = oppositeOf(flag);
    if (opposite !== undefined) add(new Option(`--${opposite}`), opposite, isOff ? 'true' : 'false');
  }
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.message.includes('unknown option') ? 'unknown option' : 'needs a value';
  }
  return { flags: typedBy, operands: command.args };
}

test.each<CommandName>(['select', 'run', 'query', 'store write'])(
  '%s: any line is taken as commander takes it',
  (name) => {
    // Flags with a value of their own when they have none are ours alone.
    const of = flagsOf(name).filter(({ bare }) => bare === undefined);
    const words = of.flatMap((flag) => {
      const names = [`--${flag.long}`, ...(flag.short === undefined ? [] : [`-${flag.short}`])];
      const opposite = oppositeOf(flag);
      return [...names, ...names.map((text) => `${text}=x`), ...(opposite === undefined ? [] : [`--${opposite}`])];
    });
    const letters = of.flatMap(({ short }) => short ?? []);
    const argument = fc.oneof(
      fc.constantFrom(...words),
      fc
        .array(fc.constantFrom(...letters, 'Y', 'Z', '='), { minLength: 1, maxLength: 4 })
        .map((some) => `-${some.join('')}`),
      fc.constantFrom('a', '-', '--', '', '-1', '-1.5', '-1e5', '--none', '--none=x', '-Z', 'x=y', '---', '--='),
    );
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 6 }), (argv) => {
        let ours: unknown;
        try {
          const { flags: list, operands } = parseFlags(argv, of);
          ours = { flags: list.map((one) => `${one.name}: ${one.text}`), operands };
        } catch (error) {
          const { message } = error as Error;
          const isKnown = message.endsWith('needs a value');
          ours = isKnown
            ? 'needs a value'
            : message.replace(/^the option .* takes no value$|^unknown option.*/, 'unknown option');
        }
        expect(ours).toEqual(byCommander(argv, of));
      }),
      { numRuns: 2000 },
    );
  },
);
