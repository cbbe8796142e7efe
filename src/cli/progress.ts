/**
 * The progress line of a long run: on a terminal only, after one second, at most ten times a second, and gone at the
 * end. It is paced by the run's own clock (`elapsedMs`), so tests need no waiting. The line is shorter than the
 * terminal is wide, since one that wraps could not be erased: what matters least is left out first.
 */

import { formatSize } from '../config/quantity.ts';
import { grouped } from '../format/count.ts';
import type { Progress, ProgressState } from '../graph/host.ts';

const FIRST_MS = 1000;
const EVERY_MS = 100;
/** When the terminal does not say. */
const DEFAULT_COLUMNS = 80;
const ERASE_LINE = '\r\u001b[K';

/** The line on a screen that `write` reaches. */
export class ProgressLine implements Progress {
  readonly #write: (text: string) => void;
  readonly #columns: () => number | undefined;
  /** What was asked once: each question opens the terminal. */
  #width: number | undefined;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #isVisible = false;

  constructor(write: (text: string) => void, columns: () => number | undefined = () => undefined) {
    this.#write = write;
    this.#columns = columns;
  }

  update(state: ProgressState): void {
    if (state.elapsedMs < FIRST_MS || state.elapsedMs - this.#drawnMs < EVERY_MS) return;
    this.#drawnMs = state.elapsedMs;
    this.#isVisible = true;
    this.#width ??= this.#columns() ?? DEFAULT_COLUMNS;
    this.#write(`${ERASE_LINE}${progressText(state, this.#width)}`);
  }

  clear(): void {
    if (!this.#isVisible) return;
    this.#isVisible = false;
    this.#write(ERASE_LINE);
  }
}

/** `1.2 GiB of 3.4 GiB (35%), 4 812 004 records, 812 MB/s, 3 s`, or as much of it as is below `columns`. */
export function progressText(state: ProgressState, columns = DEFAULT_COLUMNS): string {
  const { bytesRead, bytesTotal, records, elapsedMs } = state;
  const known = bytesTotal !== undefined && bytesTotal > 0;
  const percent = known ? `${Math.min(100, Math.floor((100 * bytesRead) / bytesTotal))}%` : '';
  const read = formatSize(bytesRead);
  const share = known ? `${read} of ${formatSize(bytesTotal)} (${percent})` : read;
  const count = `${grouped(records)} records`;
  const speed = `${Math.round(bytesRead / 1e3 / elapsedMs)} MB/s`;
  const seconds = Math.floor(elapsedMs / 1000);
  const time = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const brief = known ? percent : read;
  const longest = [[share, count, speed, time], [share, count, time], [share, time], [brief, time], [brief]].find(
    (parts) => parts.join(', ').length < columns,
  );
  return longest?.join(', ') ?? '';
}
