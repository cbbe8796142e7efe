/**
 * What connects two runs on this thread: the sink of one is the source of the next. Bytes are copied through a ring of
 * fixed size, so a slow second run holds up the first. When the first gives its output up, the second learns it after the
 * last byte, and gives up its own.
 */
import { copyInto } from '../engine/copy.ts';
import type { Sink, Source } from '../io/index.ts';
import { SourceError, WOULD_BLOCK } from '../io/index.ts';

const RING_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/** An event that one side waits for and the other side brings about. */
class Signal {
  #promise: Promise<void> | undefined;
  #resolve: (() => void) | undefined;

  wait(): Promise<void> {
    this.#promise ??= new Promise((resolve) => {
      this.#resolve = resolve;
    });
    return this.#promise;
  }

  raise(): void {
    const resolve = this.#resolve;
    this.#promise = undefined;
    this.#resolve = undefined;
    resolve?.();
  }
}

export class Conduit {
  readonly source: Source;
  readonly sink: Sink;
  readonly #ring = new Uint8Array(RING_BYTES);
  #from = 0;
  #used = 0;
  #end: 'open' | 'committed' | 'aborted' = 'open';
  #isClosed = false;
  #onClosed: (() => void) | undefined;
  readonly #data = new Signal();
  readonly #room = new Signal();

  /** `name` is what the second run's messages call its input. */
  constructor(name: string) {
    this.source = {
      name,
      sizeBytes: undefined,
      readNow: (target) => this.#read(target),
      wait: () => (this.#used > 0 || this.#end !== 'open' ? Promise.resolve() : this.#data.wait()),
      close: () => {
        this.#isClosed = true;
        this.#room.raise();
        this.#onClosed?.();
      },
    };
    const isClosed = (): boolean => this.#isClosed;
    this.sink = {
      name,
      get closed() {
        return isClosed();
      },
      isTTY: false,
      writeNow: (bytes) => this.#write(bytes),
      writeAll: (bytes) => this.#writeAll(bytes),
      commit: () => this.#finish('committed'),
      abort: () => this.#finish('aborted'),
    };
  }

  /**
   * What the first run is to read instead of `source`: the same, but it is at its end when the second run takes no more.
   * Otherwise an input that is idle would be waited for, although nobody wants it any more. Only behind a whole line:
   * half of one would look like a bad one.
   */
  feeding(source: Source): Source {
    let isInLine = false;
    const isOver = (): boolean => this.#isClosed && !isInLine;
    return {
      name: source.name,
      sizeBytes: source.sizeBytes,
      readNow: (target) => {
        if (isOver()) return 0;
        const count = source.readNow(target);
        if (count > 0) isInLine = target[count - 1] !== NEWLINE;
        return count;
      },
      wait: () =>
        new Promise((resolve, reject) => {
          this.#onClosed = resolve;
          if (isOver()) resolve();
          source.wait().then(resolve, reject);
        }),
      close: () => source.close(),
    };
  }

  #read(target: Uint8Array): number {
    if (this.#used === 0) {
      if (this.#end === 'open') return WOULD_BLOCK;
      // Whoever aborted has said why.
      if (this.#end === 'aborted') throw new SourceError(this.source.name, 'EUPSTREAM', '');
      return 0;
    }
    const count = Math.min(target.length, this.#used, RING_BYTES - this.#from);
    copyInto(target, 0, this.#ring.subarray(this.#from, this.#from + count));
    this.#from = (this.#from + count) % RING_BYTES;
    this.#used -= count;
    this.#room.raise();
    return count;
  }

  #write(bytes: Uint8Array): number {
    let taken = 0;
    while (taken < bytes.length && this.#used < RING_BYTES && !this.#isClosed) {
      const at = (this.#from + this.#used) % RING_BYTES;
      const count = Math.min(bytes.length - taken, RING_BYTES - this.#used, RING_BYTES - at);
      copyInto(this.#ring, at, bytes.subarray(taken, taken + count));
      this.#used += count;
      taken += count;
    }
    if (taken > 0) this.#data.raise();
    return taken;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (
      let taken = this.#write(bytes);
      taken < bytes.length && !this.#isClosed;
      taken += this.#write(bytes.subarray(taken))
    ) {
      await this.#room.wait();
    }
  }

  #finish(end: 'committed' | 'aborted'): void {
    if (this.#end === 'open') this.#end = end;
    this.#data.raise();
  }
}
