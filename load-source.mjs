// @ts-check
/** Tables of src for the tools of the project, which run before there is anything built. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/**
 * What a TypeScript file exports. With `alone`, what it imports is left out and its imports are empty: for a table
 * whose functions are not called.
 * @param {string} path from the root of the project
 * @param {{ alone?: boolean }} [options]
 */
export async function loadSource(path, { alone = false } = {}) {
  /** @type {import('esbuild').Plugin} */
  const emptied = {
    name: 'emptied',
    setup(plugin) {
      plugin.onResolve({ filter: /^\./ }, ({ kind }) =>
        kind === 'entry-point' ? undefined : { path: 'empty', namespace: 'empty' },
      );
      plugin.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [`./${path}`],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    logOverride: { 'empty-import-meta': 'silent' },
    plugins: alone ? [emptied] : [],
  });
  const folder = mkdtempSync(join(tmpdir(), 'slung-source-'));
  try {
    const file = join(folder, `${basename(path, '.ts')}.cjs`);
    writeFileSync(file, outputFiles[0]?.text ?? '');
    return createRequire(import.meta.url)(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
