/**
 * `slung run` as a process: pipes that close, stall or stay open, files, exit codes; and that in each of these the
 * process ends, which a thread or a timer that is left over would prevent. No test looks at a clock.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pause } from '../support/eventually.ts';
import { pluginFile } from '../support/plugins.ts';
import { bash, bin, environment, isLinux, Piped, residentMiB, statsIn, workDirectory } from './support.ts';

const work = workDirectory();
const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/plugins/${path}`, import.meta.url));

beforeAll(async () => {
  copyFileSync(await pluginFile('test/plugin/lane/asm/unruly.ts'), join(work.path, 'unruly.wasm'));
  for (const file of ['wasi/copy.wasm', 'wasi/count.wasm', 'slung/script.wasm']) {
    copyFileSync(fixture(file), join(work.path, file.slice(file.indexOf('/') + 1)));
  }
  writeFileSync(join(work.path, 'good'), '{"a":1}\n{"a":2}\n');
  writeFileSync(join(work.path, 'traps'), '{"a":1}\n{"do":"trap"}\n{"a":2}\n');
});
afterAll(() => work.remove());

const open: Piped[] = [];
afterEach(async () => {
  for (const slung of open.splice(0)) await slung.discard();
});

function start(...args: string[]): Piped {
  const slung = new Piped(args, work.path, 'run');
  open.push(slung);
  return slung;
}

function run(args: readonly string[], input: string | Buffer = '') {
  const options = { cwd: work.path, env: environment(), input, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'run', ...args], options);
  return { code: status, out: stdout, err: stderr };
}

/** Writes `line` for ever into the input. */
function flood(slung: Piped, line: string): { stop(): void } {
  const yes = spawn('yes', [line], { stdio: ['ignore', slung.inputFd, 'ignore'] });
  slung.endInput();
  return { stop: () => yes.kill() };
}

const event = '{"timestamp":"2026-03-14T09:26:24Z","value":1,"series":"s"}';

describe('the name of a plugin', () => {
  test('-v says which file it became; a warning, that ./plugins hides another', () => {
    const libPath = join(work.path, 'lib');
    mkdirSync(libPath);
    copyFileSync(join(work.path, 'copy.wasm'), join(libPath, 'named.wasm'));
    const env = environment({ SLUNG_PLUGIN_PATH: libPath, XDG_DATA_HOME: join(work.path, 'none') });
    const said = (...flags: string[]): string =>
      spawnSync(process.execPath, [bin, 'run', ...flags, 'named', 'good'], { cwd: work.path, env, encoding: 'utf8' })
        .stderr;
    const file = join(libPath, 'named.wasm');
    expect(said('-v')).toContain(`slung: plugin named is ${file} (${file})\n`);
    expect(said()).toBe('');
    mkdirSync(join(work.path, 'plugins'), { mode: 0o755 });
    copyFileSync(join(work.path, 'copy.wasm'), join(work.path, 'plugins/named.wasm'));
    chmodSync(join(work.path, 'plugins/named.wasm'), 0o644);
    expect(said()).toBe(`slung: plugin named is ./plugins/named.wasm and not ${file}; a path says which is meant\n`);
  });
});

describe('a reader that goes away', () => {
  test.each([
    ['unruly.wasm'],
    ['unruly.wasm -j 2 --stats=json'],
    ['copy.wasm'],
    ['unruly.wasm --then copy.wasm --then unruly.wasm'],
    ['unruly.wasm --then copy.wasm --to csv'],
  ])('is not an error for %s', async (args) => {
    const line = `yes '{"a":1}' | "$NODE" "$SLUNG" run ${args} | head -1; echo "\${PIPESTATUS[@]}"`;
    const { stdout, stderr } = await bash(line, work.path);
    expect(stdout).toBe(args.includes('csv') ? 'a\n141 0 0\n' : '{"a":1}\n141 0 0\n');
    expect(stderr).toMatch(args.includes('stats') ? /^\{"records".*\}\n$/ : /^$/);
  });
});

describe('a plugin that has had enough', () => {
  test.each([['script.wasm'], ['unruly.wasm --then script.wasm'], ['script.wasm --then unruly.wasm --then copy.wasm']])(
    'ends the run, though the input never ends: %s',
    async (args) => {
      const line = `yes '${event}' | "$NODE" "$SLUNG" run ${args} -- 'live|AVG:s:[]' 'poll|1' 'emit|{"bye":1}'; echo "\${PIPESTATUS[@]}"`;
      const { stdout, stderr } = await bash(line, work.path);
      const lines = stdout.trimEnd().split('\n');
      // `1`, the handle, is a record as well.
      expect(lines[0]).toBe('1');
      expect(lines.slice(-2)).toEqual(['{"bye":1}', '141 0']);
      expect(lines).toHaveLength(4);
      expect(stderr).toBe('');
    },
  );
});

describe.runIf(isLinux)('a pipe that stays open', () => {
  test.each([
    ['unruly.wasm'],
    ['copy.wasm'],
    ['unruly.wasm --then copy.wasm'],
    ['unruly.wasm --then unruly.wasm --to csv -f a --no-header'],
  ])('gives each line before the next is written: %s', async (args) => {
    const slung = start(...args.split(' '), '--stats=json');
    // What a C library buffers comes at the end.
    const isBuffered = args.includes('copy');
    for (let i = 0; i < 20; i++) {
      slung.write(`{"a":${i}}\n`);
      if (!isBuffered) await slung.until(args.includes('csv') ? `${i}\n` : `{"a":${i}}\n`);
    }
    slung.endInput();
    const out = (await slung.all()).toString();
    expect(out.split('\n')).toHaveLength(21);
    const { code, stderr } = await slung.ended;
    expect(code).toBe(0);
    expect(statsIn(stderr)).toMatchObject({ records: 20, rejected: 0 });
  });

  test('a plugin that fails does not wait for more input', async () => {
    for (const args of [['unruly.wasm'], ['copy.wasm', '--then', 'unruly.wasm']]) {
      const slung = start(...args);
      // The filter hands on what it has when its buffer is full.
      slung.write(`{"do":"trap"}\n${'{"a":1}\n'.repeat(1000)}`);
      const { code, stderr } = await slung.ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(/^slung: <(stdin|copy)>:\d+(-\d+)?: plugin unruly: it reached `unreachable`/);
    }
  });

  test('a reader that stalls gets everything', async () => {
    const line = '{"a":1,"b":"a line of some length, so that the pipe fills up"}\n';
    writeFileSync(join(work.path, 'lines'), line.repeat(20_000));
    const slung = start('unruly.wasm', '--then', 'copy.wasm', 'lines');
    for (let i = 0; i < 10; i++) {
      await slung.moreThan(i * 50_000);
      slung.stall();
      await pause(5);
      slung.resume();
    }
    expect((await slung.all()).equals(Buffer.from(line.repeat(20_000)))).toBe(true);
    expect(await slung.ended).toEqual({ code: 0, signal: null, stderr: '' });
  });
});

describe('files', () => {
  test('none, empty, missing, a directory, compressed, two of them', () => {
    writeFileSync(join(work.path, 'good.gz'), gzipSync('{"a":1}\n'));
    writeFileSync(join(work.path, 'empty'), '');
    expect(run(['unruly.wasm'])).toEqual({ code: 0, out: '', err: '' });
    expect(run(['unruly.wasm', 'empty'])).toEqual({ code: 0, out: '', err: '' });
    expect(run(['count.wasm', 'empty']).out).toBe('{"lines":0,"bytes":0,"longest":0}\n');
    const missing = { code: 1, out: '{"a":1}\n{"a":2}\n', err: 'slung: cannot read no: no such file (ENOENT)\n' };
    expect(run(['unruly.wasm', 'no', 'good'])).toEqual(missing);
    expect(run(['unruly.wasm', '--then', 'copy.wasm', 'no', 'good'])).toEqual(missing);
    expect(run(['unruly.wasm', '.'])).toMatchObject({ code: 1, out: '' });
    const two = { code: 0, out: '{"a":1}\n{"a":1}\n{"a":2}\n', err: '' };
    expect(run(['unruly.wasm', 'good.gz', 'good'])).toEqual(two);
    expect(run(['copy.wasm', 'good.gz', 'good'])).toEqual(two);
  });

  test('-o FILE after success, after records that were lost, after a failure', () => {
    expect(run(['-o', 'out', 'unruly.wasm', 'good'])).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(join(work.path, 'out'), 'utf8')).toBe('{"a":1}\n{"a":2}\n');
    const skip = ['-o', 'out', '--on-plugin-error', 'skip', '--rejects', 'bad'];
    expect(run([...skip, 'unruly.wasm', 'traps'])).toMatchObject({ code: 1, out: '' });
    expect(readFileSync(join(work.path, 'bad'), 'utf8')).toBe('{"do":"trap"}\n');
    expect(JSON.parse(readFileSync(join(work.path, 'bad.log'), 'utf8'))).toMatchObject({
      line: 2,
      name: 'plugin-failed',
    });
    for (const chain of [
      ['unruly.wasm'],
      ['copy.wasm', '--then', 'unruly.wasm'],
      ['unruly.wasm', '--then', 'copy.wasm'],
    ]) {
      writeFileSync(join(work.path, 'out'), 'as it was');
      const { code, err } = run(['-o', 'out', ...chain, 'traps']);
      expect(code).toBe(1);
      expect(err).toContain('out was not written');
      expect(readFileSync(join(work.path, 'out'), 'utf8')).toBe('as it was');
    }
    expect(readdirSync(work.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test.runIf(isLinux)('a full device', () => {
    const { code, err } = run(['-o', '/dev/full', 'unruly.wasm', '--then', 'copy.wasm', 'good']);
    expect(code).toBe(1);
    expect(err).toMatch(/^slung: cannot write \/dev\/full: no space left on device \(ENOSPC\)\n/);
  });
});

describe('a plugin that cannot be used', () => {
  test.each([
    [['nothing.wasm', 'good'], 3, 'slung: nothing.wasm: there is no such file'],
    [['./good', 'good'], 3, 'slung: plugin good cannot be used: not a WebAssembly file (it begins with "{\\"a\\":1}")'],
    [
      ['copy.wasm', '--abi', 'slung', 'good'],
      3,
      'slung: plugin copy cannot be used: it exports no function `call`, () -> i32',
    ],
    [
      ['copy.wasm', '--abi', 'tangent-core', 'good'],
      3,
      'slung: plugin copy cannot be used: it exports no function cabi_realloc',
    ],
    [
      ['unruly.wasm', '--then', './good', 'good'],
      3,
      'slung: plugin good cannot be used: not a WebAssembly file (it begins with "{\\"a\\":1}")',
    ],
    [['copy.wasm', '-j', '2', 'good'], 2, 'slung: -j 2: plugin copy is a WASI filter and reads one stream'],
    [
      ['copy.wasm', '--on-plugin-error', 'skip', 'good'],
      2,
      'slung: --on-plugin-error skip: plugin copy is a WASI filter and is not given records one by one',
    ],
    [['unruly.wasm', '-w', 'a ==', 'good'], 2, 'slung: --where: '],
  ] as const)('%j: exit code %d', (args, code, message) => {
    const result = run(args);
    expect({ code: result.code, out: result.out }).toEqual({ code, out: '' });
    expect(result.err.split('\n')[0]).toContain(message);
  });
});

describe('exit codes', () => {
  test.each([
    ['-e and nothing put out', ['-e', 'unruly.wasm', '-w', 'a > 5', 'good'], 4],
    ['-e and something', ['-e', 'unruly.wasm', 'good'], 0],
    ['a bad line', ['unruly.wasm', 'bad-line'], 1],
    ['a record that was passed on', ['--on-plugin-error', 'pass', 'unruly.wasm', 'traps'], 1],
    ['the status of a program', ['script.wasm', 'good', '--', 'return|7'], 7],
    ['the status of a filter is not that of slung', ['modes.wasm', 'good', '--', 'exit7'], 1],
  ] as const)('%s', (_, args, code) => {
    writeFileSync(join(work.path, 'bad-line'), '{"a":1}\nnope\n');
    copyFileSync(fixture('wasi/modes.wasm'), join(work.path, 'modes.wasm'));
    expect(run(args).code).toBe(code);
  });
});

describe.runIf(isLinux)('memory', () => {
  test.each(['unruly.wasm', 'copy.wasm', 'unruly.wasm --then copy.wasm'])(
    'does not grow with the input: %s',
    async (args) => {
      const slung = start(...args.split(' '));
      const yes = flood(slung, `{"a":1,"b":"${'some text '.repeat(30)}"}`);
      await slung.moreThan(20 << 20);
      const early = residentMiB(slung.child.pid!, 'VmHWM');
      await slung.moreThan(120 << 20);
      const late = residentMiB(slung.child.pid!, 'VmHWM');
      yes.stop();
      expect(late).toBeLessThan(early + 40);
      expect(late).toBeLessThan(250);
    },
  );
});
