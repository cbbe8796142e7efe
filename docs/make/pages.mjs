// @ts-check
/** Which texts the site has, in the order of its list, and where each comes from. */
import { readdirSync } from 'node:fs';

/**
 * @typedef {object} Page
 * @property {string} file its name in the site
 * @property {string} title in the list of pages
 * @property {string} source from the root of the project
 */

/** @type {readonly { readonly name: string, readonly pages: readonly Page[] }[]} */
export const groups = [
  {
    name: 'Begin',
    pages: [
      { file: 'index.html', title: 'slung', source: 'README.md' },
      { file: 'pictures.html', title: 'Pictures', source: 'docs/make/pictures.mjs' },
      { file: 'cookbook.html', title: 'Cookbook', source: 'docs/cookbook.md' },
      { file: 'scale.html', title: 'From one pipe to ten machines', source: 'docs/scale.md' },
    ],
  },
  {
    name: 'Languages',
    pages: [
      { file: 'selectors.html', title: 'Selectors', source: 'src/selector/README.md' },
      { file: 'query.html', title: 'Queries', source: 'src/query/README.md' },
      { file: 'templates.html', title: 'Templates', source: 'src/generate/README.md' },
    ],
  },
  {
    name: 'Plugins',
    pages: [
      { file: 'plugins.html', title: 'Writing plugins', source: 'src/plugin/authoring/README.md' },
      { file: 'abi-tangent.html', title: 'ABI: Tangent’s world', source: 'src/plugin/tangent/ABI.md' },
      { file: 'abi-slung.html', title: 'ABI: Slung’s programs', source: 'src/plugin/slung/ABI.md' },
      { file: 'abi-wasi.html', title: 'ABI: WASI filters', source: 'src/plugin/wasi/ABI.md' },
      { file: 'abi-component.html', title: 'ABI: components', source: 'src/plugin/component/ABI.md' },
    ],
  },
  {
    name: 'Manual',
    pages: readdirSync('man')
      .sort()
      .map((name) => ({
        file: `man-${name}.html`,
        title: name.replace(/\.(\d)$/, '($1)'),
        source: `man/${name}`,
      })),
  },
  {
    name: 'Figures and insides',
    pages: [
      { file: 'results.html', title: 'What was measured', source: 'bench/RESULTS.md' },
      { file: 'bench.html', title: 'How it is measured', source: 'bench/README.md' },
      { file: 'map.html', title: 'The one-minute map', source: 'src/README.md' },
      { file: 'engine.html', title: 'The engine', source: 'src/engine/README.md' },
      { file: 'graph.html', title: 'A run', source: 'src/graph/README.md' },
      { file: 'store.html', title: 'The store', source: 'src/store/README.md' },
      { file: 'format.html', title: 'The store’s files', source: 'src/store/FORMAT.md' },
      { file: 'changelog.html', title: 'Changes', source: 'CHANGELOG.md' },
    ],
  },
];

export const pages = groups.flatMap(({ pages }) => pages);

/** The page that is made of a file of the project. */
const bySource = new Map(pages.map((page) => [page.source, page]));

/** @param {string} source */
export const pageOf = (source) => bySource.get(source);

/** The page of `slung-select(1)`. @param {string} name */
export const manPageOf = (name) => bySource.get(`man/${name.replace(/\((\d)\)$/, '.$1')}`)?.file;
