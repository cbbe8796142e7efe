// @ts-check
/** Writes what is printed from the tables: man/ and test/cli/expected (test/cli/printed.ts has the list). `npm run man` */
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: ['test/cli/printed.ts'],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
});
const code = outputFiles[0]?.text ?? '';
/** @type {typeof import('./test/cli/printed.ts')} */
const { printedFiles } = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);

/** @param {string} path */
const textAt = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
for (const { path, text } of printedFiles((source) => readFileSync(source, 'utf8'))) {
  if (textAt(path) === text) continue;
  writeFileSync(path, text);
  process.stdout.write(`wrote ${path}\n`);
}
