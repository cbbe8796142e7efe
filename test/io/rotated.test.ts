/** Files that had a path when nobody looked: which is the oldest, also within one tick of the clock. */
import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { rotatedAfter } from '../../src/io/rotated.ts';
import { temporaryDirectory } from './support.ts';

const root = temporaryDirectory();

test.each([
  ['numbers', ['app.log.3', 'app.log.2', 'app.log.1']],
  ['many numbers', ['app.log.10', 'app.log.9', 'app.log.8']],
  ['days', ['app.log-20261129', 'app.log-20261130', 'app.log-20261201']],
  ['times before the extension', ['app.2026-11-30T09-00-00.log', 'app.2026-11-30T10-00-00.log']],
])('the oldest comes first: %s', (_, names) => {
  for (let round = 0; round < 10; round++) {
    const folder = join(root, 'f');
    mkdirSync(folder);
    const path = join(folder, 'app.log');
    for (const name of [...names, 'app.log', 'app.log.bak', 'other.log.1', 'app.log.x1']) {
      writeFileSync(join(folder, name), `${name}\n`);
      utimesSync(join(folder, name), 1, 1);
    }
    const now = statSync(path);
    const left = { birthtimeMs: Math.floor(statSync(join(folder, names[0]!)).birthtimeMs), mtimeMs: 0, fd: undefined };
    const read = new Set<string>();
    const next = () => rotatedAfter(path, left, now, (other) => read.has(basename(other)));
    for (let found = next(); found !== undefined; found = next()) read.add(basename(found.path));
    expect([...read]).toEqual(names);
    rmSync(folder, { recursive: true });
  }
});
