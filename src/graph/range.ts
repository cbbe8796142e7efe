/** A stretch of a file that a lane reads by itself. Types only. */
import type { Stretch } from '../io/read-lines.ts';

export interface Range extends Stretch {
  readonly of: {
    /**
     * It is the oldest, and its lane is done.
     * @param from where its lines begin in the file
     * @param bytes undefined when they could not be read
     * @returns whether they follow what was taken before; otherwise it has to be dropped
     */
    take(from: number, bytes: number | undefined): boolean;
    /** It was given up before it was taken. */
    left(): void;
  };
}
