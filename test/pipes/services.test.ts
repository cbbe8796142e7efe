/**
 * The services of a Tangent plugin in a real slung: cache (also between two runs, and damaged), locks, configuration.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { pluginFile } from '../support/plugins.ts';
import { bin, environment } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-services-'));
const cache = join(folder, 'cache');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...flags: string[]) {
  const plugin = await pluginFile('fixtures/plugins/as/remember/plugin.ts');
  const input = '{"n":1}\n{"n":1}\n{"n":2}\n';
  const ended = spawnSync(process.execPath, [bin, 'run', plugin, ...flags], {
    input,
    env: environment(),
    encoding: 'utf8',
  });
  const rows = ended.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { rows, err: ended.stderr, code: ended.status };
}

const column = (rows: readonly Record<string, unknown>[], name: string): unknown[] => rows.map((row) => row[name]);

test('cache, lock and configuration are those of the plugin', async () => {
  const { rows, err, code } = await run('--plugin-config', 'who=me');
  expect(column(rows, 'seen')).toEqual([false, true, false]);
  expect(column(rows, 'free')).toEqual([true, false, true]);
  expect(column(rows, 'who')).toEqual(['me', 'me', 'me']);
  expect({ err, code }).toEqual({ err: '', code: 0 });
});

test('the next run remembers what was kept in a file, and a damaged file is told and does no harm', async () => {
  expect(column((await run('--cache', cache)).rows, 'seen')).toEqual([false, true, false]);
  expect(column((await run('--cache', cache)).rows, 'seen')).toEqual([true, true, true]);
  const bytes = readFileSync(cache);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(cache, bytes);
  const damaged = await run('--cache', cache);
  expect(column(damaged.rows, 'seen')).toEqual([false, true, false]);
  expect(damaged.err).toContain('damaged');
  expect(damaged.code).toBe(0);
});

test('a program that asks again and again for what does not answer is ended by --network-time-limit', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const script = fileURLToPath(new URL('../../fixtures/plugins/slung/script.wasm', import.meta.url));
  const flags = [
    '--allow-net',
    host,
    '--network-time-limit',
    '300ms',
    '--',
    ...Array(3).fill(`http|0|http://${host}/|`),
  ];
  const { code, err } = await new Promise<{ code: unknown; err: string }>((resolve) => {
    const child = execFile(process.execPath, [bin, 'run', script, ...flags], { env: environment() }, (error, _, err) =>
      resolve({ code: error?.code, err }),
    );
    child.stdin!.end();
  });
  server.close();
  expect(err).toContain(`no response within the 300 ms left (--network-time-limit)`);
  expect(err).toContain('plugin script: its requests took 300 ms in one call (--network-time-limit)');
  expect(code).toBe(1);
});
