import fs, {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { DescriptorSink } from '../../src/io/descriptor-sink.ts';
import { openSink, type Sink, SinkError } from '../../src/io/index.ts';
import { pause } from '../support/eventually.ts';
import { bundleIo, makeFifo, reportOf, runShell, temporaryDirectory } from './support.ts';

const directory = temporaryDirectory();
let directories = 0;
function newDirectory(): string {
  const path = join(directory, `d${directories++}`);
  mkdirSync(path);
  return path;
}
const bytes = (text: string) => new TextEncoder().encode(text);

function failure(act: () => unknown): SinkError {
  try {
    act();
  } catch (error) {
    if (error instanceof SinkError) return error;
    throw error;
  }
  throw new Error('a SinkError was expected');
}

describe('a file', () => {
  test('has its name only after commit, and nothing else is left', async () => {
    const home = newDirectory();
    const path = join(home, 'out.csv');
    const sink = openSink(path);
    expect([sink.name, sink.isTTY, sink.closed]).toEqual([path, false, false]);
    const shared = new Uint8Array(new SharedArrayBuffer(6));
    shared.set(bytes('a,b\n1,'));
    expect(sink.writeNow(shared)).toBe(6);
    await sink.writeAll(bytes('2\n'));
    expect(readdirSync(home)).toEqual([
      expect.stringMatching(/^\.out\.csv\.slung-\d+-\d+-[0-9a-f]{16}-[0-9a-f]{12}\.tmp$/),
    ]);
    sink.commit();
    sink.commit();
    sink.abort();
    expect(readdirSync(home)).toEqual(['out.csv']);
    expect(readFileSync(path, 'utf8')).toBe('a,b\n1,2\n');
    expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  test('given up leaves the old one, and no other', () => {
    const home = newDirectory();
    const path = join(home, 'out');
    const give = (sink: Sink) => {
      sink.writeNow(bytes('new'));
      sink.abort();
      sink.abort();
      sink.commit();
    };
    give(openSink(path));
    expect(readdirSync(home)).toEqual([]);
    writeFileSync(path, 'old');
    give(openSink(path));
    expect(readdirSync(home)).toEqual(['out']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('keeps the mode of the old one; other names of the old one keep its content', () => {
    const home = newDirectory();
    const path = join(home, 'out');
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    linkSync(path, join(home, 'other'));
    const sink = openSink(path);
    sink.writeNow(bytes('new'));
    sink.commit();
    expect(statSync(path).mode & 0o7777).toBe(0o640);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readFileSync(join(home, 'other'), 'utf8')).toBe('old');
  });

  test('is ours alone until it has the mode of the old one, which never makes it setuid', () => {
    const home = newDirectory();
    const path = join(home, 'out');
    writeFileSync(path, 'old');
    chmodSync(path, 0o6755);
    const modes: number[] = [];
    const chmod = vi.spyOn(fs, 'fchmodSync').mockImplementation((fd) => {
      modes.push(fs.fstatSync(fd).mode & 0o7777);
    });
    syncBuiltinESMExports();
    openSink(path).abort();
    chmod.mockRestore();
    syncBuiltinESMExports();
    expect(modes).toEqual([0o600]);
    openSink(path).commit();
    expect(statSync(path).mode & 0o7777).toBe(0o755);
  });

  test('is written where a link points to, also when nothing is there yet', () => {
    const home = newDirectory();
    mkdirSync(join(home, 'real'));
    writeFileSync(join(home, 'real/file'), 'old');
    symlinkSync('real/file', join(home, 'one'));
    symlinkSync('two-a', join(home, 'two'));
    symlinkSync('real/new', join(home, 'two-a'));
    for (const [link, target] of [
      ['one', 'real/file'],
      ['two', 'real/new'],
    ] as const) {
      const sink = openSink(join(home, link));
      sink.writeNow(bytes(link));
      sink.commit();
      expect(lstatSync(join(home, link)).isSymbolicLink()).toBe(true);
      expect(readFileSync(join(home, target), 'utf8')).toBe(link);
    }
    expect(readdirSync(join(home, 'real')).sort()).toEqual(['file', 'new']);
  });

  test('may have the longest name there is', () => {
    const path = join(newDirectory(), '\u00e9'.repeat(127));
    const sink = openSink(path);
    sink.commit();
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test('that cannot get its name is removed', () => {
    const home = newDirectory();
    const path = join(home, 'out');
    const sink = openSink(path);
    sink.writeNow(bytes('12345'));
    mkdirSync(path);
    const error = failure(() => sink.commit());
    expect(error.message).toBe(`cannot finish ${path}: is a directory (EISDIR) after 5 bytes`);
    expect(error).toMatchObject({ sink: path, code: 'EISDIR', bytesWritten: 5 });
    expect(readdirSync(home)).toEqual(['out']);
  });

  test('whose temporary file was removed by somebody else is an error at commit, and none at abort', () => {
    const home = newDirectory();
    for (const end of ['commit', 'abort'] as const) {
      const sink = openSink(join(home, 'out'));
      for (const name of readdirSync(home)) rmSync(join(home, name));
      if (end === 'commit') expect(failure(() => sink.commit()).code).toBe('ENOENT');
      else sink.abort();
    }
  });

  test('that cannot be made is told at once', () => {
    const home = newDirectory();
    expect(failure(() => openSink(home)).message).toBe(`cannot write ${home}: is a directory (EISDIR)`);
    const nowhere = join(home, 'no', 'out');
    expect(failure(() => openSink(nowhere)).message).toBe(
      `cannot write ${nowhere}: there is no directory ${join(home, 'no')} (ENOENT)`,
    );
    writeFileSync(join(home, 'file'), '');
    expect(failure(() => openSink(join(home, 'file', 'out'))).code).toBe('ENOTDIR');
  });
});

describe('a device', () => {
  test('is written directly', () => {
    const sink = openSink('/dev/null');
    expect(sink.writeNow(new Uint8Array(1 << 20))).toBe(1 << 20);
    sink.commit();
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test.skipIf(!existsSync('/dev/full'))('that is full is an error with file, cause and bytes', async () => {
    const sink = openSink('/dev/full');
    const error = failure(() => sink.writeNow(bytes('x')));
    expect(error.message).toBe('cannot write /dev/full: no space left on device (ENOSPC)');
    expect(error).toMatchObject({ code: 'ENOSPC', bytesWritten: 0, sink: '/dev/full' });
    await expect(sink.writeAll(bytes('x'))).rejects.toBeInstanceOf(SinkError);
    sink.abort();
  });
});

/** Both ends of a FIFO; the reading end comes first, so that opening the sink does not block. */
function openPipe(): { sink: Sink; reader: number; path: string } {
  const path = makeFifo(join(newDirectory(), 'fifo'));
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { sink: openSink(path), reader, path };
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

/** Reads `length` bytes in small pieces, giving way between them. */
async function readSlowly(reader: number, length: number): Promise<Buffer> {
  const all = Buffer.alloc(length);
  let got = 0;
  while (got < length) {
    try {
      got += readSync(reader, all, got, Math.min(20_000, length - got), null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return all;
}

describe('a pipe', () => {
  test('takes what fits without blocking; the rest waits for the reader', async () => {
    const { sink, reader } = openPipe();
    const data = pattern(1 << 20);
    const taken = sink.writeNow(data);
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(data.length);
    expect(sink.writeNow(data.subarray(taken))).toBe(0);
    let isDone = false;
    const rest = sink.writeAll(data.subarray(taken)).then(() => {
      isDone = true;
    });
    await pause(20);
    expect(isDone).toBe(false);
    expect((await readSlowly(reader, data.length)).equals(data)).toBe(true);
    await rest;
    expect(sink.writeNow(bytes('end'))).toBe(3);
    sink.commit();
    expect((await readSlowly(reader, 3)).toString()).toBe('end');
    expect(readSync(reader, Buffer.alloc(1))).toBe(0);
    closeSync(reader);
  });

  test('whose reader has gone swallows the rest and is no error', async () => {
    const { sink, reader } = openPipe();
    sink.writeNow(bytes('x'));
    closeSync(reader);
    expect(sink.closed).toBe(false);
    expect(sink.writeNow(bytes('12345'))).toBe(5);
    expect(sink.closed).toBe(true);
    await sink.writeAll(pattern(1 << 20));
    sink.commit();
  });

  test('whose reader goes while a write is pending lets the writer go', async () => {
    const { sink, reader } = openPipe();
    const pending = sink.writeAll(pattern(1 << 20));
    setTimeout(() => closeSync(reader), 20);
    await pending;
    expect(sink.closed).toBe(true);
    sink.abort();
  });

  test('that somebody made non-blocking is written with patience', async () => {
    const { sink: unused, reader, path } = openPipe();
    const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const sink = new DescriptorSink({ name: 'x', fd, syncFd: undefined, isTTY: false, file: undefined });
    const data = pattern(300_000);
    expect(sink.writeNow(data)).toBe(0);
    const pending = sink.writeAll(data);
    expect((await readSlowly(reader, data.length)).equals(data)).toBe(true);
    await pending;
    sink.commit();
    unused.abort();
    closeSync(reader);
  });
});

describe('standard output', () => {
  let bundle: string;
  let input: string;
  const content = Buffer.from(pattern(3_000_000)).toString('base64');
  beforeAll(() => {
    bundle = bundleIo(directory);
    input = join(directory, 'input');
    writeFileSync(input, content);
  });

  test('as a socket', async () => {
    const result = await runShell(bundle, `exec $CAT "${input}"`);
    expect(result.stdout.toString()).toBe(content);
    expect(reportOf(result)).toMatchObject({ bytes: content.length, closed: false });
  });

  test('as a pipe with a slow reader', async () => {
    const result = await runShell(bundle, `$CAT "${input}" | { sleep 0.2; cat; }`);
    expect(result.stdout.toString()).toBe(content);
    expect(reportOf(result).short).toBeGreaterThan(0);
  });

  test('as a file, which is appended to where the shell left it', async () => {
    const out = join(directory, 'appended');
    const result = await runShell(bundle, `{ printf 1; $CAT "${input}"; printf 2; } > "${out}"`);
    expect(result.code).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe(`1${content}2`);
  });

  test('whose reader leaves early', async () => {
    const result = await runShell(bundle, `{ $CAT "${input}"; printf " $?" >&2; } | head -c 5`);
    expect(result.stdout.toString()).toBe(content.slice(0, 5));
    expect(result.stderr).toMatch(/"closed":true\} 0$/);
  });

  test('whose reader had gone before it was opened', async () => {
    const result = await runShell(bundle, `{ sleep 0.1; $CAT "${input}"; printf " $?" >&2; } | :`);
    expect(result.stderr).toMatch(/"closed":true\} 0$/);
  });

  test.skipIf(!existsSync('/dev/full'))('that is full', async () => {
    const result = await runShell(bundle, `exec $CAT "${input}" > /dev/full`);
    expect([result.code, reportOf(result).error]).toEqual([
      1,
      'cannot write <stdout>: no space left on device (ENOSPC)',
    ]);
  });

  test('a failed run leaves no file', async () => {
    const out = join(newDirectory(), 'out');
    const result = await runShell(bundle, `ulimit -f 100; exec $CAT "${input}" "${out}"`);
    expect(reportOf(result).error).toMatch(/^cannot write .*\(EFBIG\)( after \d+ bytes)?$/);
    expect(existsSync(out)).toBe(false);
  });
});

test('a pipe is waited for without a thread: what is written arrives, a reader that goes is no error, and it can be given up', async () => {
  for (const end of ['read', 'gone', 'given up'] as const) {
    const path = makeFifo(join(newDirectory(), 'pipe'));
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const sink = openSink(path);
    let written = 0;
    const block = Buffer.alloc(64 * 1024, 'x');
    for (let count = -1; count !== 0; written += count) count = sink.writeNow(block);
    const soon = sink.writeSoon!(Buffer.concat([block, block]));
    // Opens the stream before anything is read.
    await pause(1);
    const read = (): number => {
      try {
        return readSync(reader, Buffer.alloc(1 << 20));
      } catch {
        return 0;
      }
    };
    if (end === 'read') {
      let got = 0;
      let count: number | undefined;
      void soon.then((taken) => {
        count = taken;
      });
      while (count === undefined) {
        got += read();
        await pause(1);
      }
      for (let more = read(); more > 0; more = read()) got += more;
      expect([count, got]).toEqual([block.length, written + block.length]);
      sink.commit();
      closeSync(reader);
    } else if (end === 'gone') {
      closeSync(reader);
      await soon;
      expect(sink.closed).toBe(true);
      sink.commit();
    } else {
      sink.abort();
      await soon.catch(() => {});
      closeSync(reader);
    }
  }
});
