/**
 * Memory: the same for a long stream as for a short one; a very long line costs its own length, for as long as it is
 * there. Sizes are those of the process, as the system counts them; the limits are far from what is measured.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isLinux, Piped, residentMiB, statsIn, workDirectory } from './support.ts';

const work = workDirectory();
const MIB = 1 << 20;
const LONG_BYTES = 60 * MIB;
let bytesOfLines = 0;

beforeAll(() => {
  const record = (i: number) =>
    `{"time":"2026-03-01T10:00:00Z","level":"${i % 5000 === 0 ? 'error' : 'info'}","msg":"message number ${i}","n":${i},"source":{"name":"s${i % 13}"}}\n`;
  const lines = Array.from({ length: 80_000 }, (_, i) => record(i)).join('');
  bytesOfLines = lines.length;
  writeFileSync(join(work.path, 'lines'), lines);
  const fd = openSync(join(work.path, 'long'), 'w');
  const piece = Buffer.alloc(MIB, 'long text ');
  writeSync(fd, '{"long":"');
  for (let i = 0; i < LONG_BYTES / MIB; i++) writeSync(fd, piece);
  writeSync(fd, '"}\n');
  closeSync(fd);
});
afterAll(() => work.remove());

const open: Piped[] = [];
afterEach(async () => {
  for (const slung of open.splice(0)) await slung.discard();
});

function start(...args: string[]): Piped {
  const slung = new Piped(args, work.path);
  open.push(slung);
  return slung;
}

/** Writes files to slung's input from another process, and resolves when it has taken all of them. */
function feed(slung: Piped, files: readonly string[]): Promise<void> {
  const cat = spawn('cat', files, { cwd: work.path, stdio: ['ignore', slung.inputFd, 'inherit'] });
  return new Promise((resolve, reject) => {
    cat.on('error', reject);
    cat.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`cat ended with ${code}`))));
  });
}

const MARK = '{"level":"error","mark":true}\n';

/** The most memory that was used for `mebibytes` of lines through a pipe. */
async function peakFor(mebibytes: number, lanes: number): Promise<number> {
  const slung = start('-w', 'level == "error"', '-j', String(lanes), '--stats=json');
  const repeats = Math.ceil((mebibytes * MIB) / bytesOfLines);
  await feed(slung, new Array<string>(repeats).fill('lines'));
  slung.write(MARK);
  await slung.until(MARK);
  const peak = residentMiB(slung.child.pid!, 'VmHWM');
  slung.endInput();
  const { code, stderr } = await slung.ended;
  expect(code).toBe(0);
  expect(statsIn(stderr)).toMatchObject({ records: repeats * 80_000 + 1, matched: repeats * 16 + 1, rejected: 0 });
  return peak;
}

describe.runIf(isLinux)('a long stream', () => {
  test.each([1, 2])('needs no more memory than a short one, -j %i', async (lanes) => {
    const short = await peakFor(16, lanes);
    const long = await peakFor(256, lanes);
    // The heap of a younger Node settles a little later; the input grew by 240 MiB.
    expect(long - short).toBeLessThan(32);
    expect(long).toBeLessThan(lanes === 1 ? 130 : 200);
  });
});

describe.runIf(isLinux)('a line of 60 MB', () => {
  test('passes byte for byte, by a pipe', async () => {
    const slung = start('-w', 'has(long)', '--stats=json');
    await feed(slung, ['long']);
    slung.endInput();
    const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    const out = await slung.all();
    expect(sha(out)).toBe(sha(readFileSync(join(work.path, 'long'))));
    const { code, stderr } = await slung.ended;
    expect(code).toBe(0);
    expect(statsIn(stderr)).toMatchObject({ records: 1, matched: 1, batches: { full: 0, aged: 0, long: 1 } });
  });

  test('memory is normal again after it', async () => {
    const after = async (files: readonly string[]): Promise<number> => {
      const slung = start('-w', 'level == "error"');
      await feed(slung, [...files, ...new Array<string>(16).fill('lines')]);
      slung.write(MARK);
      await slung.until(MARK);
      const resident = residentMiB(slung.child.pid!, 'VmRSS');
      slung.endInput();
      expect((await slung.ended).code).toBe(0);
      return resident;
    };
    // The line costs at least twice its length while it is there.
    expect((await after(['lines', 'long'])) - (await after(['lines', 'lines']))).toBeLessThan(50);
  });

  test('too long for --max-record: rejected, kept in the rejects, never in memory', async () => {
    const slung = start('--max-record', '1M', '--rejects', 'bad', '-w', 'level == "error"', '--stats=json');
    await feed(slung, ['lines', 'long', 'lines']);
    slung.write(MARK);
    await slung.until(MARK);
    expect(residentMiB(slung.child.pid!, 'VmHWM')).toBeLessThan(130);
    slung.endInput();
    const { code, stderr } = await slung.ended;
    expect(code).toBe(1);
    const length = statSync(join(work.path, 'long')).size - 1;
    expect(stderr).toContain(`<stdin>:80001:1048577: the record is longer than --max-record (it has ${length} bytes)`);
    expect(statsIn(stderr)).toMatchObject({ records: 160_001, matched: 33, rejected: 1 });
    expect(readFileSync(join(work.path, 'bad')).equals(readFileSync(join(work.path, 'long')))).toBe(true);
    const row = JSON.parse(readFileSync(join(work.path, 'bad.log'), 'utf8'));
    expect(row).toMatchObject({ line: 80_001, byteOffset: bytesOfLines, column: MIB + 1, code: 16, length });
  });
});
