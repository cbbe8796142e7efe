/** Sockets whose paths would be cut: neither listened at nor connected to, since that would be another socket. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLinesListen } from '../../src/io/lines-listen.ts';
import { unreachable } from '../../src/io/reach.ts';
import { SocketOutlet } from '../../src/io/socket-outlet.ts';
import { socketPathProblem } from '../../src/io/socket-path.ts';
import { noRetry } from './outlets.ts';
import { temporaryDirectory } from './support.ts';

const folder = temporaryDirectory();
const long = join(folder, 'é'.repeat(100));
const words = /its path has \d+ bytes, and that of a socket may have \d+; choose a shorter one/;

test('a path that is too long in bytes is refused everywhere', async () => {
  expect([socketPathProblem('/run/slung.sock'), socketPathProblem(long)]).toEqual([
    undefined,
    expect.stringMatching(words),
  ]);
  const options = { name: 'out', to: { socket: long }, bufferBytes: 1, retry: noRetry, clockMs: () => 0 };
  expect(() => new SocketOutlet(options)).toThrow(words);
  expect(await unreachable({ path: long })).toMatch(words);
  const listened = { name: 'u', at: { socket: long }, maxConnections: 1, maxLineBytes: 9, warn: () => {} };
  await expect(openLinesListen(listened)).rejects.toThrow(words);
  expect(existsSync(long.slice(0, 107))).toBe(false);
});
