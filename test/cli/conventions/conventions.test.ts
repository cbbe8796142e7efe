/**
 * The conventions of Unix filters, each by a test that names it: what somebody who knows other filters may rely on.
 * They are run as a user would, through the built program and a shell, but where a terminal is needed. What belongs
 * to each of them in detail has tests of its own.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands.ts';
import { openTerminal } from '../../../src/cli/terminal.ts';
import { bash, bin, environment, Piped, untilWritten, workDirectory } from '../../pipes/support.ts';
import { eventually } from '../../support/eventually.ts';
import { root } from '../../support/source.ts';
import { slung as inProcess } from '../support.ts';

const work = workDirectory();
const at = (name: string): string => join(work.path, name);
const records = Array.from({ length: 20_000 }, (_, i) => `{"n":${i},"text":"${'x'.repeat(80)}"}\n`).join('');

beforeAll(() => {
  writeFileSync(at('a.ndjson'), '{"a":1}\n{"a":2}\n');
  writeFileSync(at('b.ndjson'), '{"a":3}\n');
  writeFileSync(at('-x.ndjson'), '{"a":"dash"}\n');
  writeFileSync(at('bad.ndjson'), '{"a":1}\n{"a":\n{"a":2}\n');
  writeFileSync(at('many.ndjson'), records);
});
afterAll(() => work.remove());

/** What a shell shows of a line in which `slung` is the program. */
async function sh(line: string): Promise<{ out: string; err: string; code: number | null }> {
  const { stdout, stderr, code } = await bash(`slung() { "$NODE" "$SLUNG" "$@"; }; ${line}`, work.path);
  return { out: stdout, err: stderr, code };
}

const codeOf = async (line: string): Promise<number | null> => (await sh(line)).code;

describe('conventions', () => {
  it('1: EPIPE is not an error', async () => {
    const { out, err } = await sh(`slung select many.ndjson | head -n 1; echo "\${PIPESTATUS[0]}"`);
    expect({ out, err }).toEqual({ out: `${records.split('\n')[0]}\n0\n`, err: '' });
  });

  it('2: never truncate a pipe', async () => {
    // The reader begins when the writer has filled the pipe, or has ended.
    const { out } = await sh(
      'slung help select > whole; slung help select | (read -r line; echo "$line"; cat) | cmp - whole',
    );
    expect(out).toBe('');
    expect((await sh('slung select many.ndjson | (sleep 0.1; wc -c)')).out.trim()).toBe(String(records.length));
  });

  it('3: standard output stays as it was for who shares it', async () => {
    const writer = `"$NODE" -e 'require("fs").writeSync(1, Buffer.alloc(1 << 20, 10))'`;
    const { out, err } = await sh(`(slung select a.ndjson; ${writer}) | (sleep 0.1; wc -c)`);
    expect({ out: out.trim(), err }).toEqual({ out: String(16 + (1 << 20)), err: '' });
  });

  it('4: exit codes', async () => {
    const lines: readonly [string, number][] = [
      ['slung select a.ndjson', 0],
      ['slung select bad.ndjson', 1],
      ['slung select --on-error fail bad.ndjson', 1],
      ['slung select -w "a ==" a.ndjson', 2],
      ['slung run ./none.wasm a.ndjson', 3],
      ['slung select -e -w "a > 9" a.ndjson', 4],
    ];
    expect(await Promise.all(lines.map(([line]) => codeOf(line)))).toEqual(lines.map(([, code]) => code));
  });

  it('5: - is standard input, as is no file; -- ends the options', async () => {
    const { out } = await sh('slung select < a.ndjson; slung select b.ndjson - < a.ndjson; slung select -- -x.ndjson');
    expect(out).toBe('{"a":1}\n{"a":2}\n{"a":3}\n{"a":1}\n{"a":2}\n{"a":"dash"}\n');
  });

  it('6: a terminal as input and no file gets help, and does not hang', async () => {
    for (const command of ['select', 'count', 'generate']) {
      const { code, out, err } = await inProcess([command], { terminals: [0] });
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(`Usage: slung ${command}`);
    }
  });

  it('7: data on standard output, talk on standard error, -q and -v', async () => {
    const data = '{"a":1}\n{"a":2}\n';
    const quiet = await sh('slung select -q bad.ndjson');
    const usual = await sh('slung select bad.ndjson');
    const more = await sh('slung select -v bad.ndjson');
    expect([quiet.out, usual.out, more.out]).toEqual([data, data, data]);
    expect(quiet.err).toBe('');
    expect(usual.err).toContain('bad.ndjson:2:6');
    expect(more.err.length).toBeGreaterThan(usual.err.length);
  });

  it('8: -h, --help and --version on standard output; brief help is brief; the word that was meant', async () => {
    for (const { name } of commands) {
      const { code, out, err } = await inProcess([...name.split(' '), '-h']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
    }
    expect(await inProcess(['--version'])).toMatchObject({ code: 0, err: '' });
    expect((await inProcess(['selct'])).err).toContain('did you mean select?');
    expect((await inProcess(['select', '--were', 'a'])).err).toContain('did you mean --where?');
  });

  it('9: colour by --color, FORCE_COLOR, NO_COLOR, TERM and the terminal, for each stream', async () => {
    const colours = async (environment: Record<string, string>, ...words: string[]) => {
      const terminals = [2] as const;
      const { err } = await inProcess(['select', '--were', ...words], { terminals, environment });
      return err.includes('\u001b[');
    };
    expect(await colours({})).toBe(true);
    expect(await colours({ TERM: 'dumb' })).toBe(false);
    expect(await colours({ NO_COLOR: '1' })).toBe(false);
    expect(await colours({ NO_COLOR: '' })).toBe(true);
    expect(await colours({ NO_COLOR: '1', FORCE_COLOR: '1', TERM: 'dumb' })).toBe(true);
    expect(await colours({ FORCE_COLOR: '1' }, '--color', 'never')).toBe(false);
    expect(await colours({ NO_COLOR: '1', TERM: 'dumb' }, '--color=always')).toBe(true);
    // The other stream is a terminal, and this one is not.
    const { err } = await inProcess(['select', '--were'], { terminals: [1] });
    expect(err).not.toContain('\u001b[');
  });

  it('10: what comes live goes out live', async () => {
    const piped = new Piped([], work.path);
    piped.write('{"a":1}\n');
    expect(await piped.until('1}\n')).toBe('{"a":1}\n');
    piped.write('{"a":2}\n');
    expect(await piped.until('2}\n')).toBe('{"a":1}\n{"a":2}\n');
    piped.endInput();
    expect((await piped.ended).code).toBe(0);
    expect((await sh('slung select --line-buffered a.ndjson')).err).toContain('Live input is output at once');
  });

  it('11: a bad line costs itself, stops, or passes; it is kept, counted and limited', async () => {
    const skipped = await sh('slung select bad.ndjson --rejects kept; cat kept');
    expect(skipped.out).toBe('{"a":1}\n{"a":2}\n{"a":\n');
    expect(skipped.err).toContain('1 bad line');
    expect((await sh('slung select --on-error fail bad.ndjson')).out).toBe('{"a":1}\n');
    expect((await sh('slung select --on-error keep bad.ndjson')).out).toBe('{"a":1}\n{"a":\n{"a":2}\n');
    expect(await codeOf('slung select --on-error skip bad.ndjson')).toBe(0);
    expect((await sh('slung select --max-errors 0 bad.ndjson')).err).toContain('--max-errors 0');
  });

  it('12: the first signal ends in good order, and the process dies of it', async () => {
    const piped = new Piped([], work.path);
    piped.write('{"a":1}\n');
    await piped.until('1}\n');
    piped.child.kill('SIGTERM');
    expect(await piped.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('13: several files in order; one that is missing is named, and the others are read', async () => {
    const { out, err, code } = await sh('slung select b.ndjson none.ndjson a.ndjson');
    expect({ out, code }).toEqual({ out: '{"a":3}\n{"a":1}\n{"a":2}\n', code: 1 });
    expect(err).toContain('none.ndjson: no such file');
  });

  it('14: compressed input is known by its bytes, from a file and from a pipe, in several members', async () => {
    const twice = Buffer.concat([gzipSync('{"a":1}\n'), gzipSync('{"a":2}\n')]);
    writeFileSync(at('no-name'), twice);
    const zstd = join(root, 'fixtures/cases/zstd');
    expect(existsSync(zstd)).toBe(true);
    expect((await sh('slung select no-name; slung select < no-name')).out).toBe('{"a":1}\n{"a":2}\n'.repeat(2));
  });

  it('15: a flag before the environment, that before the file, that before the default, each with its origin', async () => {
    mkdirSync(at('config'), { recursive: true });
    writeFileSync(at('config/slung.yaml'), 'defaults: { max-errors: 5, max-depth: 7 }\nroutes: [ stdin -> stdout ]\n');
    const print = async (before: string, flags: string) =>
      (await sh(`cd config; ${before} slung check --print ${flags}`)).out.match(/max-errors: .*/)?.[0];
    expect(await print('', '')).toMatch(/^max-errors: 5 .*slung\.yaml:1/);
    expect(await print('SLUNG_MAX_ERRORS=6', '')).toMatch(/^max-errors: 6 .*SLUNG_MAX_ERRORS/);
    // A bare filter is the same in every directory.
    expect(await codeOf('cd config; slung select --max-errors 0 ../bad.ndjson')).toBe(1);
    expect((await sh(`cd config; printf '[[[[[[[[1]]]]]]]]' | slung select`)).out).toBe('[[[[[[[[1]]]]]]]]\n');
    expect((await sh('SLUNG_ON_ERROR=keep slung select --on-error skip bad.ndjson')).out).toBe('{"a":1}\n{"a":2}\n');
  });

  it('16: reports for programs', async () => {
    expect(JSON.parse((await sh('slung select --stats=json a.ndjson > /dev/null')).err)).toMatchObject({ records: 2 });
    const bad = await sh('slung select --errors json bad.ndjson > /dev/null');
    expect(JSON.parse(bad.err.split('\n')[0]!)).toMatchObject({ level: 'warning', line: 2, column: 6 });
    const wrong = await sh('slung select --errors=json -w "a ==" a.ndjson');
    expect(JSON.parse(wrong.err)).toMatchObject({ kind: 'usage', exitCode: 2 });
    writeFileSync(at('wrong.yaml'), 'routes: [ stdin -> nowhere ]\n');
    const checked = await sh('slung check --errors=json wrong.yaml');
    expect(JSON.parse(checked.err.split('\n')[0]!)).toMatchObject({ line: 1 });
    writeFileSync(
      at('tests.yaml'),
      'routes: [ stdin -> stdout ]\ntests: [ { name: t, into: stdin, input: "{}", expect: { stdout: 1 } } ]\n',
    );
    expect(JSON.parse((await sh('slung test --json -c tests.yaml')).out)).toMatchObject({ name: 't', passed: true });
    const measured = await sh('slung bench -w "a > 1" a.ndjson --rounds 2 --seconds 0.001 --size 1KiB --to json');
    expect(JSON.parse(measured.out)).toMatchObject({ sides: [{ name: 'a > 1' }] });
  });

  it('17: numbers pass untouched, and integers of 64 bits are compared exactly', async () => {
    const line = '{"id":9007199254740993,"f":1.10,"e":1E5,"big":123456789012345678901234567890}';
    writeFileSync(at('numbers.ndjson'), `${line}\n${line.replace('993', '992')}\n`);
    expect((await sh('slung select -w "id == 9007199254740993" numbers.ndjson')).out).toBe(`${line}\n`);
    expect((await sh('slung select -f id,f,e,big numbers.ndjson')).out.split('\n')[0]).toBe(line);
  });

  it('18: progress only on a terminal, after a second, ten times a second, and gone at the end', async () => {
    const written: string[] = [];
    const options = { level: 0, quiet: false, verbose: 0 } as const;
    const write = (text: string) => void written.push(text);
    const { progress } = await openTerminal({ ...options, write, drawProgress: true });
    for (let elapsedMs = 0; elapsedMs <= 1995; elapsedMs += 5)
      progress?.update({ bytesRead: 1, records: 1, elapsedMs });
    expect(written.length).toBe(10);
    progress?.clear();
    expect(written.at(-1)).toBe('\r\u001b[K');
    expect((await openTerminal({ ...options, write, drawProgress: false })).progress).toBeUndefined();
    expect((await sh('slung select many.ndjson > /dev/null')).err).toBe('');
  });

  it('19: --follow goes on through a rename', async () => {
    writeFileSync(at('live.ndjson'), '{"a":1}\n');
    const words = [bin, 'select', '-q', '-F', 'live.ndjson', '-o', 'followed'];
    const child = spawn(process.execPath, words, { cwd: work.path, env: environment(), stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await untilWritten(at('followed'));
    await sh(`mv live.ndjson live.1; echo '{"a":2}' > live.ndjson`);
    await eventually(() => readFileSync(at('followed'), 'utf8') === '{"a":1}\n{"a":2}\n');
    child.kill('SIGTERM');
    await ended;
  });

  it('20: man pages come with the package, and slung help TOPIC says the same', async () => {
    const { man } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { man: string[] };
    for (const page of man) expect(existsSync(join(root, page)), page).toBe(true);
    for (const { name } of commands.filter(({ hasManPage }) => hasManPage)) {
      expect(man).toContain(`man/slung-${name}.1`);
    }
    for (const [topic, page] of [
      ['selectors', 'slung-selectors(7)'],
      ['templates', 'slung-templates(7)'],
    ] as const) {
      expect((await inProcess(['help', topic])).out).toContain(`The same as a man page: ${page}`);
    }
  });

  it('21: completion for bash, zsh and fish, of commands, options and files', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, out } = await inProcess(['completion', shell]);
      expect(code).toBe(0);
      for (const word of ['select', 'bench', 'where', 'on-error']) expect(out).toContain(word);
    }
    const line = `source <(slung completion bash); COMP_WORDS=(slung sel); COMP_CWORD=1; _slung; echo "\${COMPREPLY[*]}"`;
    expect((await sh(line)).out.trim()).toBe('select');
  });

  it('22: data and cache where XDG says, and --store before that', async () => {
    const points = `printf '{"t":1,"v":2}\\n' | slung store write --series s --time t --value v`;
    await sh(`export XDG_DATA_HOME=$PWD/xdg; ${points}; ${points} --store here`);
    expect([existsSync(at('xdg/slung')), existsSync(at('here'))]).toEqual([true, true]);
  });

  it('23: -o writes a whole file or none, and -o - is standard output', async () => {
    writeFileSync(at('kept'), 'before\n');
    expect(await codeOf('slung select --on-error fail -o kept bad.ndjson')).toBe(1);
    expect(readFileSync(at('kept'), 'utf8')).toBe('before\n');
    expect(await codeOf('slung select -o kept a.ndjson')).toBe(0);
    expect(readFileSync(at('kept'), 'utf8')).toBe('{"a":1}\n{"a":2}\n');
    expect((await sh('slung select -o - b.ndjson; ls -A | grep -c tmp')).out).toBe('{"a":3}\n0\n');
  });

  it('24: the shell expands patterns; in a topology we do', async () => {
    writeFileSync(at('glob.yaml'), 'sources: { all: { type: file, path: "?.ndjson" } }\nroutes: [ all -> stdout ]\n');
    const { out } = await sh('slung select ?.ndjson; slung run -c glob.yaml');
    expect(out).toBe('{"a":1}\n{"a":2}\n{"a":3}\n'.repeat(2));
  });

  it('25: help says where to read on, and --version what a report needs', async () => {
    expect((await inProcess(['-h'])).out).toContain('More: slung help');
    expect((await inProcess(['--help'])).out).toMatch(/Read on: [\s\S]*man slung/);
    const { out } = await inProcess(['--version']);
    for (const row of [/^slung \d/m, /^engine /m, /^node \d/m, /^platform /m, /^plugins .*tangent/m])
      expect(out).toMatch(row);
  });
});
