/**
 * Files as a disk has them, for files.ts: what was written, what of it was synced, and what a loss of power leaves of
 * the rest. A write that was not synced may be there, be gone, or be there in part: sector by sector, in any order.
 */

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Bytes of a file; grows by doubling, so that appending is cheap. */
class Content {
  #bytes: Buffer;
  #size: number;

  constructor(bytes: Uint8Array = new Uint8Array()) {
    this.#bytes = Buffer.from(bytes);
    this.#size = bytes.length;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  write(bytes: Uint8Array, position: number): void {
    if (bytes.length === 0) return;
    const end = position + bytes.length;
    if (end > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(end, this.#bytes.length * 2));
      this.bytes.copy(grown);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, position);
    this.#size = Math.max(this.#size, end);
  }

  resize(size: number): void {
    if (size > this.#size) this.write(new Uint8Array(size - this.#size), this.#size);
    else this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }
}

type Change =
  | { readonly kind: 'write'; readonly bytes: Uint8Array; readonly position: number; isDoubtful: boolean }
  | { readonly kind: 'resize'; readonly size: number; isDoubtful: boolean };

function apply(change: Change, content: Content): void {
  if (change.kind === 'write') content.write(change.bytes, change.position);
  else content.resize(change.size);
}

/** A file, whatever it is called. */
export class Inode {
  readonly current: Content;
  readonly synced: Content;
  /** Since the last sync, in order. After a failed one they are doubtful: no later sync makes them last. */
  changes: Change[] = [];

  constructor(bytes?: Uint8Array) {
    this.current = new Content(bytes);
    this.synced = new Content(bytes);
  }

  change(change: Change): void {
    apply(change, this.current);
    this.changes.push(change);
  }

  sync(): void {
    for (const change of this.changes) if (!change.isDoubtful) apply(change, this.synced);
    this.changes = this.changes.filter(({ isDoubtful }) => isDoubtful);
  }

  /**
   * What may be there after a loss of power. Each sector is there as it was after some of the changes, and so is the
   * length of the file; what was never written of it is zeros.
   */
  survivor(random: () => number): Buffer {
    // Some disks kept all, some nothing, most a bit of both, in any order.
    const kept = random() < 0.2 ? 1 : random() < 0.25 ? 0 : random();
    const latest = new Content(this.synced.bytes);
    const states = [this.synced.bytes];
    const stops = new Set([0, 1, 2].map(() => Math.floor(random() * this.changes.length)));
    for (const [index, change] of this.changes.entries()) {
      apply(change, latest);
      if (stops.has(index)) states.push(Buffer.from(latest.bytes));
    }
    states.push(latest.bytes);
    const any = () => (random() < kept ? latest.bytes : states[Math.floor(random() * states.length)]!);
    const survived = Buffer.alloc(any().length);
    for (let at = 0; at < survived.length; at += SECTOR_BYTES)
      survived.set(any().subarray(at, Math.min(at + SECTOR_BYTES, survived.length)), at);
    // The length may be that of a write that had got so far.
    const least = Math.min(survived.length, this.synced.bytes.length);
    const isCut = kept < 1 && random() < 0.2;
    return isCut ? survived.subarray(0, least + Math.floor(random() * (survived.length - least + 1))) : survived;
  }
}

/** What a disk writes as a whole or not at all. */
const SECTOR_BYTES = 512;

export type NameChange =
  | { readonly kind: 'create'; readonly name: string; readonly inode: Inode }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string; readonly inode: Inode }
  | { readonly kind: 'remove'; readonly name: string };

/** What a change of names does to them. */
export function applyName(change: NameChange, names: Map<string, Inode>): void {
  if (change.kind === 'create') names.set(change.name, change.inode);
  else if (change.kind === 'remove') names.delete(change.name);
  else {
    names.delete(change.from);
    names.set(change.to, change.inode);
  }
}
