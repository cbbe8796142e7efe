/**
 * The progress line of a long run: on a terminal only, after one second, at most ten times a second, and gone at the end.
 * It is paced by the run's own clock (`elapsedMs`), so tests need no waiting. The line stays below 80 columns because
 * asking the terminal for its width would open a stream on it.
 */
import { formatSize } from '../config/quantity.ts';
import type { Progress, ProgressState } from '../pipeline/host.ts';

const FIRST_MS = 1000;
const EVERY_MS = 100;
const ERASE_LINE = '\r\u001b[K';

/** The line on a screen that `write` reaches. */
export class ProgressLine implements Progress {
  readonly #write: (text: string) => void;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #isVisible = false;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  update(state: ProgressState): void {
    if (state.elapsedMs < FIRST_MS || state.elapsedMs - this.#drawnMs < EVERY_MS) return;
    this.#drawnMs = state.elapsedMs;
    this.#isVisible = true;
    this.#write(`${ERASE_LINE}${progressText(state)}`);
  }

  clear(): void {
    if (!this.#isVisible) return;
    this.#isVisible = false;
    this.#write(ERASE_LINE);
  }
}

/** `1.2 GiB of 3.4 GiB (35%), 4 812 004 records, 812 MB/s, 3 s`; below 80 columns whatever the numbers. */
export function progressText({ bytesRead, bytesTotal, records, elapsedMs }: ProgressState): string {
  const known = bytesTotal !== undefined && bytesTotal > 0;
  const percent = known ? Math.min(100, Math.floor((100 * bytesRead) / bytesTotal)) : 0;
  const read = known ? `${formatSize(bytesRead)} of ${formatSize(bytesTotal)} (${percent}%)` : formatSize(bytesRead);
  const megabytesPerSecond = bytesRead / 1e3 / elapsedMs;
  const seconds = Math.floor(elapsedMs / 1000);
  const time = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${read}, ${grouped(records)} records, ${Math.round(megabytesPerSecond)} MB/s, ${time}`;
}

/** Digits in threes with a space between them. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ' ');
}
