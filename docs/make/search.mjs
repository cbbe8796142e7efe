// @ts-check
/** What the site's search looks in: the sections of all pages, as a script, because a page of a file cannot fetch. */

/**
 * The sections of a page's HTML: what stands below each heading that has an id, and before the first.
 * @param {string} html
 * @returns {{ anchor: string, title: string, text: string }[]}
 */
export function sectionsOf(html) {
  return html.split(/(?=<h[1-3][ >])/).flatMap((part) => {
    const [, id = '', title = ''] = /^<h[1-3](?: id="([^"]*)")?>(.*?)<\/h[1-3]>/s.exec(part) ?? [];
    const text = plain(part.replace(/^<h[1-3].*?<\/h[1-3]>/s, ''));
    return title === '' && text === '' ? [] : [{ anchor: id, title: plain(title), text }];
  });
}

const named = /** @type {Readonly<Record<string, string>>} */ ({ lt: '<', gt: '>', amp: '&', quot: '"' });

/** @param {string} html */
function plain(html) {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replace(/&(lt|gt|amp|quot);/g, (_, name) => named[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * A section is the number of its page, its anchor, its title and its text.
 * @param {readonly { file: string, title: string, html: string }[]} pages
 */
export function searchScript(pages) {
  const sections = pages.flatMap(({ html }, page) =>
    sectionsOf(html).map(({ anchor, title, text }) => [page, anchor, title, text]),
  );
  const data = { pages: pages.map(({ file, title }) => [file, title]), sections };
  return `window.slungTexts = ${JSON.stringify(data).replaceAll('<', '\\u003c')};\n`;
}
