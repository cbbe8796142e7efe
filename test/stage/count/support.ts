/** `slung count` over lines in a file, in this process. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { slung } from '../../cli/support.ts';

const directory = mkdtempSync(join(tmpdir(), 'slung-count-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The exit code, the rows as they are, and the messages. */
export async function count(
  lines: readonly string[],
  argv: readonly string[],
): Promise<{ code: number; rows: string[]; err: string }> {
  const file = join(directory, 'in.ndjson');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const { code, out, err } = await slung(['count', '-j1', ...argv, file]);
  return { code, rows: out.split('\n').slice(0, -1), err: err.replaceAll(file, 'in') };
}
