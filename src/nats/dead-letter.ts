/** A message that is not worked on any more, because it has come too often or cannot be read. */

export interface DeadLetter {
  /** As it was published. Whoever takes the letter may keep them. */
  readonly bytes: Uint8Array;
  /** In gzip, when the message says so. */
  readonly contentEncoding: string | undefined;
  /** Follows the name of the message: `has come 6 times and was never done with`. */
  readonly reason: string;
  /** The name of its source, its stream, and its place there. */
  readonly source: string;
  readonly stream: string;
  readonly sequence: number;
  readonly deliveries: number;
  /** The same whenever the same message is given up again. */
  readonly id: string;
  /** Call it once: it is kept elsewhere, so that the stream need not give it again; or it is not, and comes again. */
  settle(isKept: boolean): void;
}
