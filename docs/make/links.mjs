// @ts-check
/** The links of a site that lead nowhere, and what it would fetch from elsewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A line for each link to a page, place or file that is not there, and for each address elsewhere that a page would
 * load by itself.
 * @param {string} folder
 * @returns {string[]}
 */
export function deadLinks(folder) {
  const files = readdirSync(folder).filter((file) => file.endsWith('.html'));
  const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  const ids = new Map([...texts].map(([file, text]) => [file, idsOf(text)]));
  return [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/<(\w+)[^>]*? (href|src|srcset)="([^"]*)"/g)].flatMap(([, tag, , address = '']) => {
      if (/^(https?:|\/\/)/.test(address)) return tag === 'a' ? [] : [`${file} loads ${address}`];
      if (/^(mailto|data):/.test(address)) return [];
      const [path = '', anchor = ''] = address.split('#');
      const target = path === '' ? file : path;
      if (!existsSync(join(folder, target))) return [`${file} → ${address}`];
      return anchor === '' || ids.get(target)?.has(decodeURIComponent(anchor)) ? [] : [`${file} → ${address}`];
    }),
  );
}

/** @param {string} text */
function idsOf(text) {
  return new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
}
