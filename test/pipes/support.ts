/**
 * A real slung in a real child process, with the kind of standard streams that a test is about. Node connects children
 * by socket pairs; a shell connects them by pipes, and the two behave differently (a socket cannot be opened a second
 * time). So pipes here are FIFOs that are opened on both sides and then handed down.
 */
import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.ts';

export const bin = fileURLToPath(new URL('../../bin/slung.js', import.meta.url));

/** Only Linux has /dev/full, /proc/PID/status and FIFOs that can be opened for both directions. */
export const isLinux = process.platform === 'linux';

/** A directory of its own for each test file. */
export function workDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'slung-pipes-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * No guest of a test stays within a call or in loading for so long but those that a test gives a limit of their own.
 */
const NO_LIMIT = '1h';

/** The environment without anything that changes what slung says. */
export function environment(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(SLUNG_|NO_COLOR|FORCE_COLOR|NODE_)/.test(name));
  return {
    ...Object.fromEntries(own),
    TERM: 'dumb',
    SLUNG_TIME_LIMIT: NO_LIMIT,
    SLUNG_LOAD_LIMIT: NO_LIMIT,
    NODE: process.execPath,
    SLUNG: bin,
    ...changes,
  };
}

let fifos = 0;

/** A pipe as a shell makes it: both ends block, and reading ends when every writer has gone. */
export function openPipe(dir: string): { readonly readFd: number; readonly writeFd: number } {
  const path = join(dir, `fifo-${fifos++}`);
  execFileSync('mkfifo', [path]);
  // Open for both directions first, so that neither of the others waits for its counterpart.
  const both = openSync(path, 'r+');
  const readFd = openSync(path, 'r');
  const writeFd = openSync(path, 'w');
  closeSync(both);
  return { readFd, writeFd };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

function whenEnded(child: ChildProcess): Promise<Ended> {
  const said: Buffer[] = [];
  child.stderr?.on('data', (bytes: Buffer) => said.push(bytes));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stderr: Buffer.concat(said).toString() }));
  });
}

/** Runs a line of bash; `$NODE "$SLUNG"` is slung. */
export async function bash(line: string, dir: string): Promise<Ended & { readonly stdout: string }> {
  const child = spawn('bash', ['-c', line], { cwd: dir, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  const ended = await whenEnded(child);
  return { ...ended, stdout: Buffer.concat(out).toString() };
}

/** `slung select`, or another command, between two pipes whose other ends the test holds. */
export class Piped {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly #writeFd: number;
  readonly #reader: Socket;
  #isOpen = true;
  readonly #chunks: Buffer[] = [];
  #receivedBytes = 0;
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(args: readonly string[], dir: string, command = 'select') {
    const input = openPipe(dir);
    const output = openPipe(dir);
    const stdio: StdioOptions = [input.readFd, output.writeFd, 'pipe'];
    this.child = spawn(process.execPath, [bin, command, ...args], { cwd: dir, env: environment(), stdio });
    closeSync(input.readFd);
    closeSync(output.writeFd);
    this.ended = whenEnded(this.child);
    this.#writeFd = input.writeFd;
    this.#reader = new Socket({ fd: output.readFd, readable: true, writable: false });
    this.#reader.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#reader.on('close', () => {
      this.#isOver = true;
      this.#wake?.();
    });
    this.#reader.on('error', () => {});
  }

  #take(bytes: Buffer): void {
    this.#chunks.push(Buffer.from(bytes));
    this.#receivedBytes += bytes.length;
    this.#wake?.();
  }

  /** Bytes into the pipe: at most what it holds (64 KiB), or the test blocks itself. */
  write(text: string | Uint8Array): void {
    writeSync(this.#writeFd, typeof text === 'string' ? Buffer.from(text) : text);
  }

  endInput(): void {
    if (this.#isOpen) closeSync(this.#writeFd);
    this.#isOpen = false;
  }

  /** The descriptor that the input is written to, for another process to write to. */
  get inputFd(): number {
    return this.#writeFd;
  }

  /** Stops reading the output; what is in the pipe stays there. */
  stall(): void {
    this.#reader.pause();
  }

  resume(): void {
    this.#reader.resume();
  }

  /** Goes away, as a reader does who has had enough. */
  closeOutput(): void {
    this.#reader.destroy();
  }

  /** Resolves with all that has come as soon as that ends with `text`. */
  async until(text: string): Promise<string> {
    while (!this.#isAtEnd(text)) {
      if (this.#isOver)
        throw new Error(`the output ended without ${text}: ${Buffer.concat(this.#chunks).subarray(0, 500)}`);
      await this.#change();
    }
    return Buffer.concat(this.#chunks).toString();
  }

  #isAtEnd(text: string): boolean {
    let tail = Buffer.alloc(0);
    for (let i = this.#chunks.length - 1; i >= 0 && tail.length < text.length; i--)
      tail = Buffer.concat([this.#chunks[i]!, tail]);
    return tail.toString('latin1').endsWith(text);
  }

  /** Resolves with what the process says from now on, as soon as a line of that has `text`. */
  async untilSaid(text: string): Promise<string> {
    let said = '';
    this.child.stderr!.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    await eventually(() => said.includes('\n', said.includes(text) ? said.indexOf(text) : said.length));
    return said;
  }

  /** Resolves when more than `count` bytes have come. */
  async moreThan(count: number): Promise<void> {
    while (this.#receivedBytes <= count && !this.#isOver) await this.#change();
  }

  /** Everything, when the process has ended. */
  async all(): Promise<Buffer> {
    while (!this.#isOver) await this.#change();
    return Buffer.concat(this.#chunks);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** For afterEach: ends whatever is still there. */
  async discard(): Promise<void> {
    this.endInput();
    this.#reader.destroy();
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** `VmRSS` or `VmHWM` (the most it ever was) of a process, in MiB. */
export function residentMiB(pid: number, row: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${row}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}

const USER_TICKS = 11;
const TICK_MS = 10;

/** The processor time of all threads of a process until now. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name may have spaces and parentheses; what follows it has not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TICKS]) + Number(fields[USER_TICKS + 1])) * TICK_MS;
}

/** Long enough to be no start, no compilation and no record. */
const BUSY_MS = 500;

/** Resolves when an idle process has become busy: when a guest is in its endless loop. */
export async function untilBusy(pid: number): Promise<void> {
  const before = cpuMs(pid);
  await eventually(() => cpuMs(pid) - before > BUSY_MS);
}

/**
 * Sends a signal and resolves when it has arrived, so that the next one of its kind is another one: two signals that
 * wait for a process at the same time are one.
 */
export async function deliver(child: ChildProcess, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  child.kill(signal);
  const bit = 1n << BigInt(constants.signals[signal] - 1);
  await eventually(() => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return (BigInt(`0x${/^ShdPnd:\s+([0-9a-f]+)$/m.exec(status)![1]}`) & bit) === 0n;
  });
}

/** Resolves when a file is there and has something in it. */
export const untilWritten = (path: string): Promise<void> =>
  eventually(() => existsSync(path) && statSync(path).size > 0);

/** The report of --stats=json out of what a process said. */
export function statsIn(stderr: string): {
  readonly records: number;
  readonly matched: number;
  readonly rejected: number;
  readonly bytesIn: number;
  readonly batches: Readonly<Record<'full' | 'dry' | 'aged' | 'end' | 'long', number>>;
  readonly lanes: number;
} {
  const line = stderr.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`no report in: ${stderr}`);
  return JSON.parse(line);
}
