/**
 * The hostile plugins of fixtures/plugins/hostile: one compilation of each file, into which a name is written; and
 * runs of them through the command line, which has to be built in dist.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilePlugin } from './plugins.ts';

export const slung = fileURLToPath(new URL('../../bin/slung.js', import.meta.url));

export type HostileKind = 'tangent' | 'wasi' | 'program';

/** A filter may import from WASI only. */
const flags: Readonly<Record<HostileKind, readonly string[]>> = {
  tangent: ['--runtime', 'stub'],
  wasi: ['--runtime', 'stub', '--use', 'abort='],
  program: ['--runtime', 'stub'],
};

/** A run that takes so long on any machine will not end. */
const HANGS_MS = 240_000;

/**
 * For guests in a loop: `soon` where nothing else can be struck by it, `sure` where the guest's other calls have to
 * stay within it, on a busy machine too.
 */
export const timeLimits = { soon: ['--time-limit', '1s'], sure: ['--time-limit', '2s'] } as const;

const MARK = 'MODE-->:';
const ROOM = 32;

/** The module that does what the name says; the fixture's source has the names. */
export async function hostilePlugin(kind: HostileKind, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await compilePlugin(`fixtures/plugins/hostile/${kind}.ts`, flags[kind]);
  const at = Buffer.from(bytes).indexOf(`${MARK}${'.'.repeat(ROOM)}`);
  if (at < 0) throw new Error(`fixtures/plugins/hostile/${kind}.ts has no place for a name`);
  if (name.length > ROOM) throw new Error(`${name} is too long`);
  bytes.set(Buffer.from(name.padEnd(ROOM)), at + MARK.length);
  return bytes;
}

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly rejects: readonly string[];
}

/** A folder of plugins and their runs. */
export class HostileRuns {
  readonly #folder = mkdtempSync(join(tmpdir(), 'slung-hostile-'));
  #runs = 0;

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Writes the hostile plugin of that name to a file of its own, called evil.wasm. */
  async write(kind: HostileKind, name: string): Promise<string> {
    return this.writeBytes(await hostilePlugin(kind, name));
  }

  /** The same for a module that the test has made. */
  writeBytes(bytes: Uint8Array): string {
    const file = join(this.#folder, String(this.#runs++), 'evil.wasm');
    mkdirSync(dirname(file));
    writeFileSync(file, bytes);
    return file;
  }

  /** Runs the hostile plugin of that name, called `evil`, over the lines. */
  async run(kind: HostileKind, name: string, lines: readonly string[], flags: readonly string[] = []): Promise<Result> {
    return this.runFile(await this.write(kind, name), lines, flags);
  }

  /** The same for a file that has been written. */
  runFile(file: string, lines: readonly string[], flags: readonly string[] = []): Promise<Result> {
    const rejectsFile = join(dirname(file), 'rejects');
    const args = [slung, 'run', file, '--rejects', rejectsFile, ...flags];
    return new Promise((resolve) => {
      const env = { ...process.env, SLUNG_TIME_LIMIT: '1h', SLUNG_LOAD_LIMIT: '1h' };
      const options = { env, maxBuffer: 1 << 28, timeout: HANGS_MS, killSignal: 'SIGKILL' } as const;
      const child = execFile(process.execPath, args, options, (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        let rejects: string[] = [];
        try {
          rejects = readFileSync(rejectsFile, 'utf8').split('\n').slice(0, -1);
        } catch {
          // Nothing was rejected.
        }
        resolve({ code, out, err, rejects });
      });
      // A plugin that is refused, or that does not read, leaves a closed pipe behind.
      child.stdin!.on('error', () => {});
      child.stdin!.end(lines.map((line) => `${line}\n`).join(''));
    });
  }
}

/** The lines as a file has them. */
export const linesText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
