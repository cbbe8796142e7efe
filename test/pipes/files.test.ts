/** Inputs and outputs that do not work, exit codes, and colours: what a shell script around slung relies on. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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
    const named = "slung: cannot read dir: it is a directory; --glob '*.ndjson' reads the files below it\n";
    expect(slung(['select', 'dir'])).toEqual({ code: 1, out: '', err: named });
    const message = 'is a directory (EISDIR)\n';
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
      ...{ cwd: work.path, env: environment(), encoding: 'utf8', input: '' },
    });
    expect(stdout).toContain('Usage: slung select');
    expect(status).toBe(2);
  });

  test('output to a terminal comes', () => {
    const line = `"${process.execPath}" "${bin}" select good`;
    const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], {
      ...{ cwd: work.path, env: environment(), encoding: 'utf8', input: '' },
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

describe('an output that is an input', () => {
  const refused = /^slung: cannot write .* it is the same file as .*; write to another file and rename it/;
  beforeAll(() => {
    writeFileSync(join(work.path, 'both'), '{"a":1}\n{"a":2}\n');
    symlinkSync('both', join(work.path, 'both-link'));
    linkSync(join(work.path, 'both'), join(work.path, 'both-hard'));
  });

  test.each([
    ['appended to', 'select both >> both'],
    ['read and written by redirection', 'select < both >> both'],
    ['opened for both', 'select both 1<> both'],
    ['behind a link', 'select good both-link >> both'],
    ['behind another name', 'select both-hard >> both'],
    ['with -o', 'select good both -o both-link'],
    ['with -o and a descriptor', 'select both -o /dev/stdout >> both'],
    ['and counted', 'count both >> both'],
  ])('%s', async (_, line) => {
    const { code, stdout, stderr } = await bash(`"$NODE" "$SLUNG" ${line}`, work.path);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(refused);
    expect(readFileSync(join(work.path, 'both'), 'utf8')).toBe('{"a":1}\n{"a":2}\n');
  });

  test('a device may be both', () => {
    expect(slung(['select', '/dev/null', '-o', '/dev/null'])).toEqual({ code: 0, out: '', err: '' });
  });
});

describe.runIf(isLinux)('an output that is open already', () => {
  test.each([
    ['a pipe by its name', 'select good -o /dev/stdout | cat'],
    ['a pipe by its number', 'select good -o /dev/fd/3 3>&1 | cat'],
    ['a command', 'select good -o >(cat) | cat'],
    ['through a link', 'select good -o out-link | cat'],
  ])('%s', async (_, line) => {
    if (!existsSync(join(work.path, 'out-link'))) symlinkSync('/dev/stdout', join(work.path, 'out-link'));
    const { stdout, stderr } = await bash(`"$NODE" "$SLUNG" ${line}`, work.path);
    expect({ stdout, stderr }).toEqual({ stdout: '{"a":1}\n{"a":2}\n', stderr: '' });
  });

  test('a file is appended to', async () => {
    const line = 'echo kept > kept; "$NODE" "$SLUNG" select good -o /dev/stdout >> kept; cat kept';
    const { stdout, stderr } = await bash(line, work.path);
    expect({ stdout, stderr }).toEqual({ stdout: 'kept\n{"a":1}\n{"a":2}\n', stderr: '' });
  });

  test('a descriptor that is not open is an error', () => {
    const err = 'slung: cannot write /dev/fd/77: no such descriptor is open (EBADF)\n';
    expect(slung(['select', 'good', '-o', '/dev/fd/77'])).toEqual({ code: 1, out: '', err });
  });
});

test('--on-error skip, said aloud, makes bad lines no failure', () => {
  expect(slung(['select', 'bad']).code).toBe(1);
  expect(slung(['select', '--on-error', 'skip', 'bad']).code).toBe(0);
  expect(slung(['select', 'bad'], '', { SLUNG_ON_ERROR: 'skip' }).code).toBe(0);
  expect(slung(['select', '--on-error', 'skip', '--max-errors', '0', 'bad']).code).toBe(1);
});

test.runIf(isLinux && process.getuid?.() === 0)(
  'a full disk for rejects: no word of lines that are not there',
  async () => {
    const line =
      'mkdir full && mount -t tmpfs -o size=8k tmpfs full && head -c 8192 /dev/zero > full/fill && ' +
      'echo nope | "$NODE" "$SLUNG" select --rejects full/rej; echo "code $?"; umount full';
    const { stdout, stderr } = await bash(line, work.path);
    // Where mounting is not permitted there is nothing to see.
    if (!stdout.includes('code')) return;
    expect(stdout).toBe('code 1\n');
    expect(stderr).toMatch(/cannot write full\/rej(\.log)?: no space left on device \(ENOSPC\)/);
    expect(stderr).toContain('1 bad line in the input; full/rej does not have all of them');
    expect(stderr).not.toContain('written to');
  },
);
