/**
 * A world for WASI guests in which nothing is left to chance: the clock stands still but for sleeping, random bytes
 * count up, and everything that is written is kept.
 */
import { readFileSync } from 'node:fs';
import type { GuestStream } from '../../../src/plugin/guest.ts';
import type { WasiWorld } from '../../../src/plugin/wasi/world.ts';

export const WALL_NS = 1_700_000_000_123_456_789n;

export interface FakeWorld extends WasiWorld {
  readonly out: () => string;
  readonly err: () => string;
  readonly slept: bigint[];
  /** How often the input was asked for. */
  readonly asked: () => number;
}

/** @param pieces of input, one for each time it is asked for */
export function fakeWorld(settings: {
  readonly args?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly pieces?: readonly string[];
}): FakeWorld {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const slept: bigint[] = [];
  let asked = 0;
  let nowNs = 5_000n;
  let nextRandom = 0;
  return {
    args: settings.args ?? ['guest'],
    environment: settings.environment ?? {},
    stdin: () => {
      const piece = settings.pieces?.[asked++];
      return piece === undefined ? undefined : Buffer.from(piece);
    },
    stdout: (bytes) => void out.push(Buffer.from(bytes)),
    stderr: (bytes) => void err.push(Buffer.from(bytes)),
    wallClockNs: () => WALL_NS + nowNs,
    monotonicNs: () => nowNs,
    fillRandom: (bytes) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = ++nextRandom & 0xff;
    },
    sleep: (ns) => {
      slept.push(ns);
      // Real sleeps end a little early now and then.
      nowNs += slept.length === 1 && ns > 10n ? ns - 1n : ns;
    },
    out: () => Buffer.concat(out).toString(),
    err: () => Buffer.concat(err).toString(),
    slept,
    asked: () => asked,
  };
}

/** A stream of blocks of pieces. Pieces are wiped when the next block is asked for, as the real ones are. */
export function fakeStream(blocks: readonly (readonly string[])[]) {
  const out: Buffer[] = [];
  let lent: Buffer[] = [];
  let next = 0;
  let bytesOut = 0;
  const stream: GuestStream = {
    write: (bytes) => {
      bytesOut += bytes.length;
      if (bytesOut < 1 << 20) out.push(Buffer.from(bytes));
    },
    nextLines: () => {
      for (const piece of lent) piece.fill(0x21);
      const block = blocks[next++];
      if (block === undefined) return undefined;
      lent = block.map((piece) => Buffer.from(piece));
      return lent;
    },
    inputNumber: 1,
    nextRows: () => {
      throw new Error('a filter reads lines');
    },
  };
  return { stream, out: () => Buffer.concat(out).toString(), bytesOut: () => bytesOut, blocksRead: () => next };
}

/** A guest of fixtures/plugins/wasi. */
export function fixture(name: string): Uint8Array {
  return readFileSync(new URL(`../../../fixtures/plugins/wasi/${name}.wasm`, import.meta.url));
}
