/** How a port should end, and how it ended. Types only. */
import type { SinkError } from '../io/errors.ts';

/** How a port is to end. */
export interface PortClosing {
  /** For what it has taken. */
  readonly withinMs: number;
  /** After that, for what goes to another port instead. */
  readonly redirectMs: number;
  readonly isWhole: boolean;
}

/** How a port has ended. */
export interface PortEnd {
  readonly name: string;
  /** All that was taken has arrived, or was lost by the topology's own say. */
  readonly isWhole: boolean;
  /** What has not been reported yet. */
  readonly failure: SinkError | undefined;
  /** What has to be said. */
  readonly words: readonly string[];
}
