// @ts-check
/**
 * Makes docs/site: README, cookbook, man pages and the texts of src/ as pages that need no server. `npm run docs`
 * Texts stand once: the pages are made of the files that pages.mjs names, and a link that leads nowhere is an error.
 *
 *     node docs/make/make.mjs [--out FOLDER]
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deadLinks } from './links.mjs';
import { escaped, manPage } from './man.mjs';
import { markdown } from './markdown.mjs';
import { groups, manPageOf, pages } from './pages.mjs';
import { photographs, picturesPage } from './pictures.mjs';
import { searchScript } from './search.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const { values: options } = parseArgs({ options: { out: { type: 'string', default: 'docs/site' } } });
/** @type {{ readonly version: string }} */
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
if (!existsSync('dist/select.cjs')) throw new Error('slung is not built: npm run build');
makeSite(options.out);

/** @param {string} out */
function makeSite(out) {
  const made = pages.map((page) => ({ ...page, html: contentOf(page) }));
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const page of made) writeFileSync(join(out, page.file), framed(page));
  writeFileSync(join(out, 'texts.js'), searchScript(made));
  for (const file of ['site.css', 'site.js', ...photographs]) copyFileSync(join(here, file), join(out, file));
  const dead = deadLinks(out);
  if (dead.length > 0) throw new Error(`links that lead nowhere:\n${dead.join('\n')}`);
  process.stdout.write(`${out}/index.html: ${made.length} pages\n`);
}

/** @param {import('./pages.mjs').Page} page */
function contentOf({ source }) {
  if (source.endsWith('pictures.mjs')) return picturesPage();
  const text = readFileSync(source, 'utf8');
  if (!source.startsWith('man/')) return markdown(text, source);
  const { title, html } = manPage(text, manPageOf);
  return `<h1>${title}</h1>\n${html}`;
}

/** @param {{ file: string, title: string, html: string }} page */
function framed({ file, title, html }) {
  const link = (/** @type {import('./pages.mjs').Page} */ page) =>
    `<li><a href="${page.file}"${page.file === file ? ' aria-current="page"' : ''}>${escaped(page.title)}</a></li>`;
  const list = groups.map(({ name, pages }) => `<h2>${name}</h2>\n<ul>\n${pages.map(link).join('\n')}\n</ul>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === 'slung' ? 'slung' : `${escaped(title)} · slung`}</title>
<link rel="stylesheet" href="site.css">
<link rel="icon" href="data:,">
<script defer src="texts.js"></script>
<script defer src="site.js"></script>
</head>
<body>
<a class="skip" href="#text">To the text</a>
<header>
<a href="index.html">slung</a>
<div class="search" role="search">
<input id="search" type="search" placeholder="Search ( / )" aria-label="Search all pages" autocomplete="off" spellcheck="false">
<ul id="found" hidden></ul>
<p id="found-status" role="status"></p>
</div>
</header>
<div class="page">
<nav aria-label="Pages"><details open><summary>Pages</summary>
${list.join('\n')}
</details></nav>
<main id="text">
${html}
</main>
</div>
<footer>slung ${version}</footer>
</body>
</html>
`;
}
