// @ts-check
/**
 * Writes what is printed from the tables: man/ and test/cli/expected (test/cli/printed.ts has the list). `npm run man`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadSource } from './load-source.mjs';

/** @type {typeof import('./test/cli/printed.ts')} */
const { printedFiles } = await loadSource('test/cli/printed.ts');

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
