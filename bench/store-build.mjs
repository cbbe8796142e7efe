// @ts-check
/**
 * The store's own interface for measuring, bundled from the sources of this tree, and stores that are filled with
 * generated points. What generating costs is never part of a figure.
 */
import { copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { PointGenerator, seriesNames, toMicroseconds } from './generate/points.mjs';
import { root } from './tools.mjs';

/**
 * @typedef {typeof import('../src/store/index.ts') & Pick<typeof import('../src/query/index.ts'), 'parseQuery'>}
 * StoreModule
 */
/** @typedef {import('../src/store/index.ts').Store} Store */

/** Bundles the store into a folder. @param {string} folder @returns {string} the module's file */
export function bundleStore(folder) {
  const outfile = join(folder, 'store.mjs');
  const contents = "export * from './src/store/index.ts'; export { parseQuery } from './src/query/index.ts';";
  buildSync({
    ...{ stdin: { contents, resolveDir: root }, bundle: true, platform: 'node', format: 'esm' },
    ...{ outfile, logLevel: 'error' },
  });
  copyFileSync(`${root}src/store/kernel/store.wasm`, join(folder, 'store.wasm'));
  return outfile;
}

/** @param {string} file of bundleStore @returns {Promise<StoreModule>} */
export async function loadStore(file) {
  return await import(pathToFileURL(file).href);
}

/**
 * @param {StoreModule} module @param {string} directory @param {'batch' | 'none'} durability
 * @param {{ flushPoints?: number }} [more] @returns {Store}
 */
export function openForWriting({ openStore, storeOptions, NodeFiles }, directory, durability, more = {}) {
  const options = storeOptions({
    ...{ durability, retainMs: undefined, clockMs: () => performance.now(), nowUs: () => BigInt(Date.now()) * 1000n },
    warn: (/** @type {string} */ text) => console.error(text),
    ...more,
  });
  return openStore(NodeFiles.open(directory, { create: true }), options);
}

/**
 * Appends generated points in batches. @param {Store} store @param {number} series @param {number} points
 * @param {number} batchPoints @returns {number} milliseconds in `append`
 */
export function fill(store, series, points, batchPoints) {
  const known = Uint32Array.from(seriesNames(series), ({ name, tags }) => store.seriesId(name, tags));
  const generator = new PointGenerator(series);
  const ids = new Uint32Array(batchPoints);
  const timesMs = new Float64Array(batchPoints);
  const timesUs = new BigInt64Array(batchPoints);
  const values = new Float64Array(batchPoints);
  let spentMs = 0;
  for (let done = 0; done < points; done += batchPoints) {
    generator.fill(ids, timesMs, values);
    toMicroseconds(timesMs, timesUs);
    for (let i = 0; i < batchPoints; i++) ids[i] = /** @type {number} */ (known[/** @type {number} */ (ids[i])]);
    const startMs = performance.now();
    store.append({ ids, timesUs, values, count: Math.min(batchPoints, points - done), positions: [] });
    spentMs += performance.now() - startMs;
  }
  return spentMs;
}

/** Of all files of a directory. @param {string} directory */
export function bytesIn(directory) {
  return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}
