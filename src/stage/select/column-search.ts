/**
 * Finds the columns of csv and tsv in the data (column-window.ts). Batches are gone through on this thread with a plan that
 * only matches and notes keys; when a window with a match is over, the job changes to the real plan, and the batches that
 * were held are done again.
 */

import type { Tag } from '../../graph/drain.ts';
import type { Talk } from '../../graph/host.ts';
import type { Flight, Seat } from '../../graph/lane.ts';
import type { Work } from '../../graph/stage.ts';
import { ColumnWindow, WINDOW_BYTES, WINDOW_LINES } from './column-window.ts';
import { foundColumn } from './columns.ts';

/** What the search asks of the drain. */
export interface Found {
  /** Counts a batch that has been processed, and writes what came of it. */
  readonly drain: (flight: Flight<Tag>) => Promise<void>;
  /** The columns are known: writes the header. */
  readonly begin: () => Promise<void>;
  /** Processes a batch with the plan that holds now, and drains it. */
  readonly repeat: (batch: Uint8Array, tag: Tag) => Promise<void>;
  readonly isStopped: () => boolean;
}

export class ColumnSearch {
  readonly #job: Work;
  readonly #talk: Talk;
  readonly #found: Found;
  readonly #window = new ColumnWindow();
  #isExplained = false;

  constructor(job: Work, talk: Talk, found: Found) {
    this.#job = job;
    this.#talk = talk;
    this.#found = found;
  }

  /** Records have matched, and wait for the columns. */
  get isHolding(): boolean {
    return this.#job.isFinding && this.#window.hasMatch;
  }

  /** Says once why nothing is output yet. */
  explainHolding(): void {
    if (this.#isExplained) return;
    this.#isExplained = true;
    this.#talk.warn(
      `waiting for ${WINDOW_LINES} lines, ${WINDOW_BYTES >> 20} MiB or the end, because they name the columns; ` +
        '--columns or -f can name them, and records come at once',
    );
  }

  /** A batch that was acquired, window by window; what comes after the columns are known is done with the real plan. */
  async take(seat: Seat, tag: Tag): Promise<void> {
    const { lane } = seat;
    const afterLines = lane.afterLines.bind(lane);
    for (let from = tag.from; from < tag.to && !this.#found.isStopped(); ) {
      const to = this.#job.isFinding ? this.#window.endOf(from, tag.to, afterLines) : tag.to;
      const part: Tag = {
        ...{ ...tag, from, to, sourceOffset: tag.sourceOffset + (from - tag.from) },
        endAdded: tag.endAdded && to === tag.to,
      };
      if (this.#job.isFinding) await this.takePart(seat, part);
      else await this.#found.repeat(lane.memory.view(from, to), part);
      from = to;
    }
    // Otherwise the lane is gone with its plan.
    if (this.#job.isFinding) this.#job.lanes.putBack(seat);
  }

  /** Whole lines of the same window: drained when nothing has matched yet, and held otherwise. */
  async takePart({ lane, block }: Seat, tag: Tag): Promise<void> {
    const { memory } = lane;
    lane.submit(block, tag.from, tag.to);
    const { lines, matched } = memory.counts(block);
    this.#window.count(lines, tag.to - tag.from);
    if (matched > 0 || this.#window.hasMatch) {
      this.#window.hold({ bytes: memory.view(tag.from, tag.to).slice(), tag }, memory);
    } else await this.#found.drain({ lane, block, tag });
    if (this.#window.isFull) await this.close();
  }

  /** Ends the window. When records of it have matched, their keys are the columns. */
  async close(): Promise<void> {
    const { names, overflow } = this.#window;
    const held = this.#window.take();
    if (held.length === 0) return;
    if (overflow > 0) {
      this.#talk.warn(`the first records have more than ${names.length} different keys; the header has the first ones`);
    }
    this.#job.settle(names.map(foundColumn));
    await this.#found.begin();
    for (const { bytes, tag } of held) if (!this.#found.isStopped()) await this.#found.repeat(bytes, tag);
  }
}
