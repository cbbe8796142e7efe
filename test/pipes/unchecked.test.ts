/** --unchecked: the same output, fewer lines looked at, and said how many. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pluginFile } from '../support/plugins.ts';
import { bin, environment, statsIn, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());

const LINES = 150_000;
const kept: string[] = [];

beforeAll(() => {
  const lines = Array.from({ length: LINES }, (_, i) => {
    if (i % 1000 === 500) return 'a bad line that nobody looks at';
    if (i === 7007 || i === 140_007) return '{"level":"error", bad';
    const level = i % 9 === 0 ? '"error"' : i % 1000 === 1 ? String.raw`"\u0065rror"` : '"info"';
    const line = `{"n":${i},"level":${level},"msg":"${'m'.repeat(i % 50)}"}`;
    if (level !== '"info"') kept.push(line);
    return line;
  });
  writeFileSync(join(work.path, 'in'), `${lines.join('\n')}\n`);
});

function slung(...args: string[]): { out: string; said: string; code: number | null } {
  const options = { cwd: work.path, env: environment(), maxBuffer: 1 << 28 };
  const { stdout, stderr, status } = spawnSync(process.execPath, [bin, ...args], options);
  return { out: stdout.toString(), said: stderr.toString(), code: status };
}

test.each([1, 3])('select by %i lanes: the same records, and bad lines that are looked at', (lanes) => {
  const { out, said, code } = slung(
    'select',
    '--unchecked',
    '--stats=json',
    '-j',
    String(lanes),
    '-w',
    'level == "error"',
    'in',
  );
  expect(out).toBe(`${kept.join('\n')}\n`);
  expect(code).toBe(1);
  expect(said).toContain('slung: in:7008:');
  expect(said).toContain('slung: in:140008:');
  expect(said).toContain('2 bad lines were left out');
  const skipped = LINES - kept.length - 2;
  expect(said).toContain(`${String(skipped).replace(/(?=...$)/, ' ')} lines were not looked at (--unchecked)`);
  expect(statsIn(said)).toMatchObject({ records: kept.length, matched: kept.length, rejected: 2, skipped });
});

test('columns and counts are those of all records', () => {
  const where = ['-w', 'level == "error" && n < 100000'];
  const csv = ['select', '--to', 'csv', '-q', ...where, 'in'];
  expect(slung(...csv, '--unchecked').out).toBe(slung(...csv).out);
  const count = ['count', '--by', 'level', '--max', 'n', '-q', ...where, 'in'];
  const counted = slung(...count, '--unchecked');
  expect(counted.out).toBe(slung(...count).out);
  expect(slung(...count.slice(0, -1), '--unchecked', 'in').out).not.toBe('');
});

test('where no text has to be in a match, that is said', () => {
  const { out, said } = slung('select', '--unchecked', '-w', 'level != "info" && !(n >= 10)', 'in');
  expect(out).toBe(
    '{"n":0,"level":"error","msg":""}\n{"n":1,"level":"\\u0065rror","msg":"m"}\n{"n":9,"level":"error","msg":"mmmmmmmmm"}\n',
  );
  expect(said).toContain('--unchecked: every line was looked at');
});

test('bad lines that are not looked at cannot be kept', () => {
  const { said, code } = slung('select', '--unchecked', '--on-error', 'keep', '-w', 'level == "error"', 'in');
  expect(code).toBe(2);
  expect(said).toContain('--unchecked cannot be combined with --on-error keep');
});

describe('run', () => {
  const filter = fileURLToPath(new URL('../../fixtures/plugins/wasi/copy.wasm', import.meta.url));

  test('a filter is given the same records', () => {
    const { out, said, code } = slung('run', filter, '--unchecked', '--stats=json', '-w', 'level == "error"', 'in');
    expect(out).toBe(`${kept.join('\n')}\n`);
    expect(code).toBe(1);
    expect(said).toContain('slung: in:140008:');
    expect(statsIn(said)).toMatchObject({ matched: kept.length, rejected: 2, skipped: LINES - kept.length - 2 });
  });

  test('what is done again after a failure is not passed over twice', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => {
      if (i % 1000 === 700) return `{"level":"error","do":"trap","n":${i}}`;
      return `{"level":"${i % 3 === 0 ? 'error' : 'info'}","n":${i}}`;
    });
    writeFileSync(join(work.path, 'traps'), `${lines.join('\n')}\n`);
    const plugin = await pluginFile('test/plugin/lane/asm/unruly.ts');
    const args = ['run', plugin, '--stats=json', '--on-plugin-error', 'skip', '-w', 'level == "error"', 'traps'];
    const [all, some] = [slung(...args), slung(...args, '--unchecked')];
    expect(some.out).toBe(all.out);
    const { records, matched } = statsIn(all.said) as { records: number; matched: number };
    expect(statsIn(some.said)).toMatchObject({ records: matched, matched, skipped: records - matched });
  });

  test('lines that are not looked at cannot be passed on', () => {
    const { said, code } = slung('run', filter, '--unchecked', '--unmatched', 'pass', '-w', 'level == "error"', 'in');
    expect(code).toBe(2);
    expect(said).toContain('--unchecked cannot be combined with --unmatched pass');
  });
});
