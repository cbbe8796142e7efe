/** The parts that make up a node of a graph. Types only. */
import type { Edge } from './edge.ts';
import type { Inlet } from './inlet.ts';
import type { Rejecting } from './rejecting.ts';
import type { NodeSettings, Stage } from './stage.ts';
import type { Stats } from './stats.ts';

export interface NodeParts {
  readonly stage: Stage;
  readonly settings: NodeSettings;
  /** Asked in turns; their batches interleave whole, each one's in its order. */
  readonly inlets: readonly Inlet[];
  /**
   * In the order in which they are offered a batch: what the first one has taken at once is there before the second
   * one sees it.
   */
  readonly edges: readonly Edge[];
  readonly stats: Stats;
  readonly rejecting: Rejecting;
  /** Gives memory back after a very long record. */
  readonly collectGarbage: (() => Promise<void>) | undefined;
  /** The node has ended, and rejects no more lines. @throws SinkError */
  readonly closeRejects: () => void;
}
