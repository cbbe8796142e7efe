/**
 * Several inlets of a node, each with its own reader, in turns: whole batches interleave, and each inlet keeps its
 * order. Only one reader at a time has a block, so that blocks are filled in the order in which their lane hands them
 * out. A reader with nothing to read keeps what it has read so far beside the lanes (feed.ts, `stash`); its age counts
 * from when it arrived. A line that fits in no block is also collected beside the lanes, where there is room for one:
 * until its end, no other reader is asked.
 */
import type { Origin } from './batch.ts';
import type { Inlet } from './inlet.ts';
import { type Read, Reader, type ReaderParts } from './reader.ts';
import type { Waits } from './waits.ts';

/** What reads a node's inlets. */
export function readerOf(inlets: readonly Inlet[], parts: Omit<ReaderParts, 'inlet'>): Reader | Readers {
  if (inlets.length === 1) return new Reader({ ...parts, inlet: inlets[0]! });
  return new Readers(inlets.map((inlet, i) => new Reader({ ...parts, inlet, way: `~${i}` })));
}

export class Readers {
  readonly #readers: readonly Reader[];
  /** Whoever gave something last, or is asked next. */
  #turn = 0;

  constructor(readers: readonly Reader[]) {
    this.#readers = readers;
  }

  /** Some of them read from outside of the graph. */
  get isOutside(): boolean {
    return this.#readers.some(({ isOutside }) => isOutside);
  }

  /** What some of them read comes while the event loop runs, and not before. */
  get isHeard(): boolean {
    return this.#readers.some(({ isHeard }) => isHeard);
  }

  get knownBytes(): number {
    return this.#readers.reduce((sum, { knownBytes }) => sum + knownBytes, 0);
  }

  get origin(): Origin {
    return this.#last.origin;
  }

  /** See Reader.current. */
  get current(): Origin {
    return this.#last.current;
  }

  get #last(): Reader {
    return this.#readers[this.#turn]!;
  }

  /** See Reader.next; `over` when all of them are. */
  next(): Read {
    if (this.#last.isInLongLine) return this.#last.next();
    let quiet: Read | undefined;
    for (let asked = 0; asked < this.#readers.length; asked++) {
      this.#turn = (this.#turn + 1) % this.#readers.length;
      const read = this.#last.next();
      if (read.kind === 'no-block') {
        // The same one is asked again: it had its turn without a block.
        this.#turn = (this.#turn + this.#readers.length - 1) % this.#readers.length;
        return read;
      }
      if (read.kind === 'dry' || read.kind === 'opening') {
        this.#last.standAside();
        if (quiet?.kind !== 'dry') quiet = read;
      } else if (read.kind !== 'over') return read;
      else {
        this.#last.putBack();
        quiet ??= read;
      }
    }
    return quiet!;
  }

  /** The input at hand is over. */
  endInput(): void {
    this.#last.endInput();
  }

  putBack(): void {
    for (const reader of this.#readers) reader.putBack();
  }

  stop(): void {
    for (const reader of this.#readers) reader.stop();
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
  }

  waits(waits: Waits): void {
    if (this.#last.isInLongLine) this.#last.waits(waits);
    else for (const reader of this.#readers) reader.waits(waits);
  }
}
