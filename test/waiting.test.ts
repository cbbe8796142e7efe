/**
 * The suite holds on a busy machine because no test hopes that something takes less than some time. What can be seen
 * of that in the sources is looked at here; the rest is up to whoever writes a test.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = import.meta.dirname;
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** The places where a pattern is, without those in the files that may have it. */
function placesOf(pattern: RegExp, allowed: readonly string[] = []): string[] {
  return files
    .filter((file) => !allowed.includes(file))
    .flatMap((file) => {
      const lines = readFileSync(join(root, file), 'utf8').split('\n');
      return lines.flatMap((line, i) => (pattern.test(line) ? [`test/${file}:${i + 1}: ${line.trim()}`] : []));
    });
}

test('tests wait by eventually() or expect.poll(); pause() is for what may well be over sooner or later', () => {
  expect(placesOf(/setTimeout\((resolve|done), /, ['support/eventually.ts'])).toEqual([]);
});

test('how long a test may take stands in vitest.config.ts only, and so does how long expect.poll() asks', () => {
  expect(placesOf(/\{ timeout: [0-9_]+ \}, (async )?\(|^ {2,4}timeout: [0-9_]+,$/)).toEqual([]);
});
