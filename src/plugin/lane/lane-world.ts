/** What a lane's thread has of the world, so that nothing below plugin-worker.ts reaches for it. Types only. */
export interface LaneWorld {
  /** Bytes of a guest's standard error, as they are. */
  writeStderr(bytes: Uint8Array): void;
  /** Milliseconds since 1970, with fractions where the system has them. */
  nowMs(): number;
  /** Milliseconds from an arbitrary start, never going back. */
  monotonicMs(): number;
  fillRandom(bytes: Uint8Array): void;
}
