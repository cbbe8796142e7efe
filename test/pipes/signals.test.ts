/**
 * SIGINT, SIGTERM and SIGHUP: the first one stops the reading, what was read is written and told, and the process dies
 * of the signal, so that a shell stops its loop; the second one ends it at once.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import {
  bash,
  bin,
  deliver,
  environment,
  isLinux,
  Piped,
  statsIn,
  untilBusy,
  untilWritten,
  workDirectory,
} from './support.ts';

const work = workDirectory();
/** A record, and a file of so many of them that is much more than pipes hold; a batch is as well. */
const LARGE = '{"a":1}\n';
const LARGE_COUNT = 500_000;
const numbered = (i: number): string => `{"n":"${String(i).padStart(9, '0')}","x":"${'y'.repeat(40)}"}`;
beforeAll(() => {
  writeFileSync(join(work.path, 'large'), LARGE.repeat(LARGE_COUNT));
  writeFileSync(join(work.path, 'numbers'), Array.from({ length: 400_000 }, (_, i) => `${numbered(i)}\n`).join(''));
  writeFileSync(join(work.path, 'one-long-record'), `{"s":"${'x'.repeat(2_000_000)}"}\n`);
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

test.runIf(isLinux)('a hangup ends a run in good order, too', async () => {
  const slung = start('--stats=json');
  slung.write('{"a":1}\n');
  await slung.until('{"a":1}\n');
  slung.child.kill('SIGHUP');
  const ended = await slung.ended;
  expect(ended.signal).toBe('SIGHUP');
  expect(statsIn(ended.stderr)).toMatchObject({ records: 1, bytesIn: 8 });
});

describe.runIf(isLinux).each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test('while the input is idle', async () => {
    const slung = start('--stats=json');
    slung.write('{"a":1}\n');
    await slung.until('{"a":1}\n');
    slung.child.kill(signal);
    const ended = await slung.ended;
    expect(ended.signal).toBe(signal);
    expect(statsIn(ended.stderr)).toMatchObject({ records: 1, bytesIn: 8 });
  });

  test('what was read and not yet handed on is written', async () => {
    // One write is one read: when the first two records are out, the third has been read and waits for its age.
    const slung = start('--stats=json', '--batch-age', '1h', '--batch-records', '2');
    slung.write('{"a":1}\n{"a":2}\n{"a":3}\n');
    await slung.until('{"a":2}\n');
    slung.child.kill(signal);
    expect((await slung.all()).toString()).toBe('{"a":1}\n{"a":2}\n{"a":3}\n');
    const ended = await slung.ended;
    expect(ended.signal).toBe(signal);
    expect(statsIn(ended.stderr)).toMatchObject({ records: 3, matched: 3, bytesIn: 24 });
  });

  test('an unfinished line is left out, and that is said', async () => {
    const slung = start();
    slung.write('{"a":1}\n{"a":2');
    await slung.until('{"a":1}\n');
    slung.child.kill(signal);
    expect((await slung.all()).toString()).toBe('{"a":1}\n');
    expect(await slung.ended).toEqual({
      code: null,
      signal,
      stderr: 'slung: <stdin>:2: the last line was read only in part (6 bytes) and is left out\n',
    });
  });

  test('in full flow: whole lines, and the report agrees with them', async () => {
    const slung = start('--stats=json', '-j', '2');
    const record = '{"a":1,"b":"some more text"}\n';
    const yes = spawn('yes', [record.trimEnd()], { stdio: ['ignore', slung.inputFd, 'ignore'] });
    slung.endInput();
    await slung.moreThan(20_000_000);
    slung.child.kill(signal);
    const out = await slung.all();
    const ended = await slung.ended;
    expect(ended.signal).toBe(signal);
    expect(out.length % record.length).toBe(0);
    expect(out.subarray(-record.length).toString()).toBe(record);
    const { records, matched } = statsIn(ended.stderr);
    expect({ records, matched }).toEqual({ records: out.length / record.length, matched: records });
    yes.kill();
  });

  test('while lanes read a file, and the reader begins to stall: whole lines, in their order', async () => {
    const slung = start('--stats=json', '-j', '3', 'numbers');
    await slung.moreThan(6_000_000);
    slung.stall();
    await deliver(slung.child, signal);
    slung.resume();
    const lines = (await slung.all()).toString().trimEnd().split('\n');
    const ended = await slung.ended;
    expect(ended.signal).toBe(signal);
    expect(lines.findIndex((line, i) => line !== numbered(i))).toBe(-1);
    expect(statsIn(ended.stderr).records).toBe(lines.length);
  });

  test('while the reader is stalled: a second signal does not wait for it', async () => {
    // The first batch alone is more than the pipe holds, so it cannot be finished.
    const slung = start('large', '--stats=json');
    await slung.moreThan(0);
    slung.stall();
    await deliver(slung.child, signal);
    slung.child.kill(signal);
    // After one signal only it would wait for the reader, and then report.
    expect(await slung.ended).toEqual({ code: null, signal, stderr: '' });
  });

  test('while the reader is stalled: everything comes when it reads on', async () => {
    const slung = start('--stats=json', 'large', '-');
    await slung.moreThan(0);
    slung.stall();
    await deliver(slung.child, signal);
    slung.resume();
    const out = await slung.all();
    const ended = await slung.ended;
    expect(ended.signal).toBe(signal);
    expect(statsIn(ended.stderr).records).toBe(out.length / LARGE.length);
    expect(out.length).toBeLessThanOrEqual(LARGE.length * LARGE_COUNT);
  });

  test('in a long call of the engine: the second one ends it at once', async () => {
    const slung = start('-w', 's ~ ".{0,500}y.{0,500}z"', 'one-long-record');
    // The pattern takes minutes.
    await untilBusy(slung.child.pid!);
    slung.child.kill(signal);
    // It may have come before the handlers were let go; then it was the first.
    const again = setInterval(() => slung.child.kill(signal), 100);
    expect(await slung.ended).toEqual({ code: null, signal, stderr: '' });
    clearInterval(again);
  });

  test('with -o FILE: no file of that name, no temporary file', async () => {
    const slung = start('-o', `out-${signal}`, '--rejects', `bad-${signal}`);
    slung.write('{"a":1}\nnope\n');
    // The rejects are flushed when the input is dry: then the run is under way.
    await untilWritten(join(work.path, `bad-${signal}`));
    expect(temporaryFiles()).toHaveLength(1);
    slung.child.kill(signal);
    const ended = await slung.ended;
    expect(ended.signal).toBe(signal);
    expect(ended.stderr).toContain(`out-${signal} was not written, because the run did not finish`);
    expect(existsSync(join(work.path, `out-${signal}`))).toBe(false);
    expect(temporaryFiles()).toHaveLength(0);
  });

  test('the shell sees 128 + n', async () => {
    const number = signal === 'SIGINT' ? 2 : 15;
    const script = `echo '{"a":1}' | (exec "$NODE" "$SLUNG" select) & wait $!; echo $?`;
    expect((await bash(script, work.path)).stdout).toBe('{"a":1}\n0\n');
    const killed =
      `mkfifo in-${number}; exec 3<>in-${number}; "$NODE" "$SLUNG" select in-${number} > out-${number} & ` +
      `pid=$!; echo '{"a":1}' >&3; until [ -s out-${number} ]; do sleep 0.02; done; kill -${number} $pid; wait $pid; echo $?`;
    expect((await bash(`set -m; ${killed}`, work.path)).stdout).toBe(`${128 + number}\n`);
  });
});

test.runIf(isLinux)('SIGKILL leaves the temporary file of -o; the next run with that output removes it', async () => {
  const slung = start('-o', 'killed', '--rejects', 'killed-bad');
  slung.write('nope\n');
  await untilWritten(join(work.path, 'killed-bad'));
  const left = temporaryFiles();
  expect(left).toHaveLength(1);
  slung.child.kill('SIGKILL');
  await slung.ended;
  expect(temporaryFiles()).toEqual(left);
  for (const output of ['other', 'killed']) {
    expect((await bash(`echo 1 | "$NODE" "$SLUNG" select -o ${output}`, work.path)).code).toBe(0);
    expect(temporaryFiles()).toEqual(output === 'other' ? left : []);
  }
});

describe.runIf(isLinux)('slung plugin build', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the compiler, and nothing is left', async (signal) => {
    const folder = join(work.path, `build-${signal}`);
    for (const name of ['bin', 'tmp']) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'bin/clang'), '#!/bin/sh\necho $$ > pid\nexec sleep 1000\n', { mode: 0o755 });
    writeFileSync(join(folder, 'p.c'), '');
    const env = environment({ PATH: `${join(folder, 'bin')}:${process.env.PATH}`, TMPDIR: join(folder, 'tmp') });
    const child = spawn(process.execPath, [bin, 'plugin', 'build', 'p.c'], { cwd: folder, env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    await untilWritten(join(folder, 'pid'));
    const compiler = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    expect(readdirSync(join(folder, 'tmp'))).toHaveLength(1);
    child.kill(signal);
    expect((await ended)[1]).toBe(signal);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['bin', 'p.c', 'pid', 'tmp']);
    await eventually(
      () => !existsSync(`/proc/${compiler}`) || /\) Z /.test(readFileSync(`/proc/${compiler}/stat`, 'utf8')),
    );
  });
});

function temporaryFiles(): string[] {
  return readdirSync(work.path).filter((name) => name.endsWith('.tmp'));
}

test.runIf(isLinux)('SIGUSR1 lets no debugger in', async () => {
  const slung = start();
  slung.write('{"a":1}\n');
  await slung.until('{"a":1}\n');
  slung.child.kill('SIGUSR1');
  slung.write('{"a":2}\n');
  await slung.until('{"a":2}\n');
  slung.endInput();
  expect(await slung.ended).toMatchObject({ code: 0, stderr: '' });
});
