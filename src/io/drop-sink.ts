/** A sink that wants nothing (`drop`): everything is taken, and nobody sees it again. Whoever writes to it counts. */
import type { Sink } from './types.ts';

export class DropSink implements Sink {
  readonly name = 'drop';
  readonly closed = false;
  readonly isTTY = false;

  writeNow(bytes: Uint8Array): number {
    return bytes.length;
  }

  writeAll(): Promise<void> {
    return Promise.resolve();
  }

  commit(): void {}

  abort(): void {}
}
