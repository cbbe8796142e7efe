/**
 * kill -9 at any moment while files are followed that grow, are rotated and emptied: every line is in every sink, and
 * nothing comes twice that a position on the disk says was dealt with.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { eventually, pause } from '../support/eventually.ts';
import { sized } from '../support/full.ts';
import { bin, environment, isLinux, workDirectory } from './support.ts';

const KILLS = sized(3, 20);
/** From when it has started; at most long enough for a file that was rotated to be left. */
const LIFE_MS = { least: 50, most: 1800 };

const work = workDirectory();
afterAll(() => work.remove());
const at = (name: string): string => join(work.path, name);

let slung: ChildProcess | undefined;
let ended: Promise<NodeJS.Signals | null> | undefined;
let said = '';
afterEach(async () => {
  slung?.kill('SIGKILL');
  await ended;
});

function start(): void {
  const child = spawn(process.execPath, [bin, 'run', '-c', 'kills.yaml'], {
    ...{ cwd: work.path, env: environment(), stdio: ['ignore', 'ignore', 'pipe'] },
  });
  child.stderr!.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  slung = child;
  ended = new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
}

const yaml = `
sources:
  logs: { path: "log*.ndjson", follow: true, positions: positions }
  cut: { path: cut.ndjson, follow: true, positions: positions-cut }
sinks:
  all: { type: file, path: all.out, mode: append }
  by: { type: dir, path: 'by/{k}.out' }
routes: [ 'logs, cut -> all', 'logs, cut -> by' ]
`;

interface Line {
  readonly n: number;
}

/** What a crash left as half a line stays one, and is no line. */
function linesOf(path: string): readonly Line[] {
  if (!existsSync(at(path))) return [];
  return readFileSync(at(path), 'utf8')
    .split('\n')
    .flatMap((text) => {
      try {
        const line = JSON.parse(text) as Line;
        return typeof line === 'object' && line !== null ? [line] : [];
      } catch {
        return [];
      }
    });
}

/** Writes lines, and knows where each is. */
class Writer {
  written = 0;
  rotations = 0;
  truncations = 0;
  /** By line: the file it is in, and where that line ends; undefined in a file that is emptied. */
  readonly places: ({ readonly file: string; readonly end: number } | undefined)[] = [];

  log(): void {
    let end = existsSync(at('log.ndjson')) ? statSync(at('log.ndjson')).size : 0;
    const lines = this.#lines();
    appendFileSync(at('log.ndjson'), lines.join(''));
    const file = String(statSync(at('log.ndjson')).ino);
    for (const { length } of lines) {
      end += length;
      this.places.push({ file, end });
    }
  }

  rotate(): void {
    renameSync(at('log.ndjson'), at(`log-${++this.rotations}.ndjson`));
    writeFileSync(at('log.ndjson'), '');
  }

  cut(): void {
    const lines = this.#lines();
    appendFileSync(at('cut.ndjson'), lines.join(''));
    for (const _ of lines) this.places.push(undefined);
  }

  /** Only what has been read may be cut away. */
  async truncate(): Promise<void> {
    await untilAll(this);
    truncateSync(at('cut.ndjson'), 0);
    this.truncations++;
  }

  #lines(): string[] {
    return Array.from({ length: 1 + Math.floor(Math.random() * 100) }, () => {
      const n = this.written++;
      return `${JSON.stringify({ n, k: `k${n % 5}`, pad: 'x'.repeat(Math.random() * 200) })}\n`;
    });
  }
}

/** How far each file is dealt with by what is on the disk. */
function noted(): ReadonlyMap<string, number> {
  const offsets = new Map<string, number>();
  if (!existsSync(at('positions'))) return offsets;
  for (const name of readdirSync(at('positions')).filter((found) => /\.(position|left)$/.test(found))) {
    const [, file = '', offset = ''] =
      /^\d+ (\d+) (\d+)/m.exec(readFileSync(at(join('positions', name)), 'utf8')) ?? [];
    offsets.set(file, Math.max(offsets.get(file) ?? 0, Number(offset)));
  }
  return offsets;
}

/** All lines are in the first sink, once at least. */
const untilAll = ({ written }: Writer): Promise<void> =>
  eventually(() => new Set(linesOf('all.out').map(({ n }) => n)).size === written);

async function liveAndWrite(writer: Writer): Promise<void> {
  // It has started.
  writer.log();
  await untilAll(writer);
  const endMs = Date.now() + LIFE_MS.least + Math.random() * (LIFE_MS.most - LIFE_MS.least);
  while (Date.now() < endMs) {
    writer.log();
    writer.cut();
    const what = Math.random();
    if (what < 0.04) writer.rotate();
    else if (what < 0.06) await writer.truncate();
    await pause(Math.random() * 20);
  }
}

test.runIf(isLinux)(
  `${KILLS} kills lose nothing, and give again only what no position had`,
  { timeout: 600_000 },
  async () => {
    writeFileSync(at('kills.yaml'), yaml);
    writeFileSync(at('log.ndjson'), '');
    writeFileSync(at('cut.ndjson'), '');
    const writer = new Writer();
    for (let kill = 0; kill < KILLS; kill++) {
      start();
      await liveAndWrite(writer);
      slung!.kill('SIGKILL');
      expect(await ended).toBe('SIGKILL');
      const [before, dealtWith] = [linesOf('all.out').length, noted()];
      // Between two runs.
      if (kill % 2 === 0) writer.log();
      if (kill % 3 === 0) writer.rotate();
      writer.cut();
      start();
      await untilAll(writer);
      const again = linesOf('all.out')
        .slice(before)
        .map(({ n }) => writer.places[n])
        .filter((place) => place !== undefined && place.end <= (dealtWith.get(place.file) ?? 0));
      expect(again).toEqual([]);
      slung!.kill('SIGTERM');
      expect(await ended).toBe('SIGTERM');
    }
    const all = linesOf('all.out');
    const by = readdirSync(at('by')).flatMap((name) => linesOf(join('by', name)));
    const every = Array.from({ length: writer.written }, (_, n) => n);
    for (const lines of [all, by]) expect([...new Set(lines.map(({ n }) => n))].sort((a, b) => a - b)).toEqual(every);
    expect(said).not.toMatch(/internal|^\s+at /m);
    const [twice, dir] = [all.length - every.length, by.length - every.length];
    const { rotations, truncations } = writer;
    console.info({ kills: KILLS, lines: every.length, rotations, truncations, lost: 0, twice: { file: twice, dir } });
  },
);
