/** Inputs and outputs that do not work, exit codes, and colours: what a shell script around slung relies on. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bash, bin, environment, isLinux, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());
beforeAll(() => {
  writeFileSync(join(work.path, 'good'), '{"a":1}\n{"a":2}\n');
  writeFileSync(join(work.path, 'bad'), '{"a":1}\nnope\n');
  writeFileSync(join(work.path, 'empty'), '');
  writeFileSync(join(work.path, 'locked'), '{"a":1}\n');
  chmodSync(join(work.path, 'locked'), 0);
  mkdirSync(join(work.path, 'dir'));
  writeFileSync(join(work.path, 'big'), '{"a":1,"b":"some text to fill the line"}\n'.repeat(100_000));
});

interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function slung(args: readonly string[], input = '', changes: NodeJS.ProcessEnv = {}): Told {
  const options = { cwd: work.path, env: environment(changes), input, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], options);
  return { code: status, out: stdout, err: stderr };
}

describe('inputs', () => {
  test('nothing at all', () => {
    expect(slung(['select'])).toEqual({ code: 0, out: '', err: '' });
    expect(slung(['select', 'empty'])).toEqual({ code: 0, out: '', err: '' });
    expect(slung(['select', '/dev/null'])).toEqual({ code: 0, out: '', err: '' });
  });

  test('closed standard input', async () => {
    const { code, stderr } = await bash('"$NODE" "$SLUNG" select <&-', work.path);
    // Node opens /dev/null in the place of a descriptor that is closed.
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('a directory, also as standard input', async () => {
    const message = 'is a directory (EISDIR)\n';
    expect(slung(['select', 'dir'])).toEqual({ code: 1, out: '', err: `slung: cannot read dir: ${message}` });
    const { code, stderr } = await bash('"$NODE" "$SLUNG" select < dir', work.path);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `slung: cannot read <stdin>: ${message}` });
  });

  test.runIf(process.getuid?.() !== 0)('a file that may not be read', () => {
    const err = 'slung: cannot read locked: permission denied (EACCES)\n';
    expect(slung(['select', 'locked', 'good'])).toEqual({ code: 1, out: '{"a":1}\n{"a":2}\n', err });
  });

  test.runIf(isLinux)('a file that fails while it is read', () => {
    // Reading the memory of a process at address 0 is an I/O error.
    const err = 'slung: cannot read /proc/self/mem: i/o error (EIO)\n';
    expect(slung(['select', '/proc/self/mem', 'good'])).toEqual({ code: 1, out: '{"a":1}\n{"a":2}\n', err });
  });
});

describe.runIf(isLinux)('outputs', () => {
  test('a full device, by -o and by redirection', async () => {
    const named = slung(['select', '-o', '/dev/full', 'good']);
    expect(named).toMatchObject({ code: 1, out: '' });
    expect(named.err).toMatch(/^slung: cannot write \/dev\/full: no space left on device \(ENOSPC\)\n/);
    const { code, stderr } = await bash('"$NODE" "$SLUNG" select good > /dev/full', work.path);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'slung: cannot write <stdout>: no space left on device (ENOSPC)\n',
    });
  });

  test('a full device stops an endless input', async () => {
    const { stdout } = await bash(
      `yes '{"a":1}' | "$NODE" "$SLUNG" select -j 2 > /dev/full 2> full.err; echo "\${PIPESTATUS[@]}"; cat full.err`,
      work.path,
    );
    expect(stdout).toBe('141 1\nslung: cannot write <stdout>: no space left on device (ENOSPC)\n');
  });

  test('a full device for the rejects', async () => {
    // The rejects must be regular files, so a limit on their size stands for a full disk.
    const many = 'nope\n'.repeat(5000);
    writeFileSync(join(work.path, 'many-bad'), many);
    const { code, stderr } = await bash('ulimit -f 16; "$NODE" "$SLUNG" select -q --rejects rej many-bad', work.path);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^slung: cannot write rej\.log: .* \(EFBIG\)/);
  });

  test('-o FILE that cannot be written to its end leaves the old file and no other', async () => {
    writeFileSync(join(work.path, 'kept'), 'old\n');
    const line =
      'ulimit -f 64; "$NODE" "$SLUNG" select -o kept big; echo $?; "$NODE" "$SLUNG" select -o new big; echo $?';
    const { stdout, stderr } = await bash(line, work.path);
    expect(stdout).toBe('1\n1\n');
    expect(stderr).toMatch(/^slung: cannot write kept: file too large \(EFBIG\)/);
    expect(stderr).toContain('slung: kept was not written, because the run did not finish\n');
    expect(readFileSync(join(work.path, 'kept'), 'utf8')).toBe('old\n');
    expect(existsSync(join(work.path, 'new'))).toBe(false);
    expect(readdirSync(work.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('-o into a directory that is not there, or onto a directory', () => {
    expect(slung(['select', '-o', 'nowhere/out', 'good']).code).toBe(1);
    expect(slung(['select', '-o', 'dir', 'good'])).toEqual({
      ...{ code: 1, out: '', err: 'slung: cannot write dir: is a directory (EISDIR)\n' },
    });
  });

  test('closed standard output', async () => {
    const { code, stderr } = await bash('"$NODE" "$SLUNG" select good >&-', work.path);
    // Node opens /dev/null in the place of a descriptor that is closed.
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('exit codes', () => {
  test.each<[string, number, string[]]>([
    ['all is well', 0, ['select', 'good']],
    ['nothing matched', 0, ['select', '-w', 'a == 9', 'good']],
    ['nothing matched, -e', 4, ['select', '-e', '-w', 'a == 9', 'good']],
    ['something matched, -e', 0, ['select', '-e', '-w', 'a == 1', 'good']],
    ['a bad line', 1, ['select', 'bad']],
    ['a bad line comes before -e', 1, ['select', '-e', '-w', 'a == 9', 'bad']],
    ['a bad line that is kept', 0, ['select', '--on-error', 'keep', 'bad']],
    ['stopped at a bad line', 1, ['select', '--on-error', 'fail', 'bad']],
    ['too many bad lines', 1, ['select', '--max-errors', '0', 'bad']],
    ['no such file', 1, ['select', 'nowhere', 'good']],
    ['the output cannot be written', 1, ['select', '-o', 'dir', 'good']],
    ['a selector that is none', 2, ['select', '-w', 'a ==', 'good']],
    ['a path that is none', 2, ['select', '-f', 'a..b', 'good']],
    ['an unknown option', 2, ['select', '--nope', 'good']],
    ['an unknown command', 2, ['nope']],
    ['no command', 2, []],
    ['help', 0, ['select', '--help']],
    ['version', 0, ['--version']],
  ])('%s: %i', (_name, code, args) => {
    expect(slung(args).code).toBe(code);
  });

  test('a wrong selector reads and writes nothing', () => {
    writeFileSync(join(work.path, 'target'), 'old\n');
    expect(slung(['select', '-w', 'a ==', '-o', 'target', '--rejects', 'target-rejects', 'good']).code).toBe(2);
    expect(readFileSync(join(work.path, 'target'), 'utf8')).toBe('old\n');
    expect(existsSync(join(work.path, 'target-rejects'))).toBe(false);
  });
});

describe('colours', () => {
  const isColoured = (args: readonly string[], changes: NodeJS.ProcessEnv): boolean =>
    slung(['select', ...args], 'nope\n', changes).err.includes('\u001b[');

  test.each<[boolean, string[], NodeJS.ProcessEnv]>([
    [false, [], {}],
    [true, [], { FORCE_COLOR: '1' }],
    [true, [], { FORCE_COLOR: '1', NO_COLOR: '1' }],
    [false, [], { FORCE_COLOR: '0' }],
    [true, ['--color', 'always'], { NO_COLOR: '1' }],
    [false, ['--color', 'never'], { FORCE_COLOR: '1' }],
    [true, [], { SLUNG_COLOR: 'always' }],
    [false, ['--color', 'auto'], { SLUNG_COLOR: 'always' }],
  ])('%s for %j %j', (expected, args, changes) => {
    expect(isColoured(args, changes)).toBe(expected);
  });

  test('never in the data', () => {
    const { out } = slung(['select', '--color', 'always'], '{"a":"\\u001b"}\n', { FORCE_COLOR: '3' });
    expect(out).toBe('{"a":"\\u001b"}\n');
  });
});

describe.runIf(isLinux && hasScript())('a terminal', () => {
  test('short help instead of waiting for input', () => {
    // `script` runs a command on a terminal of its own.
    const line = `"${process.execPath}" "${bin}" select`;
    const { stdout, status } = spawnSync('script', ['-qec', line, '/dev/null'], {
      ...{ cwd: work.path, env: environment(), encoding: 'utf8', input: '', timeout: 20_000 },
    });
    expect(stdout).toContain('Usage: slung select');
    expect(status).toBe(2);
  });

  test('output to a terminal comes', () => {
    const line = `"${process.execPath}" "${bin}" select good`;
    const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], {
      ...{ cwd: work.path, env: environment(), encoding: 'utf8', input: '', timeout: 20_000 },
    });
    expect(stdout.replaceAll('\r', '')).toBe('{"a":1}\n{"a":2}\n');
  });
});

function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}
