/** From slung to slung by HTTP, with a receiver that fails, refuses and forgets: what is confirmed has arrived. */
import { afterEach, expect, test } from 'vitest';
import { type HttpListen, openHttpListen } from '../../src/io/http-listen.ts';
import { HttpOutlet } from '../../src/io/http-outlet.ts';
import { WOULD_BLOCK } from '../../src/io/index.ts';
import { delivery, quickRetry } from './outlets.ts';

let source: HttpListen | undefined;
let outlet: HttpOutlet | undefined;
afterEach(async () => {
  await outlet?.close(0);
  source?.close();
  await source?.closed;
});

/**
 * Takes units until the source ends; `fate` says what becomes of each. Gives the lines of those that were taken well.
 */
async function receive(from: HttpListen, fate: () => 'ok' | 'failed' | 'rejected'): Promise<string[]> {
  const target = new Uint8Array(333);
  const lines: string[] = [];
  let text = '';
  let given = 0;
  for (;;) {
    const count = from.readNow(target);
    if (count === 0) return lines;
    if (count === WOULD_BLOCK) await from.wait();
    else text += Buffer.from(target.subarray(0, count)).toString();
    for (const { end, unit } of from.takeBorders()) {
      const own = text.slice(0, end - given);
      text = text.slice(end - given);
      given = end;
      const outcome = fate();
      if (outcome === 'ok') lines.push(...own.split('\n').slice(0, -1));
      from.settle(unit, outcome === 'rejected' ? { rejects: '{"line":1}\n' } : outcome);
    }
  }
}

test('what is confirmed has arrived, and what is not was refused for good', async () => {
  source = await openHttpListen({
    ...{ name: 'in', host: '127.0.0.1', port: 0, path: '/in', maxBodyBytes: 10_000, token: 's3cret' },
    ...{ warn: () => {}, maxPendingBytes: 15_000 },
  });
  let units = 0;
  const fates = (): 'ok' | 'failed' | 'rejected' => {
    units++;
    return units % 6 === 2 ? 'failed' : units % 6 === 5 ? 'rejected' : 'ok';
  };
  const arrived = receive(source, fates);
  outlet = new HttpOutlet({
    ...{ name: 'out', url: `http://127.0.0.1:${source.port}/in`, headers: { Authorization: 'Bearer s3cret' } },
    ...{
      contentType: 'application/x-ndjson',
      batchBytes: 8_000,
      concurrency: 4,
      timeoutMs: 100_000,
      bufferBytes: 50_000,
    },
    ...{ retry: quickRetry, clockMs: () => performance.now(), nowMs: () => Date.now() },
  });
  const all = Array.from({ length: 24 }, (_, i) => {
    const lines = Array.from({ length: 1 + (i % 40) }, (__, k) => `{"id":"${i}.${k}","pad":"${'x'.repeat(k * 3)}"}\n`);
    return delivery(lines, i % 3 === 0 ? undefined : `unit.${i}`);
  });
  for (const one of all) while (outlet.offer(one) === 'full') await outlet.room();
  await outlet.flush();
  source.stop();
  const got = new Set(await arrived);
  for (const { outcome, segments, settled } of all) {
    expect(settled).toBe(1);
    if (outcome !== 'delivered') expect(String(outcome)).toContain('HTTP 400');
    else for (const segment of segments) expect(got.has(segment.toString().trimEnd())).toBe(true);
  }
  const { deliveries, failed, retries } = outlet.report();
  expect(deliveries + failed.deliveries).toBe(24);
  expect(failed.deliveries).toBeGreaterThan(0);
  expect(retries).toBeGreaterThan(0);
});
