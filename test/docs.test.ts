/**
 * The site that `npm run docs` makes (docs/make). That no link of it is dead is checked whenever it is made; here,
 * that the check finds them, that all texts are in it, and what its search finds.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deadLinks } from '../docs/make/links.mjs';
import { manPage } from '../docs/make/man.mjs';
import { coloured } from '../docs/make/pictures.mjs';
import { sectionsOf } from '../docs/make/search.mjs';
import { root } from './support/source.ts';

const dir = mkdtempSync(join(tmpdir(), 'slung-docs-'));
const site = join(dir, 'site');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['docs/make/make.mjs', '--out', site], { cwd: root });
  expect({ status, said: stderr.toString() }).toEqual({ status: 0, said: '' });
});

const page = (file: string): string => readFileSync(join(site, file), 'utf8');

test('every man page is a page, with its options as anchors of the list and links to the others', () => {
  for (const name of readdirSync(join(root, 'man'))) expect(page(`man-${name}.html`)).toContain('<h2>Name</h2>');
  expect(page('man-slung-select.1.html')).toContain('<a href="man-slung-selectors.7.html">slung-selectors(7)</a>');
  expect(page('man-slung-select.1.html')).toContain('<b>-w, --where EXPR</b></dt><dd>');
});

test('links between texts lead to pages, and a file without a page is only named', () => {
  expect(page('index.html')).toContain('<a href="cookbook.html">');
  expect(page('index.html')).toContain('<a href="selectors.html">');
  expect(page('index.html')).not.toMatch(/href="[^"]*\.(md|ts)"/);
});

test('the pictures are what slung shows, in its colours', () => {
  const pictures = page('pictures.html');
  expect(pictures).toContain('did you mean `==`?');
  expect(pictures).toContain('<span class="strong ink-31">slung.yaml:6:30: </span>');
});

test('nothing is loaded from elsewhere, and dead links are found', () => {
  expect(deadLinks(site)).toEqual([]);
  const broken = join(dir, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'a.html'), '<a href="b.html">b</a> <a href="#c">c</a> <a href="#d">d</a> <i id="d"></i>');
  writeFileSync(join(broken, 'e.html'), '<img src="https://e.example/e.png"> <a href="https://e.example/">e</a>');
  expect(deadLinks(broken)).toEqual(['a.html → b.html', 'a.html → #c', 'e.html loads https://e.example/e.png']);
});

test.each([
  ['dead letters', 'cookbook.html#'],
  ['--unsparsify', 'man-slung-select.1.html'],
  ['percentile', 'query.html'],
  ['kubernetes', 'scale.html#'],
])('a search for %s finds %s', (question, address) => {
  const found = searchOf()(question);
  expect(found.length).toBeGreaterThan(0);
  expect(
    found.some((place) => place.address.startsWith(address)),
    JSON.stringify(found.map((p) => p.address)),
  ).toBe(true);
});

test('a search for what is nowhere finds nothing', () => {
  expect(searchOf()('xyzzyq')).toEqual([]);
  expect(searchOf()('  ')).toEqual([]);
});

/** The search of site.js over texts.js, with a page that has nothing in it. */
function searchOf(): (question: string) => { address: string }[] {
  const element = { addEventListener: () => {}, classList: { add: () => {} } };
  const window: { slungSearch?: (question: string) => { address: string }[] } = {};
  const document = { ...element, querySelector: () => element, documentElement: element };
  const context = createContext({ window, document, matchMedia: () => ({ matches: false }) });
  for (const file of ['texts.js', 'site.js']) runInContext(page(file), context);
  return window.slungSearch!;
}

test('what a text has of marks is text in the page', () => {
  const { title, html } = manPage(
    '.TH SLUNG-A 1 "" "x" "y"\n.SH NAME\na \\- \\fBb<i>\\fR & \\(dqc\\(dq',
    () => undefined,
  );
  expect(title).toBe('slung-a(1)');
  expect(html).toBe('<h2>Name</h2>\n<p>\na - <b>b&#60;i&#62;</b> &#38; &#34;c&#34;\n</p>');
  expect(() => manPage('.XX', () => undefined)).toThrow('.XX');
  expect(coloured('\x1b[1;31ma<\x1b[39mb\x1b[0m c')).toBe(
    '<span class="strong ink-31">a&#60;</span><span class="strong">b</span> c',
  );
  expect(() => coloured('\x1b[7mx')).toThrow('SGR 7');
});

test('sections are what stands below headings', () => {
  expect(sectionsOf('<p>x</p><h2 id="a">A &amp; B</h2><p>y <b>z</b></p>')).toEqual([
    { anchor: '', title: '', text: 'x' },
    { anchor: 'a', title: 'A & B', text: 'y z' },
  ]);
});
