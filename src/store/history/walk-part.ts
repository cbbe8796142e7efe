/**
 * One source's part of a walk (walk.ts): blocks of a series that are still to come and, of the one before them, points
 * that are. The walk changes it; it is in a file of its own because it is what the walk remembers, and nothing else
 * is.
 */
import type { PointSource } from '../source.ts';
import type { NumberedColumns } from './workspace.ts';

/** What is left of a series in one source. */
export class Part {
  /** Which of the workspace's blocks is its. */
  readonly slot: number;
  source!: PointSource;
  /** Its next block, and the end. */
  block = 0;
  end = 0;
  /** The address of the next block's entry. */
  entry = 0;
  /** Of the block that is open, the one before `block`: where its points lie, and which of them are left. */
  columns!: NumberedColumns;
  at = 0;
  count = 0;
  /** The next point's time, and the last one's of the block that is open. */
  startUs = 0n;
  openEndUs = 0n;
  /** The last one's ordinal, when ordinals matter. */
  openEndOrdinal = 0;

  constructor(slot: number) {
    this.slot = slot;
  }

  get isOpen(): boolean {
    return this.at < this.count;
  }
}
