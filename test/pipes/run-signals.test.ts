/**
 * SIGINT and SIGTERM while plugins run: what was read goes through all of them, and the process dies of the signal.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pluginFile } from '../support/plugins.ts';
import { deliver, isLinux, Piped, statsIn, untilBusy, untilWritten, workDirectory } from './support.ts';

const work = workDirectory();
beforeAll(async () => {
  copyFileSync(await pluginFile('test/plugin/lane/asm/unruly.ts'), join(work.path, 'unruly.wasm'));
  const count = new URL('../../fixtures/plugins/wasi/count.wasm', import.meta.url);
  copyFileSync(fileURLToPath(count), join(work.path, 'count.wasm'));
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

/** Writes `line` for ever into the input. */
function flood(slung: Piped, line: string): { stop(): void } {
  const yes = spawn('yes', [line], { stdio: ['ignore', slung.inputFd, 'ignore'] });
  slung.endInput();
  return { stop: () => yes.kill() };
}

describe.runIf(isLinux).each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test.each(['unruly.wasm', 'unruly.wasm --then unruly.wasm -j 2'])('while the input is idle: %s', async (args) => {
    const slung = start(...args.split(' '), '--stats=json');
    slung.write('{"a":1}\n');
    await slung.until('{"a":1}\n');
    slung.child.kill(signal);
    const ended = await slung.ended;
    expect(ended.signal).toBe(signal);
    expect(statsIn(ended.stderr)).toMatchObject({ records: 1, bytesIn: 8, bytesOut: 8 });
  });

  test('a stream is told of its end, and has its last word', async () => {
    const slung = start('count.wasm', '--batch-age', '0', '-w', 'has(a)', '--rejects', `before-${signal}`);
    slung.write('nope\n{"a":1}\n');
    // Both lines are read at once, and the rejects are flushed when the input is dry.
    await untilWritten(join(work.path, `before-${signal}`));
    slung.child.kill(signal);
    expect((await slung.all()).toString()).toBe('{"lines":1,"bytes":8,"longest":8}\n');
    expect((await slung.ended).signal).toBe(signal);
  });

  test('in full flow: whole lines, and the report agrees with them', async () => {
    const slung = start('unruly.wasm', '--then', 'unruly.wasm', '--stats=json');
    const record = '{"a":1,"b":"some more text"}\n';
    const yes = flood(slung, record.trimEnd());
    await slung.moreThan(3_000_000);
    slung.child.kill(signal);
    const out = await slung.all();
    const ended = await slung.ended;
    yes.stop();
    expect(ended.signal).toBe(signal);
    expect(out.length % record.length).toBe(0);
    expect(out.subarray(-record.length).toString()).toBe(record);
    expect(statsIn(ended.stderr).records).toBe(out.length / record.length);
  });

  test('-o FILE is not there, nor a temporary file', async () => {
    const slung = start('-o', `out-${signal}`, '--rejects', `bad-${signal}`, 'unruly.wasm');
    slung.write('nope\n{"a":1}\n');
    // The rejects are flushed when the input is dry: then the run is under way.
    await untilWritten(join(work.path, `bad-${signal}`));
    slung.child.kill(signal);
    const ended = await slung.ended;
    expect(ended.signal).toBe(signal);
    expect(ended.stderr).toContain(`out-${signal} was not written, because the run did not finish`);
    expect(readdirSync(work.path).filter((name) => name.startsWith('out-') || name.endsWith('.tmp'))).toEqual([]);
  });

  test('a second one ends a guest that does not return', async () => {
    const slung = start('unruly.wasm', '--time-limit', '1h');
    slung.write('{"a":1}\n');
    await slung.until('{"a":1}\n');
    slung.write('{"do":"loop"}\n');
    await untilBusy(slung.child.pid!);
    await deliver(slung.child, signal);
    slung.child.kill(signal);
    // After one signal only there would be a report of how the guest was ended.
    expect(await slung.ended).toEqual({ code: null, signal, stderr: '' });
  });

  test('a second one leaves no temporary file of -o', async () => {
    const slung = start(
      '-q',
      '-o',
      `gone-${signal}`,
      '--rejects',
      `late-${signal}`,
      'unruly.wasm',
      '--time-limit',
      '1h',
    );
    slung.write('nope\n');
    await untilWritten(join(work.path, `late-${signal}`));
    expect(readdirSync(work.path).filter((name) => name.startsWith(`.gone-${signal}`))).toHaveLength(1);
    slung.write('{"do":"loop"}\n');
    await untilBusy(slung.child.pid!);
    await deliver(slung.child, signal);
    slung.child.kill(signal);
    expect((await slung.ended).signal).toBe(signal);
    expect(readdirSync(work.path).filter((name) => name.includes(`gone-${signal}`))).toEqual([]);
  });
});
