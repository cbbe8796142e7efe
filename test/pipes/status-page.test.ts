/**
 * The page of `--status` in a real browser, over a real run with live input: wide and narrow, light and dark, by
 * keyboard and in the tree that screen readers get.
 */
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasNoBrowser, openBrowser } from '../support/browser.ts';
import { Piped, workDirectory } from './support.ts';

const work = workDirectory();
let browser: Browser;
let pager: Server;
let isAnswering = true;
let slung: Piped;
let feeding: NodeJS.Timeout | undefined;
let url = '';
/** What the page did that it should not. */
const wrong: string[] = [];

/** Run in the page: the id, name or text of what has the focus. */
const FOCUSED = '(({ id, textContent, ariaLabel }) => id || ariaLabel || textContent)(document.activeElement)';
const RATE = expect.stringMatching(/^[1-9].*\/s$/);

/** A name that would be markup where somebody forgot that it is text. */
const NASTY = './<img src=x onerror=alert(1)>.ndjson';

beforeAll(async () => {
  if (hasNoBrowser) return;
  browser = await openBrowser();
  pager = createServer((request, response) => {
    request.resume();
    request.on('end', () => (isAnswering ? response.end() : response.writeHead(503).end()));
  });
  await new Promise<void>((resolve) => pager.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await browser?.close();
  pager?.closeAllConnections();
  pager?.close();
  work.remove();
});
afterEach(async () => {
  clearInterval(feeding);
  isAnswering = true;
  for (const context of browser?.contexts() ?? []) await context.close();
  await slung?.discard();
  expect(wrong.splice(0)).toEqual([]);
});

/** A run with two branches and a sink for rejects, with records and a bad line every few milliseconds. */
async function startRun(): Promise<void> {
  const { port } = pager.address() as AddressInfo;
  writeFileSync(
    join(work.path, 'page.yaml'),
    `defaults: { shutdown-timeout: 1s, status: '0' }
sinks:
  pager: { type: http, url: 'http://127.0.0.1:${port}/', buffer: 4KiB, on-failure: retry }
  bad: { type: file, path: bad.ndjson }
routes:
  - from: stdin
    first:
      - { where: 'level == "error"', to: pager }
      - { to: ${JSON.stringify(NASTY)} }
rejects: bad
`,
  );
  slung = new Piped(['-c', 'page.yaml'], work.path, 'run');
  const end = slung.ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
  url = /at (http:\S+)/.exec(await Promise.race([slung.untilSaid('the status is at'), end]))![1]!;
}

/** Records for both branches; those for a sink that is stuck stay away, or the pipe would be full. */
function feed(text: string): void {
  clearInterval(feeding);
  feeding = setInterval(() => slung.write(text), 20);
}

const both = '{"level":"error","n":1}\n{"level":"info","n":2}\n{"level":"info","n":3}\n{bad\n';

async function openPage(width: number, colorScheme: 'light' | 'dark', isEnding = false): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' });
  const own = url;
  page.on('console', (message) => {
    // Nobody answers after the end, which the browser itself says.
    if (!isEnding || !/ERR_CONNECTION_REFUSED|ERR_EMPTY|ERR_CONN/.test(message.text())) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('dialog', (dialog) => wrong.push(dialog.message()));
  page.on('request', (request) => {
    if (!request.url().startsWith(own) && !request.url().startsWith('data:')) wrong.push(request.url());
  });
  await page.goto(url);
  return page;
}

const state = (page: Page): Promise<string | null> => page.locator('#state').textContent();

async function expectFlow(page: Page, width: number, scheme: 'light' | 'dark'): Promise<void> {
  await expect.poll(() => state(page)).toBe('Running');
  await expect.poll(() => page.locator('.route .rate').allTextContents()).toEqual([RATE, RATE]);
  expect(await page.locator('.route .where').allTextContents()).toEqual([
    expect.stringContaining('level == "error"'),
    expect.stringContaining('the rest'),
  ]);
  await expect.poll(() => page.locator('#causes').textContent()).toContain('expected-key');
  await expect.poll(() => page.locator('#messages').textContent()).toContain('E03 expected-key');
  await expect.poll(() => page.locator('.tile').allTextContents()).toContainEqual(expect.stringMatching(/^Memory\d/));
  expect(await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')).toEqual([width, width]);
  const colors = await page.evaluate<[string, string]>(
    '(({ backgroundColor, color }) => [backgroundColor, color])(getComputedStyle(document.documentElement))',
  );
  const [ground, ink] = colors.map((color) => Number(/\d+/.exec(color)![0]));
  expect(ground! > ink!).toBe(scheme === 'light');
  // Names are text, whatever is in them.
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.locator('#sinks').textContent()).toContain(NASTY);
}

describe.skipIf(hasNoBrowser)('the page of --status', () => {
  test('shows what flows, and fits, wide and narrow, light and dark', async () => {
    await startRun();
    feed(both);
    const views = [400, 1280].flatMap((width) =>
      (['light', 'dark'] as const).map((scheme) => [width, scheme] as const),
    );
    const seen = views.map(async ([width, scheme]) => expectFlow(await openPage(width, scheme), width, scheme));
    await Promise.all(seen);
  });

  test('can be used by keyboard, and has names for whoever does not see it', async () => {
    await startRun();
    feed(both);
    const page = await openPage(1280, 'light');
    await expect.poll(() => page.locator('.node').count()).toBe(4);
    const reached: string[] = [];
    for (let i = 0; i < 16; i++) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate<string>(FOCUSED));
    }
    expect(reached.slice(0, 8)).toEqual([
      ...['Skip to the figures', 'as-graph', 'as-table', 'pause'],
      expect.stringMatching(/^source stdin, stdin: /),
      expect.stringMatching(/^sink pager, http: .*\/s/),
      expect.stringContaining(`sink ${NASTY}, file: `),
      expect.stringMatching(/^sink bad, file: /),
    ]);
    expect(reached).toContain('stats.json');
    const tree = await page.locator('body').ariaSnapshot();
    for (const part of [
      'heading "page.yaml" [level=1]',
      'button "Graph" [pressed]',
      'group "Show the flow as"',
      'table "Routes"',
      'table "Sinks"',
      'columnheader "Queue"',
      'rowheader "pager http"',
      'list "Last messages"',
      'status',
    ]) {
      expect(tree).toContain(part);
    }
    await page.locator('#as-table').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#graph').isVisible()).toBe(false);
    expect(await page.locator('#routes').boundingBox()).toMatchObject({ width: expect.closeTo(1192, -2) });
    await page.locator('#pause').focus();
    await page.keyboard.press('Space');
    await expect.poll(() => state(page)).toBe('Paused');
    await page.keyboard.press('Space');
    await expect.poll(() => state(page)).toBe('Running');
  });

  test('a sink that is stuck is shown as such, and an error is read out', async () => {
    await startRun();
    feed(both);
    const page = await openPage(1280, 'dark');
    await expect.poll(() => state(page)).toBe('Running');
    isAnswering = false;
    await expect.poll(() => page.locator('.node.sink').first().getAttribute('data-state')).toBe('away');
    feed('');
    slung.write(`{"level":"error","x":"${'x'.repeat(2000)}"}\n`.repeat(8));
    const node = page.locator('.node.sink').first();
    await expect.poll(() => node.getAttribute('data-state')).toBe('waiting');
    expect(await node.textContent()).toMatch(/pagerstuck for .*stuck$/);
    expect(await node.getAttribute('aria-label')).toContain('stuck for');
    expect(await page.locator('#news').textContent()).toMatch(/^Not ready: sink pager: stuck for .*HTTP 503/);
    await expect.poll(() => page.locator('#messages').textContent()).toContain('waiting for sink pager');
    expect(await page.locator('#sinks tr[data-state=waiting]').count()).toBe(1);
    expect(await page.locator('.route[data-held]').count()).toBe(1);
  });

  test('says that the run has ended, with its last figures, or that nobody answers', async () => {
    await startRun();
    slung.write(both);
    const page = await openPage(400, 'light', true);
    await expect.poll(() => state(page)).toBe('Running');
    await expect.poll(() => page.locator('.tile').first().textContent()).toMatch(/3.records/);
    slung.endInput();
    await expect.poll(() => state(page)).toBe('Ended');
    expect(await page.locator('#news').textContent()).toMatch(/^The run has ended: with exit code 1/);
    expect(await page.locator('.route .rate').allTextContents()).toEqual(['1', '2']);
    expect(await page.title()).toBe('Ended · page.yaml');
    await startRun();
    const other = await openPage(400, 'light', true);
    await expect.poll(() => state(other)).toBe('Running');
    slung.child.kill('SIGKILL');
    await expect.poll(() => state(other)).toBe('Not reachable');
  });
});
