/** Help, versions, mistakes in the first word: everything main() answers without running anything. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { helpPath, shownHelp } from './printed.ts';
import { slung } from './support.ts';

/** What `slung LINE` has to show. */
const textOf = (line: string) => readFileSync(join(import.meta.dirname, '../..', helpPath(line)), 'utf8');

describe('help', () => {
  test.each(shownHelp)('slung %s goes to stdout, exit 0', async (line) => {
    expect(await slung(line.split(' '))).toMatchObject({ code: 0, err: '', out: textOf(line) });
  });

  test.each(shownHelp.filter((line) => line.endsWith('--help')))('slung help is the same as %s', async (line) => {
    const words = line.split(' ').slice(0, -1);
    expect(await slung(['help', ...words])).toMatchObject({ code: 0, err: '', out: textOf(line) });
  });

  test.each(['plugin', 'store'])('%s alone: brief help on stderr, exit 2', async (name) => {
    const result = await slung([name]);
    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err).toBe((await slung([name, '-h'])).out);
  });

  test('nothing at all: brief help on stderr, exit 2', async () => {
    const result = await slung([]);
    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err).toBe((await slung(['-h'])).out);
  });

  test.each(['', ...commands.map((command) => command.name)])('brief help of "%s" fits', async (name) => {
    const { out } = await slung([...name.split(' ').filter(Boolean), '-h']);
    const lines = out.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(25);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('brief help begins with two examples', async () => {
    for (const argv of [
      ['-h'],
      ...commands.filter(({ examples }) => examples.length > 1).map(({ name }) => [...name.split(' '), '-h']),
    ]) {
      const lines = (await slung(argv)).out.split('\n');
      expect(lines.slice(2, 4).every((line) => line.startsWith('  ') && line.includes('slung '))).toBe(true);
    }
  });

  test('full help keeps to 80 columns but for examples', async () => {
    for (const { name, examples } of commands) {
      const { out } = await slung([...name.split(' '), '--help']);
      const shown = new Set(examples.map(({ text }) => `    ${text}`));
      for (const line of out.split('\n').filter((text) => !shown.has(text))) {
        expect(line.length, line).toBeLessThanOrEqual(80);
      }
    }
  });

  test('help wins over errors on the same line', async () => {
    expect(await slung(['select', '--bogus', '-h'])).toMatchObject({ code: 0, err: '' });
    expect(await slung(['select', '--to', 'x', '--help'])).toMatchObject({ code: 0, err: '' });
  });

  test('is coloured only when asked or on a terminal', async () => {
    expect((await slung(['select', '-h'])).out).not.toContain('\u001b');
    expect((await slung(['select', '-h'], { terminals: [1] })).out).toContain('\u001b[1m');
    expect((await slung(['select', '-h', '--color=never'], { terminals: [1] })).out).not.toContain('\u001b');
    expect((await slung(['help', 'select', '--color', 'always'])).out).toContain('\u001b[1m');
    expect((await slung(['help', 'select'], { environment: { SLUNG_COLOR: 'always' } })).out).toContain('\u001b[1m');
  });
});

describe('--version', () => {
  test.each([[['--version']], [['select', '--version']], [['help', '--version']]])('%j', async (argv) => {
    const result = await slung(argv);
    expect(result).toMatchObject({ code: 0, err: '' });
    const lines = result.out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^slung \d+\.\d+\.\d+/);
    expect(lines[1]).toMatch(/^engine (sha256 [0-9a-f]{12} \(\d+ bytes\)|not built)$/);
    expect(lines[2]).toContain(process.versions.node);
    expect(lines[3]).toBe(`platform ${process.platform} ${process.arch}`);
    expect(lines[4]).toBe('plugins tangent:logs/processor@0.1.0, env.u_*, WASI preview 1, WASI 0.2');
    expect(lines).toHaveLength(5);
  });
});

describe('mistakes', () => {
  test.each<[string[], string[]]>([
    [['slect'], ['slung: unknown command "slect" (did you mean select?)', 'See: slung help']],
    [['xyzzy'], ['slung: unknown command "xyzzy"', 'See: slung help']],
    [
      ['app.ndjson'],
      ['slung: app.ndjson is a file, not a command', 'To read it: slung select app.ndjson', 'See: slung help'],
    ],
    [['my log'], ['slung: my log is a file, not a command', "To read it: slung select 'my log'", 'See: slung help']],
    [['-'], ['slung: a command is missing before -', 'To read it: slung select -', 'See: slung help']],
    [
      ['-w', 'a'],
      ['slung: the option -w belongs after a command', 'Write: slung select -w …', 'See: slung help'],
    ],
    [['--to=csv'], ['slung: the option --to belongs after a command', 'Write: slung select --to …', 'See: slung help']],
    [['--stast'], ['slung: unknown option --stast (did you mean --stats?)', 'See: slung help']],
    [
      ['help', 'selct'],
      [
        'slung: no help for "selct" (did you mean select?)',
        'Commands: select, run, count, check, test, generate, bench, query, store, plugin, help, completion. Topics: selectors, plugins, queries, templates.',
        'See: slung help help',
      ],
    ],
    [
      ['help', 'a', 'b'],
      ['slung: help takes one command at a time', 'See: slung help help'],
    ],
    [
      ['help', 'plugin', 'tset'],
      [
        'slung: no help for "plugin tset" (did you mean plugin test?)',
        'Commands: plugin new, plugin build, plugin test, plugin inspect, plugin list.',
        'See: slung help help',
      ],
    ],
    [
      ['help', 'plugin', 'test', 'more'],
      ['slung: help takes one command at a time', 'See: slung help help'],
    ],
    [
      ['plugin', 'inpsect', 'x'],
      [
        'slung: plugin: unknown command "inpsect" (did you mean inspect?)',
        'Commands: new, build, test, inspect, list.',
        'See: slung help plugin',
      ],
    ],
    [
      ['plugin', '--json', 'list'],
      [
        'slung: plugin needs a command before --json',
        'For example: slung plugin new … --json',
        'See: slung help plugin',
      ],
    ],
    [
      ['store', 'verfy'],
      [
        'slung: store: unknown command "verfy" (did you mean verify?)',
        'Commands: write, ls, stat, verify, compact, trim, delete, export, repair.',
        'See: slung help store',
      ],
    ],
    [
      ['store', '--store', 'x', 'ls'],
      [
        'slung: store needs a command before --store',
        'For example: slung store write … --store',
        'See: slung help store',
      ],
    ],
    // Help does not hide a mistake in the name.
    [
      ['selct', '--help'],
      ['slung: unknown command "selct" (did you mean select?)', 'See: slung help'],
    ],
    [
      ['store', 'wrte', '-h'],
      [
        'slung: store: unknown command "wrte" (did you mean write?)',
        'Commands: write, ls, stat, verify, compact, trim, delete, export, repair.',
        'See: slung help store',
      ],
    ],
    [['qurey'], ['slung: unknown command "qurey" (did you mean query?)', 'See: slung help']],
    [
      ['plugin', 'list', '--jsn'],
      ['slung: unknown option --jsn (did you mean --json?)', 'See: slung help plugin list'],
    ],
    [
      ['mapper.wasm'],
      ['slung: a command is missing before mapper.wasm', 'To run it: slung run mapper.wasm', 'See: slung help'],
    ],
    [
      ['--then=x'],
      ['slung: the option --then belongs after a command', 'Write: slung run --then …', 'See: slung help'],
    ],
    [['completion'], ['slung: completion needs one of bash, zsh, fish', 'See: slung help completion']],
    [
      ['completion', 'fsh'],
      ['slung: completion: "fsh" is not one of bash, zsh, fish (did you mean zsh?)', 'See: slung help completion'],
    ],
    [
      ['select', '--rejcts', 'x'],
      ['slung: unknown option --rejcts (did you mean --rejects?)', 'See: slung help select'],
    ],
  ])('%j', async (argv, lines) => {
    const result = await slung(argv, { files: ['app.ndjson', 'my log'] });
    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err.trimEnd().split('\n')).toEqual(lines);
  });

  test('a file is found in the real world, too', async () => {
    const { processWorld } = await import('../../src/cli/world.ts');
    const path = import.meta.filename;
    expect(processWorld().fileExists(path)).toBe(true);
    expect(processWorld().fileExists(`${path}x`)).toBe(false);
    expect(processWorld().cores()).toBeGreaterThan(0);
  });

  test('messages take --color from a line that cannot be parsed', async () => {
    expect((await slung(['select', '--bogus', '--color=always'])).err).toContain('\u001b[');
    expect((await slung(['select', '--bogus', '--color', 'never'], { terminals: [2] })).err).not.toContain('\u001b[');
    expect((await slung(['select', '--bogus', '--', '--color=always'])).err).not.toContain('\u001b[');
  });

  test('control characters in a message do not reach the terminal', async () => {
    expect((await slung(['\u001b[2J'])).err).not.toContain('\u001b');
  });
});
