// @ts-check
/** Markdown as HTML, with the headings' ids as GitHub has them, and links between texts as links between pages. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Marked } from 'marked';
import { escaped } from './man.mjs';
import { pageOf } from './pages.mjs';

/** @param {string} text */
export function slug(text) {
  return text
    .toLowerCase()
    .replace(/<[^>]*>|&#?\w+;/g, '')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/**
 * @param {string} text
 * @param {string} source the file that it is from
 */
export function markdown(text, source) {
  /** @type {Map<string, number>} */
  const taken = new Map();
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const html = this.parser.parseInline(tokens);
        const id = slug(html);
        const count = taken.get(id) ?? 0;
        taken.set(id, count + 1);
        return `<h${depth} id="${count === 0 ? id : `${id}-${count}`}">${html}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const html = this.parser.parseInline(tokens);
        const address = addressOf(href, source);
        return address === undefined ? html : `<a href="${escaped(address)}">${html}</a>`;
      },
      // What is wider than a telephone scrolls by itself.
      table(token) {
        const [head, ...rows] = [token.header, ...token.rows].map((cells) =>
          cells.map((cell, i) => {
            const tag = cell.header ? 'th' : 'td';
            const align = token.align[i] === 'right' ? ' class="number"' : '';
            return `<${tag}${align}>${this.parser.parseInline(cell.tokens)}</${tag}>`;
          }),
        );
        const row = (/** @type {readonly string[] | undefined} */ cells) => `<tr>${cells?.join('') ?? ''}</tr>`;
        return `<div class="wide" tabindex="0"><table><thead>${row(head)}</thead><tbody>${rows.map(row).join('\n')}</tbody></table></div>\n`;
      },
      code({ text: code, lang }) {
        return `<pre tabindex="0"${lang ? ` data-language="${escaped(lang)}"` : ''}><code>${escaped(code)}</code></pre>\n`;
      },
    },
  });
  return /** @type {string} */ (marked.parse(text, { async: false }));
}

/**
 * Where a link of a text leads in the site: to another page, or elsewhere on the net. A file that the site has no page
 * of is only named.
 * @param {string} href
 * @param {string} source
 */
function addressOf(href, source) {
  if (/^(https?:|mailto:|#)/.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const target = posix.join(posix.dirname(source), path);
  if (!existsSync(join('.', target))) throw new Error(`${source} links to ${href}, which is not there`);
  const page = pageOf(target.replace(/\/$/, '')) ?? pageOf(posix.join(target, 'README.md'));
  return page === undefined ? undefined : page.file + (anchor === undefined ? '' : `#${anchor}`);
}
