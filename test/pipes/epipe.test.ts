/** The reader of the output goes away: no error, nothing said, exit code 0, and everything else is still finished. */

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pause } from '../support/eventually.ts';
import { bash, bin, environment, isLinux, Piped, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());

describe('a reader that goes away', () => {
  test('is not an error when the input never ends', async () => {
    const line = `yes '{"a":1}' | "$NODE" "$SLUNG" select -w 'a == 1' | head -1; echo "\${PIPESTATUS[@]}"`;
    const { stdout, stderr } = await bash(line, work.path);
    // `yes` dies of SIGPIPE (141), because slung stops reading.
    expect({ stdout, stderr }).toEqual({ stdout: '{"a":1}\n141 0 0\n', stderr: '' });
  });

  test('is not an error with worker lanes on a file, nor for csv', async () => {
    writeFileSync(join(work.path, 'big'), '{"a":1,"b":"some text to fill the line"}\n'.repeat(300_000));
    const line =
      `"$NODE" "$SLUNG" select -j 2 big | head -1; echo "\${PIPESTATUS[@]}"; ` +
      `"$NODE" "$SLUNG" select --to csv -j 2 --stats=json big | head -1; echo "\${PIPESTATUS[@]}"`;
    const { stdout, stderr } = await bash(line, work.path);
    expect(stdout).toBe('{"a":1,"b":"some text to fill the line"}\n0 0\na,b\n0 0\n');
    expect(stderr).toMatch(/^\{"records":\d+.*\}\n$/);
  });

  test('is not an error on a socket', async () => {
    const child = spawn(process.execPath, [bin, 'select', 'big'], { cwd: work.path, env: environment() });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, said }).toEqual({ code: 0, said: '' });
  });

  test('that was never there is not an error', async () => {
    const { stdout, stderr } = await bash(
      `(until [ -e gone ]; do sleep 0.02; done; echo '{"a":1}') | "$NODE" "$SLUNG" select | (exec <&-; touch gone); echo "\${PIPESTATUS[1]}"`,
      work.path,
    );
    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' });
  });

  test('leaves the rejects finished', async () => {
    const line = `(echo nope; yes '{"a":1}') | "$NODE" "$SLUNG" select -q --rejects bad | head -1; echo "\${PIPESTATUS[@]}"`;
    const { stdout, stderr } = await bash(line, work.path);
    expect({ stdout, stderr }).toEqual({ stdout: '{"a":1}\n141 0 0\n', stderr: '' });
    expect(readFileSync(join(work.path, 'bad'), 'utf8')).toBe('nope\n');
    expect(readFileSync(join(work.path, 'bad.log'), 'utf8')).toMatch(/^\{"file":"<stdin>","line":1,.*\}\n$/);
  });

  test('ends a FIFO that was given with -o', async () => {
    const line = `mkfifo out; head -1 out & yes '{"a":1}' | "$NODE" "$SLUNG" select -o out; echo "\${PIPESTATUS[@]}"; wait`;
    const { stdout, stderr } = await bash(line, work.path);
    expect(stdout.split('\n').sort()).toEqual(['', '141 0', '{"a":1}']);
    expect(stderr).toBe('');
  });
});

describe.runIf(isLinux)('a reader that is slow', () => {
  test('gets everything', async () => {
    const record = '{"a":1,"b":"a line of some length, so that the pipe fills up"}\n';
    writeFileSync(join(work.path, 'lines'), record.repeat(20_000));
    const slung = new Piped(['lines'], work.path);
    for (let i = 0; i < 30; i++) {
      await slung.moreThan(i * 20_000);
      slung.stall();
      await pause(5);
      slung.resume();
    }
    const all = await slung.all();
    expect(all.equals(Buffer.from(record.repeat(20_000)))).toBe(true);
    expect(await slung.ended).toEqual({ code: 0, signal: null, stderr: '' });
    await slung.discard();
  });

  test('gets everything when the process writes to a non-blocking pipe', async () => {
    const { stdout } = await bash(`"$NODE" "$SLUNG" select lines | (sleep 0.3; wc -c)`, work.path);
    expect(Number(stdout)).toBe(63 * 20_000);
  });
});
