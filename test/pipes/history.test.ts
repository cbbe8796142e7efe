/**
 * The store through the real program: points from a file that grows while its reader is killed, a second writer,
 * signals, Slung programs that write and ask, directories that are somebody else's.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { eventually, pause } from '../support/eventually.ts';
import { seededRandom } from '../support/files.ts';
import { sized } from '../support/full.ts';
import { pluginFile } from '../support/plugins.ts';
import { bash, bin, environment, isLinux, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());

const script = fileURLToPath(new URL('../../fixtures/plugins/slung/script.wasm', import.meta.url));
const slung = '$NODE "$SLUNG"';
const run = (line: string) => bash(line, work.path);

/** The size of a directory of files, some of which may go at any time. */
function bytesIn(directory: string): number {
  let bytes = 0;
  try {
    for (const name of readdirSync(join(work.path, directory)))
      bytes += statSync(join(work.path, directory, name)).size;
  } catch {
    // It is not there yet, or a file of it has just gone.
  }
  return bytes;
}

/** bash that waits until a command succeeds, and gives up when nobody waits any more. */
const until = (command: string): string => `for i in $(seq 3000); do ${command} && break; sleep 0.05; done; `;

/** `count` records, the first with the number `from`. */
const records = (from: number, count: number): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `{"timestamp":${1_700_000_000_000 + from + i},"series":"n","tags":["k=${(from + i) % 5}"],"value":${from + i}}\n`,
  ).join('');

const unruly = join(work.path, 'unruly.wasm');
const record = 'series=.series time=timestamp value=value tags=tags';

describe.each([
  ['store write', sized(6, 12), ['store', 'write']],
  ['two plugins', sized(4, 12), ['run', unruly, '--then', unruly, '--record', record]],
  [
    'two plugins to csv',
    sized(3, 12),
    ['run', unruly, '--then', unruly, '--to', 'csv', '--columns', 'value', '--record', record],
  ],
] as const)('%s', (name, cycles, args) => {
  test('killed again and again over a file that grows, --resume loses and doubles nothing', async () => {
    copyFileSync(await pluginFile('test/plugin/lane/asm/unruly.ts'), unruly);
    const file = join(work.path, 'grows.ndjson');
    const store = `grown by ${name}`;
    const random = seededRandom(5);
    writeFileSync(file, '');
    let count = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      appendFileSync(file, records(count, 60_000));
      count += 60_000;
      const child = spawn(process.execPath, [bin, ...args, '--resume', '--store', store, file], {
        ...{ cwd: work.path, env: environment(), stdio: 'ignore' },
      });
      const ended = new Promise((resolve) => child.on('close', resolve));
      // One run comes to its end, so that the next ones have something to go on from; the others are killed while they
      // write.
      if (cycle !== 2) {
        const before = bytesIn(store);
        await eventually(() => child.exitCode !== null || bytesIn(store) !== before);
        await pause(random() * 30);
        child.kill('SIGKILL');
      }
      await ended;
    }
    const typed = [...args, '--resume', '--stats=json', '--store', store, file].map((arg) => `'${arg}'`).join(' ');
    const { code, stderr } = await run(`${slung} ${typed} >/dev/null`);
    expect(code, stderr).toBe(0);
    const last = JSON.parse(stderr.trim().split('\n').at(-1)!);
    const { stdout } = await run(
      `${slung} query --store '${store}' 'COUNT:n:[]'; ${slung} query --store '${store}' 'SUM:n:[]'`,
    );
    const [found, sum] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).value);
    expect([found, sum]).toEqual([count, (count * (count - 1)) / 2]);
    expect((await run(`${slung} store verify --store '${store}'`)).code).toBe(0);
    // Everything that an earlier run had acknowledged was not read again.
    expect(last.records).toBeLessThan(count);
    const again = await run(`${slung} ${typed} >/dev/null`);
    expect(JSON.parse(again.stderr.trim().split('\n').at(-1)!)).toMatchObject({ records: 0 });
  });
});

describe('a plugin that reads one stream', () => {
  test('cannot be resumed, and says why', async () => {
    const { code, stderr } = await run(`${slung} run '${script}' --record 'series=s time=t value=v' --resume f`);
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'slung: --resume: plugin script is a program of its own and reads one stream, in which its output has no place to go on from',
    ]);
  });
});

describe('store write', () => {
  test('of two writers the second is refused by name, and readers do not care', async () => {
    const line = `mkfifo in; exec 3<>in; ${slung} store write --store two <in & echo $!; `;
    const wait = until('[ -e two/LOCK ]');
    const isWritten = until(`${slung} query --store two 'COUNT:n:[]' | grep -q '"value":1'`);
    const write = `head -1 <<< '${records(0, 1).trim()}' >&3; ${isWritten}`;
    const others = `${slung} store write --store two </dev/null; echo "code $?"; ${slung} query --store two 'COUNT:n:[]'; `;
    const { stdout, stderr } = await run(`${line}${wait}${write}${others}kill -TERM %1; wait %1; echo "first $?"`);
    const pid = stdout.split('\n')[0];
    expect(stderr).toMatch(new RegExp(`^slung: .*process ${pid}\\b`, 'm'));
    expect(stdout).toContain('code 1\n');
    expect(stdout).toContain('{"value":1,"count":1}');
    expect(stdout).toContain('first 143');
    expect(readdirSync(join(work.path, 'two')).some((name) => name.endsWith('.log'))).toBe(false);
  });

  test('a directory that holds something else is left alone', async () => {
    mkdirSync(join(work.path, 'photos'));
    writeFileSync(join(work.path, 'photos', 'cat.jpg'), 'meow');
    const { code, stderr } = await run(`${slung} store write --store photos < /dev/null`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^slung: photos is not a store of slung: it holds cat\.jpg.*; .*--store/);
    expect(readdirSync(join(work.path, 'photos'))).toEqual(['cat.jpg']);
  });
});

test('--record with threads: the same points, and the stream flows on unchanged', async () => {
  const count = 120_000;
  writeFileSync(join(work.path, 'large.ndjson'), records(0, count));
  const spec = "--record 'series=.series time=timestamp value=value tags=tags'";
  const { code, stderr } = await run(`${slung} select -j 2 --store threads ${spec} large.ndjson | cmp - large.ndjson`);
  expect([code, stderr]).toEqual([0, '']);
  const { stdout } = await run(`${slung} query --store threads 'SUM:n:[] BY k'`);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  // Of the numbers 0 … count-1, those that leave k when divided by 5.
  const sums = [0, 1, 2, 3, 4].map((k) => (count / 5) * k + (5 * ((count / 5) * (count / 5 - 1))) / 2);
  expect(rows.map(({ k, value }) => [Number(k), value])).toEqual(sums.map((sum, k) => [k, sum]));
});

test.runIf(isLinux)('an answer that cannot be written is an error, and one that nobody reads is none', async () => {
  await run(`${slung} store write --store full <<< '${records(0, 50).trim()}'`);
  const full = await run(`${slung} query --store full 'POINTS:n:[]' > /dev/full`);
  expect([full.code, full.stderr]).toEqual([1, 'slung: cannot write <stdout>: no space left on device (ENOSPC)\n']);
  const closed = await run(`${slung} store export --store full | true; echo "\${PIPESTATUS[0]}"`);
  expect([closed.stdout, closed.stderr]).toEqual(['0\n', '']);
});

describe('Slung programs', () => {
  const write = "'write|1700000000000000|2.5|series=temp,sensor=1'";

  test('write to a store and ask it, and the next run finds it', async () => {
    const first = await run(
      `${slung} run --store prog ${script} -- ${write} 'history|AVG:temp:[sensor=1]' < /dev/null`,
    );
    expect(first).toMatchObject({ code: 0, stdout: '0\n2500\n', stderr: '' });
    const other = "'write|1700000001000000|3.5|series=temp,sensor=2' 'write|1700000002000000|1.5|series=temp,sensor=2'";
    const second = await run(
      `${slung} run --store prog ${script} -- ${other} 'history|SUM:temp:[]' 'history|P50:temp:[]' 'history|INCREASE:temp:[]' 'history|AVG:temp:[] BY sensor' 'history|SUM:temp:[] EVERY 5m OVER 1h' < /dev/null`,
    );
    // From 3.5 to 1.5 the counter began again.
    expect(second.stdout).toBe('0\n0\n7500\n2500\n1500\n0\n0\n');
    expect(second.stderr).toMatch(/^slung: plugin script: u_query_history: .*BY[\s\S]*u_query_history: .*EVERY/);
    const { stdout } = await run(`${slung} query --store prog 'POINTS:temp:[sensor=1]'`);
    expect(JSON.parse(stdout)).toEqual({
      timestamp: 1_700_000_000_000_000,
      series: 'temp',
      tags: ['sensor=1'],
      value: 2.5,
    });
  });

  test('without --store nothing is kept', async () => {
    const { stdout } = await run(`${slung} run ${script} -- ${write} 'history|AVG:temp:[]' < /dev/null; ls`);
    expect(stdout.split('\n').slice(0, 2)).toEqual(['0', '2500']);
  });

  test('a store that another process writes to is refused before the program starts', async () => {
    const line = `mkfifo in2; exec 3<>in2; ${slung} store write --store busy <in2 & `;
    const wait = until('[ -e busy/LOCK ]');
    const other = `${slung} run --store busy ${script} -- ${write} < /dev/null; echo "code $?"; kill %1; wait`;
    const { stdout, stderr } = await run(`${line}${wait}${other}`);
    expect(stdout).toBe('code 3\n');
    expect(stderr).toMatch(/^slung: plugin script cannot be used: .*process \d+/m);
  });

  test('--record and a program that writes are one writer too many', async () => {
    const { code, stderr } = await run(
      `${slung} run --store prog --record 'series=a time=t value=v' ${script} -- ${write} < /dev/null`,
    );
    expect(code).toBe(2);
    expect(stderr).toContain('would both write to the store');
  });
});
