/** What a lane's thread has of the world, so that nothing in this folder reaches for it. Types only. */
import type { HistoryStore } from '../slung/store.ts';
import type { HistoryTask } from './task.ts';

export interface LaneWorld {
  /** Bytes of a guest's standard error, as it wrote them. */
  writeStderr(bytes: Uint8Array): void;
  /** The guest will not go on with the line that it has begun there. */
  endStderrLine(): void;
  /** Milliseconds since 1970, with fractions where the system has them. */
  nowMs(): number;
  /** Milliseconds from an arbitrary start, never going back. */
  monotonicMs(): number;
  fillRandom(bytes: Uint8Array): void;
  /** Called when a guest has got through a first block, or a stream: the code that a start needs has been called. */
  afterStart(): void;
  /** Opens the store of a task that names one; undefined on a thread whose tasks name none. */
  readonly openHistory:
    | ((history: HistoryTask, world: LaneWorld, warn: (text: string) => void) => HistoryStore)
    | undefined;
}
