/** The site that `npm run docs` makes, in a browser: what readers see, wide and narrow, and the search by keys. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasNoBrowser, openBrowser } from './support/browser.ts';
import { root } from './support/source.ts';

const dir = mkdtempSync(join(tmpdir(), 'slung-docs-browser-'));
let browser: Browser;

beforeAll(async () => {
  if (hasNoBrowser) return;
  browser = await openBrowser();
  const { status, stderr } = spawnSync(process.execPath, ['docs/make/make.mjs', '--out', dir], { cwd: root });
  expect({ status, said: stderr.toString() }).toEqual({ status: 0, said: '' });
});
afterAll(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(hasNoBrowser)('the site', () => {
  test.each([1280, 400])('%i pixels wide: each page fits, and loads nothing from elsewhere', async (width) => {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const wrong: string[] = [];
    page.on('console', (message) => wrong.push(message.text()));
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) wrong.push(request.url());
    });
    for (const file of readdirSync(dir).filter((name) => name.endsWith('.html'))) {
      await page.goto(pathToFileURL(join(dir, file)).href);
      const overhang = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect({ file, overhang }).toEqual({ file, overhang: 0 });
    }
    expect(wrong).toEqual([]);
    await page.close();
  });

  test('the search is found by its key, and leads to a place in a page', async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(join(dir, 'index.html')).href);
    await page.keyboard.press('/');
    await page.keyboard.type('dead letters');
    const first = page.locator('#found a').first();
    expect(await first.textContent()).toMatch(/dead letters/i);
    const target = await first.getAttribute('href');
    expect(target).toContain('#');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.href.endsWith(target!));
    expect(await page.title()).toContain('slung');
    await page.keyboard.press('/');
    await page.keyboard.type('xyzzyq');
    await page.locator('#found-status', { hasText: 'Nothing found' }).waitFor();
    await page.close();
  });

  test('on a narrow screen the list of pages is folded, and opens', async () => {
    const page = await browser.newPage({ viewport: { width: 400, height: 900 } });
    await page.goto(pathToFileURL(join(dir, 'index.html')).href);
    const link = page.getByRole('link', { name: 'Cookbook', exact: true });
    expect(await link.isVisible()).toBe(false);
    await page.getByText('Pages', { exact: true }).click();
    await link.click();
    await page.waitForURL(/cookbook/);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).not.toBe('');
    await page.close();
  });
});
