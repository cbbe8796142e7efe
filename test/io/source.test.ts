import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, constants, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSource, SourceError, WOULD_BLOCK } from '../../src/io/index.ts';
import { bundleIo, drain, makeFifo, reportOf, runShell, temporaryDirectory } from './support.ts';

const directory = temporaryDirectory();
const file = (name: string, content: string | Uint8Array) => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};
const text = (bytes: Uint8Array, count: number) => Buffer.from(bytes.slice(0, count)).toString();

describe('regular files', () => {
  test('are read into shared memory, and end with 0 for good', () => {
    const source = openSource(file('plain', 'hello'));
    const target = new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
    expect(source.sizeBytes).toBe(5);
    expect(source.readNow(target)).toBe(5);
    expect(text(target, 5)).toBe('hello');
    expect(source.readNow(target)).toBe(0);
    expect(source.readNow(target)).toBe(0);
    source.close();
    source.close();
    expect(source.readNow(target)).toBe(0);
  });

  test('may be read a byte at a time, also while the first bytes are being judged', async () => {
    for (const content of ['', '1', '(', '(\xb5', 'P*M', 'hello, world\n']) {
      const path = file('bytewise', Buffer.from(content, 'latin1'));
      expect((await drain(openSource(path), 1)).bytes.toString('latin1')).toBe(content);
    }
  });

  test('an empty file has size 0 and ends at once', () => {
    const source = openSource(file('empty', ''));
    expect(source.sizeBytes).toBe(0);
    expect(source.readNow(new Uint8Array(8))).toBe(0);
    source.close();
  });

  test('without inflating, gzip is bytes', async () => {
    const path = file('raw.gz', Uint8Array.of(0x1f, 0x8b, 1, 2));
    const { bytes } = await drain(openSource(path, { inflate: false }));
    expect([...bytes]).toEqual([0x1f, 0x8b, 1, 2]);
  });
});

describe('what cannot be opened', () => {
  const failure = (path: string): SourceError => {
    try {
      openSource(path).close();
    } catch (error) {
      if (error instanceof SourceError) return error;
    }
    throw new Error('a SourceError was expected');
  };

  test('is named with its cause and code', () => {
    const missing = join(directory, 'missing.log');
    expect(failure(missing).message).toBe(`cannot read ${missing}: no such file (ENOENT)`);
    expect(failure(missing)).toMatchObject({ source: missing, code: 'ENOENT' });
    expect(failure(directory).message).toBe(`cannot read ${directory}: is a directory (EISDIR)`);
    const through = join(file('plain', 'x'), 'y');
    expect(failure(through).message).toBe(`cannot read ${through}: a part of the path is not a directory (ENOTDIR)`);
  });

  test.skipIf(process.getuid?.() === 0)('an unreadable file (root may read everything)', () => {
    const path = file('secret', 'x');
    chmodSync(path, 0);
    expect(failure(path).message).toBe(`cannot read ${path}: permission denied (EACCES)`);
  });

  test.skipIf(process.platform !== 'linux')('leaves no descriptor behind', () => {
    const before = readdirSync('/proc/self/fd').length;
    for (let i = 0; i < 10; i++) failure(directory);
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });
});

/** The writing end in this process; the reading end is open already, so this does not block. */
const openWriter = (fifo: string) => openSync(fifo, constants.O_WRONLY);

describe('a FIFO', () => {
  mkdirSync(join(directory, 'fifos'));
  let fifos = 0;
  const newFifo = () => makeFifo(join(directory, 'fifos', `${fifos++}`));

  test('would block before it has a writer, between writes, and ends when the writer has gone', async () => {
    const fifo = newFifo();
    const source = openSource(fifo);
    const target = new Uint8Array(100);
    expect(source.sizeBytes).toBeUndefined();
    expect(source.readNow(target)).toBe(WOULD_BLOCK);
    const wait = source.wait();
    expect(source.wait()).toBe(wait);
    const writer = openWriter(fifo);
    expect(source.readNow(target)).toBe(WOULD_BLOCK);
    writeSync(writer, 'first');
    await wait;
    expect(text(target, source.readNow(target))).toBe('first');
    expect(source.readNow(target)).toBe(WOULD_BLOCK);
    writeSync(writer, 'second');
    expect(text(target, source.readNow(target))).toBe('second');
    expect(source.readNow(target)).toBe(WOULD_BLOCK);
    const third = source.wait();
    writeSync(writer, 'third');
    // One reader at a time: the pending wait gets these bytes.
    expect(source.readNow(target)).toBe(WOULD_BLOCK);
    await third;
    expect(text(target, source.readNow(target))).toBe('third');
    const last = source.wait();
    closeSync(writer);
    await last;
    expect(source.readNow(target)).toBe(0);
    await source.wait();
    source.close();
    source.close();
  });

  test('ends when its writer came and went without a byte', async () => {
    const fifo = newFifo();
    const source = openSource(fifo);
    const wait = source.wait();
    closeSync(openWriter(fifo));
    await wait;
    expect(source.readNow(new Uint8Array(8))).toBe(0);
    source.close();
  });

  test('closing settles a pending wait and gives the descriptor back', async () => {
    const source = openSource(newFifo());
    const wait = source.wait();
    source.close();
    await wait;
    expect(source.readNow(new Uint8Array(8))).toBe(0);
    await source.wait();
  });

  test('holds one byte back only while it may begin a magic number', async () => {
    const fifo = newFifo();
    const source = openSource(fifo);
    const target = new Uint8Array(8);
    const wait = source.wait();
    const writer = openWriter(fifo);
    writeSync(writer, '(');
    await wait;
    expect(source.readNow(target)).toBe(WOULD_BLOCK);
    const again = source.wait();
    writeSync(writer, '1');
    await again;
    expect(text(target, source.readNow(target))).toBe('(1');
    closeSync(writer);
    source.close();
  });

  test('gives the bytes in their order, however they are written, waited for and read', async () => {
    const step = fc.record({
      write: fc.uint8Array({ maxLength: 3000 }),
      action: fc.constantFrom('nothing', 'read', 'wait-before', 'wait-after'),
      target: fc.integer({ min: 1, max: 2000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const fifo = newFifo();
        const source = openSource(fifo, { inflate: false });
        const writer = openWriter(fifo);
        const got: number[] = [];
        for (const { write, action, target } of steps) {
          const early = action === 'wait-before' ? source.wait() : undefined;
          if (write.length > 0) writeSync(writer, write);
          if (write.length > 0 && early !== undefined) await early;
          if (write.length > 0 && action === 'wait-after') await source.wait();
          const bytes = new Uint8Array(target);
          const count = action === 'nothing' ? 0 : source.readNow(bytes);
          if (count > 0) got.push(...bytes.subarray(0, count));
        }
        closeSync(writer);
        const rest = await drain(source);
        expect(Buffer.from([...got, ...rest.bytes])).toEqual(Buffer.concat(steps.map(({ write }) => write)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('standard input', () => {
  let bundle: string;
  const lines = Array.from({ length: 60_000 }, (_, i) => `{"i":${i},"text":"line number ${i}"}\n`).join('');
  let input: string;
  beforeAll(() => {
    bundle = bundleIo(directory);
    input = file('lines.ndjson', lines);
  });

  test('as a file', async () => {
    const { stdout, stderr } = await runShell(bundle, `$CAT - < "${input}"`);
    expect(stdout.toString()).toBe(lines);
    expect(JSON.parse(stderr).waits).toBe(0);
  });

  test('as a pipe, also from a slow writer', async () => {
    const waits = join(directory, 'waits');
    const untilWaits = `until [ -e "${waits}" ]; do sleep 0.02; done`;
    const writer = `{ printf 1; ${untilWaits}; printf 2; cat "${input}"; }`;
    const result = await runShell(bundle, `export SLUNG_IO_WAITS="${waits}"; ${writer} | $CAT`);
    expect(result.stdout.toString()).toBe(`12${lines}`);
    expect(reportOf(result).waits).toBeGreaterThan(0);
  });

  test('as a socket', async () => {
    const result = await runShell(bundle, 'exec $CAT', (stdin) => {
      stdin.write(lines.slice(0, 1000));
      setTimeout(() => stdin.end(lines.slice(1000)), 30);
    });
    expect(result.stdout.toString()).toBe(lines);
  });

  test('that is closed or empty is an empty input', async () => {
    for (const command of ['$CAT <&-', '$CAT < /dev/null', ': | $CAT', 'exec $CAT']) {
      const result = await runShell(bundle, command);
      expect([result.code, reportOf(result).bytes], command).toEqual([0, 0]);
    }
  });

  test.skipIf(process.platform !== 'linux')('by its path, when the writer has gone already', async () => {
    for (const path of ['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']) {
      const result = await runShell(bundle, `: | { sleep 0.1; $CAT ${path}; }`);
      expect([result.code, reportOf(result).bytes], path).toEqual([0, 0]);
    }
  });

  test.skipIf(process.platform !== 'linux')('a FIFO that was opened by the shell, whose writer has gone', async () => {
    const fifo = makeFifo(join(directory, 'left'));
    for (const path of ['-', '/dev/fd/0']) {
      const result = await runShell(bundle, `: > "${fifo}" & exec 0< "${fifo}"; wait; exec $CAT ${path}`);
      expect([result.code, reportOf(result).bytes], path).toEqual([0, 0]);
    }
  });

  test('a directory is refused', async () => {
    const result = await runShell(bundle, `$CAT < "${directory}"`);
    expect(reportOf(result).error).toBe('cannot read <stdin>: is a directory (EISDIR)');
  });

  test('a pending wait does not keep the process', async () => {
    // The writers below outlive the reader: the socket stays open until the child has ended, the FIFO as long as fd 9.
    let end = () => {};
    const socket = await runShell(bundle, '$LEAVE; printf $?', (stdin) => {
      end = () => stdin.end();
    });
    end();
    expect(socket.stdout.toString()).toBe('0');
    const fifo = makeFifo(join(directory, 'held'));
    const pipe = await runShell(bundle, `exec 9<>"${fifo}"; $LEAVE < "${fifo}"; printf $?`);
    expect(pipe.stdout.toString()).toBe('0');
  });

  const hasScript = (() => {
    try {
      return execFileSync('script', ['--version']).includes('util-linux');
    } catch {
      return false;
    }
  })();
  test.skipIf(!hasScript)('as a terminal', async () => {
    const result = await runShell(bundle, `script -qec '$CAT - /dev/null' /dev/null`, (stdin) => {
      stdin.write('one\ntwo\n');
      setTimeout(() => stdin.end('\u0004'), 300);
    });
    expect(result.stdout.toString()).toContain('"bytes":8');
  });
});
