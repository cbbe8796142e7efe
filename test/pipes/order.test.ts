/**
 * The order of the output is the order of the input, for every number of lanes; bad lines carry their true place; and
 * a run by many lanes says exactly what a run by one says.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../engine/conformance/mutate.ts';
import { bin, environment, statsIn, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());

const LINES = 250_000;
const random = createRandom(20_260_301);
const bad: { line: number; byteOffset: number; length: number; text: string }[] = [];
const good: string[] = [];
let matching = '';

beforeAll(() => {
  const lines: string[] = [];
  const kept: string[] = [];
  let byteOffset = 0;
  for (let i = 0; i < LINES; i++) {
    const text = lineFor(i);
    const isBad = random.below(3000) === 0;
    const line = isBad ? text.slice(0, 1 + random.below(text.length - 1)) : text;
    if (isBad) bad.push({ line: i + 1, byteOffset, length: line.length, text: line });
    else {
      good.push(line);
      if (line.includes('"error"')) kept.push(line);
    }
    lines.push(line);
    byteOffset += line.length + 1;
  }
  writeFileSync(join(work.path, 'input'), `${lines.join('\n')}\n`);
  matching = `${kept.join('\n')}\n`;
});

/** Lines of very different lengths, so that batches have different costs. */
function lineFor(i: number): string {
  const padding = random.below(200) === 0 ? 'p'.repeat(random.below(20_000)) : 'q'.repeat(random.below(60));
  return `{"n":${i},"level":"${random.below(3) === 0 ? 'error' : 'info'}","padding":"${padding}"}`;
}

const sha = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

describe.each([1, 2, 4])('-j %i', (lanes) => {
  const run = (...args: string[]) => {
    const options = { cwd: work.path, env: environment(), maxBuffer: 1 << 28 };
    const all = [bin, 'select', '-j', String(lanes), '--stats=json', ...args, 'input'];
    const { stdout, stderr, status } = spawnSync(process.execPath, all, options);
    return { stdout, stderr: stderr.toString(), status };
  };

  test('the matching lines in their order, and every bad line in its place', () => {
    const rejects = `bad-${lanes}`;
    const { stdout, stderr, status } = run('-w', 'level == "error"', '--rejects', rejects);
    expect(status).toBe(1);
    expect(sha(stdout)).toBe(sha(matching));
    expect(readFileSync(join(work.path, rejects), 'utf8')).toBe(bad.map(({ text }) => `${text}\n`).join(''));
    const rows = readFileSync(join(work.path, `${rejects}.log`), 'utf8')
      .trimEnd()
      .split('\n')
      .map((row) => JSON.parse(row));
    const places = rows.map(({ line, byteOffset, length }) => ({ line, byteOffset, length }));
    expect(places).toEqual(bad.map(({ line, byteOffset, length }) => ({ line, byteOffset, length })));
    expect(statsIn(stderr)).toMatchObject({ records: good.length, rejected: bad.length, lanes });
  });

  test('csv with columns that are found, in small batches', () => {
    const { stdout } = run('--to', 'csv', '-f', 'n,level', '--batch-bytes', '4K');
    const rows = good.map((line) => `${/"n":(\d+)/.exec(line)![1]},${/"level":"(\w+)"/.exec(line)![1]}\n`);
    expect(sha(stdout)).toBe(sha(`n,level\n${rows.join('')}`));
  });

  test('csv with the columns of all records, wherever they first appear', () => {
    const name = 'sparse';
    const late = new Map([
      [70_000, 'b'],
      [70_001, 'c'],
      [180_000, 'd'],
      [249_999, 'e'],
    ]);
    const line = (i: number): string => `{"n":${i},"${late.get(i) ?? 'a'}":${i % 7}}`;
    if (lanes === 1)
      writeFileSync(join(work.path, name), `${Array.from({ length: LINES }, (_, i) => line(i)).join('\n')}\n`);
    const all = [bin, 'select', '-j', String(lanes), '--to', 'csv', '--unsparsify', '--batch-bytes', '4K', name];
    const { stdout } = spawnSync(process.execPath, all, { cwd: work.path, env: environment(), maxBuffer: 1 << 28 });
    const rows = Array.from({ length: LINES }, (_, i) => {
      const cells = ['a', 'b', 'c', 'd', 'e'].map((key) => (key === (late.get(i) ?? 'a') ? i % 7 : ''));
      return `${i},${cells.join(',')}\n`;
    });
    expect(sha(stdout)).toBe(sha(`n,a,b,c,d,e\n${rows.join('')}`));
  });

  test('stops at the same bad line', () => {
    const { stdout, stderr, status } = run('--max-errors', '20', '-q');
    expect(status).toBe(1);
    const last = bad[20]!;
    expect(stderr).toContain(`stopped at input:${last.line} (--max-errors 20)`);
    const before = readFileSync(join(work.path, 'input')).subarray(0, last.byteOffset).toString().split('\n');
    const isBad = new Set(bad.map(({ line }) => line));
    const expected = before.slice(0, -1).filter((_, i) => !isBad.has(i + 1));
    expect(sha(stdout)).toBe(sha(`${expected.join('\n')}\n`));
  });
});

describe('several inputs', () => {
  test('come in the order they were given, with lanes', () => {
    const half = `head -c 8000000 input | sed '$d' > first; tail -n +$(($(wc -l < first) + 1)) input > second`;
    execFileSync('sh', ['-c', half], { cwd: work.path });
    const args = [bin, 'select', '-j', '3', '-q', '-w', 'level == "error"', 'first', 'second'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: work.path, env: environment(), maxBuffer: 1 << 28 });
    expect(sha(stdout)).toBe(sha(matching));
  });
});
