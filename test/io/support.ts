/** Helpers of the io tests: temporary directories, FIFOs, draining, and children that run src/io over real pipes. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';
import { type Source, WOULD_BLOCK } from '../../src/io/index.ts';

export const dataDir = fileURLToPath(new URL('../../fixtures/data/io/', import.meta.url));
const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** A directory of the calling test file, removed when it is done. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'slung-io-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function makeFifo(path: string): string {
  execFileSync('mkfifo', [path]);
  return path;
}

/** Reads to the end; a failure comes with what was read before it. */
export async function drain(source: Source, step = 64 * 1024): Promise<{ bytes: Buffer; error: unknown }> {
  const target = new Uint8Array(step);
  const parts: Buffer[] = [];
  try {
    for (;;) {
      const count = source.readNow(target);
      if (count === 0) return { bytes: Buffer.concat(parts), error: undefined };
      if (count === WOULD_BLOCK) await source.wait();
      else parts.push(Buffer.from(target.slice(0, count)));
    }
  } catch (error) {
    return { bytes: Buffer.concat(parts), error };
  } finally {
    source.close();
  }
}

/** Bundles src/io into `directory` for the fixture scripts, because not every supported Node runs TypeScript. */
export function bundleIo(directory: string): string {
  const outfile = join(directory, 'io.mjs');
  const entry = fileURLToPath(new URL('../../src/io/index.ts', import.meta.url));
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return outfile;
}

export interface ChildResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs a shell command in which `$CAT` and `$LEAVE` are the fixture scripts. Its own stdin and stdout are UNIX socket
 * pairs (that is what child_process makes); the pipes are the ones inside the command.
 * @param feed gets the command's standard input; it must end it, or leave it open on purpose
 */
export function runShell(
  bundle: string,
  command: string,
  feed: (stdin: NodeJS.WritableStream) => void = (stdin) => stdin.end(),
): Promise<ChildResult> {
  const script = (name: string) => `"${process.execPath}" "${join(fixtures, name)}"`;
  const text = command.replaceAll('$CAT', script('cat.mjs')).replaceAll('$LEAVE', script('leave.mjs'));
  const child = spawn('sh', ['-c', text], { env: { ...process.env, SLUNG_IO: bundle } });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => {});
  feed(child.stdin);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }));
  });
}

/** The report of cat.mjs. */
export function reportOf(result: ChildResult): {
  bytes: number;
  waits: number;
  short: number;
  closed: boolean;
  error?: string;
} {
  return JSON.parse(result.stderr);
}
