/**
 * Live streams: what has been read is handed on as soon as the input would block, or when it is old enough; nothing
 * waits for a batch to fill. No test here looks at a clock: each waits for output before it gives more input.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { bash, isLinux, Piped, statsIn, workDirectory } from './support.ts';

const work = workDirectory();
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

async function finish(slung: Piped) {
  slung.endInput();
  const out = (await slung.all()).toString();
  return { out, ...(await slung.ended) };
}

describe.runIf(isLinux)('a pipe that stays open', () => {
  test.each([
    ['ndjson', (i: number) => `{"a":${i}}\n`],
    ['csv', (i: number) => `${i}\n`],
  ] as const)('gives each line before the next is written (%s)', async (to, expected) => {
    const slung = start('--to', to, '-f', 'a', '--stats=json', ...(to === 'csv' ? ['--no-header'] : []));
    for (let i = 0; i < 50; i++) {
      slung.write(`{"a":${i}}\n`);
      await slung.until(expected(i));
    }
    const { code, stderr } = await finish(slung);
    expect(code).toBe(0);
    expect(statsIn(stderr)).toMatchObject({ records: 50, batches: { full: 0, dry: 50, aged: 0, end: 0, long: 0 } });
  });

  test('gives the header before there is any record', async () => {
    const slung = start('--to', 'csv', '-f', 'a,b');
    await slung.until('a,b\n');
    const { out, code } = await finish(slung);
    expect({ out, code }).toEqual({ out: 'a,b\n', code: 0 });
  });

  test('columns that are to be found wait for the end, and that is said', async () => {
    const slung = start('--to', 'csv', '-w', 'a > 1');
    slung.write('{"a":1,"b":1}\n{"a":2,"c":1}\n');
    await slung.untilSaid('waiting for 10000 lines, 4 MiB or the end, because they name the columns; --columns or -f');
    slung.write('{"a":3,"d":4}\n');
    const { out, code } = await finish(slung);
    expect({ out, code }).toEqual({ out: 'a,c,d\n2,1,\n3,,4\n', code: 0 });
  });

  test('columns that are named come with the first record that matches', async () => {
    const slung = start('--to', 'csv', '--columns', 'a,c', '-w', 'a > 1');
    slung.write('{"a":1,"b":1}\n{"a":2,"c":1}\n');
    await slung.until('a,c\n2,1\n');
    slung.write('{"a":3}\n');
    await slung.until('3,\n');
    expect((await finish(slung)).code).toBe(0);
  });

  test('a line comes when it is finished, whatever it was cut into', async () => {
    const slung = start('--stats=json');
    const text = '{"a":1}\n{"b":"é"}\n\n{"c":[1,2]}\n';
    for (const byte of Buffer.from(text)) {
      slung.write(Uint8Array.of(byte));
      if (byte === 0x0a) await slung.moreThan(0);
    }
    await slung.until('{"c":[1,2]}\n');
    const { out, stderr } = await finish(slung);
    expect(out).toBe('{"a":1}\n{"b":"é"}\n{"c":[1,2]}\n');
    expect(statsIn(stderr)).toMatchObject({ records: 3, blank: 1, rejected: 0 });
  });

  test('bad lines are told of, and in the rejects, before the next line is written', async () => {
    const slung = start('--rejects', 'bad');
    slung.write('nope\n{"a":1}\n');
    await slung.until('{"a":1}\n');
    slung.write('{"a":2}\n');
    await slung.until('{"a":2}\n');
    const { stdout } = await bash('cat bad; wc -l < bad.log', work.path);
    expect(stdout.replace(/ /g, '')).toBe('nope\n1\n');
    expect((await finish(slung)).code).toBe(1);
  });

  test('--batch-age collects several writes into one batch', async () => {
    const slung = start('--batch-age', '400ms', '--stats=json');
    slung.write('{"first":true}\n');
    await slung.until('{"first":true}\n');
    for (let i = 0; i < 50; i++) slung.write(`{"a":${i}}\n`);
    await slung.until('{"a":49}\n');
    const { stderr } = await finish(slung);
    const { records, batches } = statsIn(stderr);
    expect({ records, batches }).toMatchObject({ records: 51, batches: { full: 0, dry: 0, end: 0, long: 0 } });
    // Two, unless this process or the other one had to wait for the processor in between.
    expect(batches.aged).toBeGreaterThanOrEqual(2);
    expect(batches.aged).toBeLessThan(25);
  });

  test('the end of the input does not wait for the age', async () => {
    const slung = start('--batch-age', '1h', '--stats=json');
    slung.write('{"a":1}\n{"a":2}');
    const { out, stderr } = await finish(slung);
    expect(out).toBe('{"a":1}\n{"a":2}\n');
    expect(statsIn(stderr).batches).toEqual({ full: 0, dry: 0, aged: 0, end: 1, long: 0 });
  });

  test('full batches are counted', async () => {
    const slung = start('--batch-records', '2', '--batch-age', '1h', '--stats=json');
    slung.write('{"a":1}\n{"a":2}\n{"a":3}\n{"a":4}\n{"a":5}\n');
    await slung.until('{"a":4}\n');
    const { out, stderr } = await finish(slung);
    expect(out.split('\n')).toHaveLength(6);
    expect(statsIn(stderr).batches).toEqual({ full: 2, dry: 0, aged: 0, end: 1, long: 0 });
  });
});

describe('tail -f', () => {
  test('is live', async () => {
    const log = join(work.path, 'log');
    writeFileSync(log, '{"level":"info"}\n');
    const line = `tail -n +1 -f log 2> /dev/null | exec "$NODE" "$SLUNG" select -f level`;
    const { environment } = await import('./support.ts');
    const shell = spawn('bash', ['-c', `${line} & echo $! >&2; wait`], {
      cwd: work.path,
      env: environment(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    const levels = ['info', 'warn', 'error', 'debug'];
    await new Promise<void>((resolve, reject) => {
      shell.on('error', reject);
      shell.stdout.on('data', (text) => {
        out += text;
        const count = out.split('\n').length - 1;
        if (count === levels.length) resolve();
        else appendFileSync(log, `{"level":"${levels[count]}"}\n`);
      });
    });
    // The group: tail would wait for a line that never comes.
    process.kill(-shell.pid!, 'SIGKILL');
    expect(out).toBe(levels.map((level) => `{"level":"${level}"}\n`).join(''));
  });
});
