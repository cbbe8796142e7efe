// @ts-check
/**
 * Takes the pictures of the status page that the site shows, light and dark, from a run that it starts: a browser is
 * not on every machine that makes the site, so docs/make/status-*.png are kept. Taken again when the page has changed.
 *
 *     node docs/make/photograph.mjs
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const WIDTH = 1280;
const HEIGHT = 860;
const FEED_MS = 5;
/** So long that rates have something to be the mean of. */
const RUN_MS = 8000;

const folder = mkdtempSync(join(tmpdir(), 'slung-photograph-'));
/** A sink that answers, but slowly, so that something waits. */
const pager = createServer((request, response) => {
  request.resume().on('end', () => setTimeout(() => response.end(), 40));
});
pager.listen(0, '127.0.0.1');
await once(pager, 'listening');
const address = /** @type {import('node:net').AddressInfo} */ (pager.address());
writeFileSync(
  join(folder, 'slung.yaml'),
  `defaults: { status: '0', shutdown-timeout: 1s }
sinks:
  errors: { type: file, path: errors.ndjson, mode: append }
  archive: { type: dir, path: 'out/{service}.ndjson' }
  pager: { type: http, url: 'http://127.0.0.1:${address.port}/v1' }
  bad: { type: file, path: bad.ndjson, mode: append }
routes:
  - from: stdin
    first:
      - { where: 'level == "error"', to: errors }
      - { where: 'has(service)', to: archive }
  - { from: stdin, where: 'ms > 900', to: pager }
rejects: bad
`,
);
const slung = spawn(process.execPath, [join(process.cwd(), 'bin/slung.js'), 'run', '-c', 'slung.yaml'], {
  cwd: folder,
  stdio: ['pipe', 'inherit', 'pipe'],
});
try {
  let url = '';
  for await (const line of createInterface({ input: slung.stderr })) {
    url = /http:\/\/[\d.:]+\//.exec(line)?.[0] ?? '';
    if (url !== '') break;
  }
  let count = 0;
  const feeding = setInterval(() => {
    const records = Array.from({ length: 40 }, () => {
      count++;
      const service = ['billing', 'gateway', 'search'][count % 3];
      const level = count % 23 === 0 ? 'error' : 'info';
      return count % 997 === 0 ? '{"service":' : JSON.stringify({ service, level, ms: (count * 37) % 1000 });
    });
    slung.stdin.write(`${records.join('\n')}\n`);
  }, FEED_MS);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT }, colorScheme });
    await page.goto(url);
    await page.waitForTimeout(RUN_MS);
    await page.screenshot({ path: `docs/make/status-${colorScheme}.png` });
  }
  clearInterval(feeding);
  await browser.close();
} finally {
  slung.kill();
  pager.closeAllConnections();
  pager.close();
  rmSync(folder, { recursive: true, force: true });
}
