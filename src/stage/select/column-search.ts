/**
 * Finds the columns of csv and tsv in the data (column-window.ts). Batches are gone through on this thread with a plan
 * that only matches and notes keys; when a window with a match is over, the stage changes to the real plan, and the
 * batches that were held are processed again.
 */
import type { Column } from '../../engine/program.ts';
import { grouped } from '../../format/count.ts';
import type { Batch } from '../../graph/batch.ts';
import type { Talk } from '../../graph/host.ts';
import type { Lane } from '../../graph/lane.ts';
import type { Held, Holding } from '../../graph/stage.ts';
import { ColumnWindow, WINDOW_BYTES, WINDOW_LINES } from './column-window.ts';
import { foundColumn } from './columns.ts';
import { TOO_MANY_COLUMNS } from './late-columns.ts';

export class ColumnSearch implements Holding {
  readonly #settle: (columns: readonly Column[]) => void;
  readonly #window = new ColumnWindow();
  #isExplained = false;

  /** @param settle changes over to a plan with these columns */
  constructor(settle: (columns: readonly Column[]) => void) {
    this.#settle = settle;
  }

  get isHolding(): boolean {
    return this.#window.hasMatch;
  }

  get isFull(): boolean {
    return this.#window.isFull;
  }

  cutAt(lane: Lane, from: number, to: number): number {
    return this.#window.endOf(from, to, (...range) => lane.afterLines(...range));
  }

  /** Whole lines of one window: held from its first match on. */
  hold(batch: Batch): boolean {
    const { lane, block, from, to } = batch;
    const { lines, matched } = lane.memory.counts(block);
    this.#window.count(lines, to - from);
    if (matched === 0 && !this.#window.hasMatch) return false;
    this.#window.hold({ bytes: lane.memory.view(from, to).slice(), batch }, lane.memory);
    batch.freeBlock();
    return true;
  }

  /** When records of the window have matched, their keys are the columns. */
  close(talk: Talk): readonly Held[] {
    const { names, overflow } = this.#window;
    const held = this.#window.take();
    if (held.length === 0) return held;
    if (overflow > 0) {
      talk.warn(`the first records have ${TOO_MANY_COLUMNS}; the header has the first ${grouped(names.length)}`);
    }
    this.#settle(names.map(foundColumn));
    return held;
  }

  explain(talk: Talk): void {
    if (this.#isExplained) return;
    this.#isExplained = true;
    talk.warn(
      `waiting for ${WINDOW_LINES} lines, ${WINDOW_BYTES >> 20} MiB or the end, because they name the columns; ` +
        '--columns or -f can name them, and records come at once',
    );
  }
}
