/**
 * Where the columns of csv and tsv come from when nobody names them: the input is cut into windows of so many lines or
 * bytes, and the first window that has a matching record names them. Only what was read decides, never when it came,
 * so the same bytes give the same header however a pipe has cut them. Batches of a window are held from its first
 * match on.
 */
import type { EngineMemory } from '../../engine/engine.ts';
import type { Held } from '../../graph/stage.ts';

/** A window ends after this many lines, or with the line that reaches this many bytes. */
export const WINDOW_LINES = 10_000;
export const WINDOW_BYTES = 4 << 20;

export class ColumnWindow {
  #held: Held[] = [];
  readonly #names = new Set<string>();
  /** How many keys of an engine are among the names: a batch may be a line, and the keys be thousands. */
  readonly #learned = new Map<EngineMemory, number>();
  #overflow = 0;
  #lines = 0;
  #bytes = 0;

  get isFull(): boolean {
    return this.#lines >= WINDOW_LINES || this.#bytes >= WINDOW_BYTES;
  }

  /** A record of this window has matched. */
  get hasMatch(): boolean {
    return this.#held.length > 0;
  }

  /** The names of its columns, in order of appearance. Keys that are written differently and mean the same are one. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Keys that there was no room for. */
  get overflow(): number {
    return this.#overflow;
  }

  /**
   * How much of [from, to), whole lines, belongs to the window.
   * @param afterLines see asm/engine.ts
   * @returns an address after `from`
   */
  endOf(from: number, to: number, afterLines: (from: number, to: number, lines: number) => number): number {
    const byLines = afterLines(from, to, WINDOW_LINES - this.#lines) || to;
    const last = from + Math.max(1, WINDOW_BYTES - this.#bytes);
    // The line that reaches the bound is the last one.
    const byBytes = last >= to ? to : afterLines(last - 1, to, 1) || to;
    return Math.min(byLines, byBytes);
  }

  /** Counts a part of the input that belongs to the window. */
  count(lines: number, bytes: number): void {
    this.#lines += lines;
    this.#bytes += bytes;
  }

  /** Keeps a batch; its bytes are a copy, because its block is needed for the next one. */
  hold(batch: Held, memory: EngineMemory): void {
    this.#held.push(batch);
    const known = this.#learned.get(memory) ?? 0;
    const { keys, overflow } = memory.newKeys(known);
    this.#learned.set(memory, known + keys.length);
    for (const { name } of keys) this.#names.add(name);
    this.#overflow = Math.max(this.#overflow, overflow);
  }

  /** Begins the next window. @returns what was held */
  take(): readonly Held[] {
    const held = this.#held;
    this.#held = [];
    this.#lines = 0;
    this.#bytes = 0;
    return held;
  }
}
