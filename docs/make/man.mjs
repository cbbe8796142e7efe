// @ts-check
/**
 * Man pages as HTML: of man(7), what ours are printed with (src/cli/help/man.ts). Anything else is an error, so that a
 * new request does not appear as text.
 */

/**
 * @typedef {object} ManPage
 * @property {string} title `slung-select(1)`
 * @property {string} html
 */

/** @param {string} text @returns {string} */
export function escaped(text) {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** What stands for characters that troff would take for its own. */
const characters = /** @type {Readonly<Record<string, string>>} */ ({
  '\\-': '-',
  '\\e': '\\',
  '\\&': '',
  '\\(dq': '"',
  '\\(aq': "'",
  '\\(ha': '^',
  '\\(ti': '~',
  '\\(ga': '`',
  '\\(rs': '\\',
});
const fonts = /** @type {Readonly<Record<string, string>>} */ ({ B: '<b>', I: '<i>' });

/**
 * A line's text as HTML.
 * @param {string} line
 */
export function inline(line) {
  let open = '';
  const html = line.replace(/\\f(.)|\\\(..|\\.|[&<>"]/g, (found, font) => {
    if (font !== undefined) {
      const close = open === '' ? '' : open.replace('<', '</');
      open = fonts[font] ?? '';
      return close + open;
    }
    if (found.length === 1) return escaped(found);
    const character = characters[found];
    if (character === undefined) throw new Error(`a man page has ${found}, which is not known here`);
    return escaped(character);
  });
  return open === '' ? html : html + open.replace('<', '</');
}

/** A flag in running text is code, so that no line ends between its hyphens. @param {string} html */
function withFlags(html) {
  return html.replace(/(^|[\s(])(--?[a-zA-Z][\w-]*)(?![^<]*>)/g, '$1<code>$2</code>');
}

/**
 * The page. `linkOf` gives the address of another page by its name in the form `slung-select(1)`, if there is one.
 * @param {string} text
 * @param {(name: string) => string | undefined} linkOf
 * @returns {ManPage}
 */
export function manPage(text, linkOf) {
  /** @type {string[]} */
  const html = [];
  let title = '';
  /** What is open and is closed by the next request: a paragraph, the entries of a list, one of them. */
  let isParagraph = false;
  let hasEntries = false;
  let isTag = false;
  let isVerbatim = false;
  const closeParagraph = () => {
    if (isParagraph) html.push('</p>');
    isParagraph = false;
  };
  const closeEntries = () => {
    closeParagraph();
    if (hasEntries) html.push('</dd></dl>');
    hasEntries = false;
  };
  /** @param {string} line */
  const write = (line) => {
    if (!isParagraph && !isVerbatim) html.push('<p>');
    isParagraph = !isVerbatim;
    html.push(isVerbatim ? line : withFlags(line));
  };
  /** @param {string} argument */
  const heading = (argument) => argument.replace(/^"(.*)"$/, '$1');
  for (const line of text.split('\n')) {
    const [, request, argument = ''] = /^\.(\S+) ?(.*)$/.exec(line) ?? [];
    if (isTag) {
      html.push(`${inline(line)}</dt><dd>`);
      isTag = false;
    } else if (request === undefined) {
      if (line !== '' || isVerbatim) write(inline(line));
    } else if (request === 'TH') {
      const [name = '', section = ''] = argument.split(' ');
      title = `${inline(name).toLowerCase()}(${section})`;
    } else if (request === 'SH' || request === 'SS') {
      closeEntries();
      const level = request === 'SH' ? 'h2' : 'h3';
      const words = inline(heading(argument));
      html.push(`<${level}>${request === 'SH' ? words.charAt(0) + words.slice(1).toLowerCase() : words}</${level}>`);
    } else if (request === 'PP') closeEntries();
    else if (request === 'IP') closeParagraph();
    else if (request === 'TP') {
      closeParagraph();
      html.push(hasEntries ? '</dd><dt>' : '<dl><dt>');
      [hasEntries, isTag] = [true, true];
    } else if (request === 'nf') {
      closeParagraph();
      html.push('<pre><code>');
      isVerbatim = true;
    } else if (request === 'fi') {
      html.push('</code></pre>');
      isVerbatim = false;
    } else if (request === 'BR') {
      const [, name = '', section = '', rest = ''] = /^(.*?) \((\d)\)(.*)$/.exec(argument) ?? [];
      const page = `${inline(name)}(${section})`;
      const link = linkOf(page);
      write(link === undefined ? `<b>${page}</b>${rest}` : `<a href="${link}">${page}</a>${rest}`);
    } else if (request === 'br') write('<br>');
    else if (!['RS', 'RE', '\\"'].includes(request))
      throw new Error(`a man page has .${request}, which is not known here`);
  }
  closeEntries();
  return {
    title,
    html: html.join('\n').replaceAll('<pre><code>\n', '<pre><code>').replaceAll('\n</code></pre>', '</code></pre>'),
  };
}
