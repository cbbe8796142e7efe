/**
 * A table that is drawn again in its place while a run goes on, on a terminal: at most four times a second, and less
 * often when making it takes long. It takes the place of the progress line, so a message has it removed first and it
 * comes again below. Each picture is one write, which the terminal shows at once where it can (mode 2026).
 */
import type { Progress } from '../graph/host.ts';

const LEAST_PAUSE_MS = 250;
/** Of the time, so much at most is spent on drawing. */
const PAUSES_PER_DRAWING = 9;

const ESC = '\u001b[';
const BEGIN = `${ESC}?2026h`;
const END = `${ESC}?2026l`;
const ERASE_TO_LINE_END = `${ESC}K`;
const ERASE_BELOW = `${ESC}J`;

export interface LiveTableOptions {
  /** The lines of the picture, none wider than the screen and no more than it has; undefined: there is none yet. */
  readonly lines: () => readonly string[] | undefined;
  readonly write: (text: string) => void;
  readonly clockMs: () => number;
  /** Calls `act` once, after so many milliseconds. @returns what calls it off */
  readonly after: (ms: number, act: () => void) => () => void;
}

export class LiveTable implements Progress {
  readonly #options: LiveTableOptions;
  /** Lines on the screen, above the cursor. */
  #drawn = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #callOff: (() => void) | undefined;

  constructor(options: LiveTableOptions) {
    this.#options = options;
  }

  /** Something may have changed. */
  update(): void {
    if (this.#callOff !== undefined) return;
    const pauseMs = this.#notBeforeMs - this.#options.clockMs();
    if (pauseMs <= 0) this.#draw();
    else {
      // Nothing more may come, and what came would not be seen.
      this.#callOff = this.#options.after(pauseMs, () => {
        this.#callOff = undefined;
        this.#draw();
      });
    }
  }

  /** Removes the table from the screen. */
  clear(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#drawn > 0) this.#options.write(`${this.#up()}${ERASE_BELOW}`);
    this.#drawn = 0;
  }

  #draw(): void {
    const { lines: picture, write, clockMs } = this.#options;
    const startMs = clockMs();
    const lines = picture();
    if (lines === undefined) return;
    const text = lines.map((line) => `${line}${ERASE_TO_LINE_END}\n`).join('');
    write(`${BEGIN}${this.#up()}${text}${ERASE_BELOW}${END}`);
    this.#drawn = lines.length;
    const endMs = clockMs();
    this.#notBeforeMs = endMs + Math.max(LEAST_PAUSE_MS, PAUSES_PER_DRAWING * (endMs - startMs));
  }

  /** To the first line of what is on the screen. */
  #up(): string {
    return this.#drawn === 0 ? '\r' : `\r${ESC}${this.#drawn}A`;
  }
}
