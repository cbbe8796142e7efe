/** `slung count` as a process: the same answer with any number of lanes, and what a signal leaves of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { seededRandom } from '../support/files.ts';
import { bash, isLinux, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());

test('the answer does not depend on the lanes', async () => {
  const random = seededRandom(3);
  // More than workers start for, in many batches.
  const lines = Array.from({ length: 150_000 }, (_, i) => {
    const n = random() < 0.5 ? Math.floor(random() * 1e12) : (random() * 1e6).toFixed(3);
    const time = 1_773_480_000 + Math.floor(i / 100);
    return `{"t":${time},"k":"key ${Math.floor(random() ** 3 * 500)}","n":${n},"pad":"${'x'.repeat(20)}"}\n`;
  });
  writeFileSync(join(work.path, 'in'), lines.join(''));
  const measures = '--sum n --avg n --min n --max n --p50 n --p99 n';
  for (const groups of ['--by k', '--every 1m --time t', '--by k --every 10m --time t --top 3']) {
    const run = (lanes: number) =>
      bash(`$NODE "$SLUNG" count -j${lanes} --batch-bytes 64K ${groups} ${measures} --stats=json in`, work.path);
    const [one, several] = [await run(1), await run(3)];
    expect([one.code, several.code]).toEqual([0, 0]);
    expect(JSON.parse(several.stderr)).toMatchObject({ records: lines.length, lanes: 3 });
    expect(several.stdout).toBe(one.stdout);
    expect(one.stdout.split('\n').length).toBeGreaterThan(9);
  }
});

test.runIf(isLinux)('a signal ends the reading, and what was read is the answer', async () => {
  // More than a start of Node reads: records have been read by then.
  const { stdout } = await bash(
    `mkfifo fifo; yes '{"a":"x"}' > fifo & $NODE "$SLUNG" count --by a fifo > out & pid=$!
    until read -r _ bytes < /proc/$pid/io && [ "$bytes" -gt 100000000 ]; do :; done
    kill -INT $pid; wait $pid; echo "$?"; cat out`,
    work.path,
  );
  const [code = '', row = ''] = stdout.split('\n');
  expect(code).toBe('130');
  expect(JSON.parse(row)).toMatchObject({ a: 'x' });
  expect((JSON.parse(row) as { count: number }).count).toBeGreaterThan(1_000_000);
});
