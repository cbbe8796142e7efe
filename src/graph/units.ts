/**
 * What is owed to a source that answers unit by unit (io/types.ts), such as a request or a message. Each batch has one
 * receipt, however many units have bytes in it. A unit is settled once, when it has been read to its border and all
 * batches with its bytes are settled, whatever happened to its lines, and even if it has none.
 *
 *     units       ┌── a ──┐┌ b ┐┌ c ┐┌────────── d ──────────┐
 *     batches     └───────── 1 ─────────┘└── 2 ──┘└─── 3 ────┘      d waits for 1, 2 and 3
 */
import type { Border, UnitOutcome, UnitSource } from '../io/types.ts';
import { Histogram, type Percentiles } from './histogram.ts';
import type { Receipt } from './receipt.ts';
import { UnitRows } from './unit-rows.ts';

export interface UnitOptions {
  readonly clockMs: () => number;
  /** No batch holds bytes of two units, so that what comes of one can have its name (`Batch.id`). */
  readonly apart?: boolean;
  /** A unit with bad lines is answered with rows about them, and is not ok. */
  readonly tellsRows?: boolean;
}

/** The counts of a source; the names are part of --stats=json. */
export interface UnitCounts {
  /** That have been begun. */
  readonly units: number;
  readonly acked: number;
  readonly nacked: number;
  readonly inFlight: number;
  /** From when the unit was first cut to its answer, in milliseconds. */
  readonly ackMs: Percentiles | undefined;
}

/** A unit of which something has been cut. */
class UnitState {
  /** Where its first byte is. */
  readonly start: number;
  readonly beganMs: number;
  /** Undefined until its border is known. */
  unit: object | undefined;
  end = Number.POSITIVE_INFINITY;
  /** Batches with bytes of it that are not settled. */
  open = 0;
  isRead = false;
  hasFailed = false;
  parts = 0;
  rows: UnitRows | undefined;

  constructor(start: number, beganMs: number) {
    this.start = start;
    this.beganMs = beganMs;
  }
}

/** The receipt of a batch. Made with one holder. */
export class UnitReceipt implements Receipt {
  readonly position = undefined;
  readonly input = undefined;
  readonly #ledger: UnitLedger;
  readonly #units: readonly UnitState[];
  #holders = 1;
  #hasFailed = false;
  readonly #goesOn: boolean;

  constructor(ledger: UnitLedger, units: readonly UnitState[]) {
    this.#ledger = ledger;
    this.#units = units;
    this.#goesOn = units.at(-1)?.isRead === false;
  }

  retain(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders === 0) this.#ledger.settle(this.#units, this.#hasFailed);
  }

  fail(): void {
    this.#hasFailed = true;
    this.release();
  }

  get tellsRows(): boolean {
    return this.#ledger.tellsRows;
  }

  /** The rows of the unit that has the byte at `offset` of the source, and where that begins. */
  rowsAt(offset: number): { readonly rows: UnitRows; readonly start: number } | undefined {
    return rowsOf(this.#units.find(({ end }) => offset < end));
  }

  /** The same of the unit that goes on behind the batch. */
  unfinished(): { readonly rows: UnitRows; readonly start: number } | undefined {
    return this.#goesOn ? rowsOf(this.#units.at(-1)) : undefined;
  }
}

function rowsOf(state: UnitState | undefined): { readonly rows: UnitRows; readonly start: number } | undefined {
  if (state === undefined) return undefined;
  state.rows ??= new UnitRows();
  return { rows: state.rows, start: state.start };
}

export class UnitLedger {
  readonly isApart: boolean;
  readonly tellsRows: boolean;
  readonly #source: UnitSource;
  readonly #clockMs: () => number;
  /** Borders from #next on are those of units that have not been read to their ends. */
  #borders: Border[] = [];
  #next = 0;
  /** The unit that the last batch has the beginning of. */
  #current: UnitState | undefined;
  /** Up to here batches have been cut, and units read to their ends. */
  #cutTo = 0;
  #readTo = 0;
  #units = 0;
  #acked = 0;
  #nacked = 0;
  readonly #ackMs = new Histogram();

  constructor(source: UnitSource, { clockMs, apart = false, tellsRows = false }: UnitOptions) {
    this.#source = source;
    this.#clockMs = clockMs;
    this.isApart = apart;
    this.tellsRows = tellsRows;
    if (apart) source.giveApart?.();
  }

  /**
   * The receipt of the next batch, which ends before byte `end` of the source and holds it; and, with `apart`, the
   * name of what is in it: the unit's, and which part of it, when it has several.
   */
  issue(end: number): { readonly receipt: UnitReceipt; readonly id: string | undefined } {
    this.#look();
    const nowMs = this.#clockMs();
    const units: UnitState[] = [];
    for (
      let border = this.#borders[this.#next];
      border !== undefined && border.end <= end;
      border = this.#following()
    ) {
      const hasBytes = border.end > Math.max(this.#cutTo, this.#readTo);
      const state = this.#read(border, nowMs);
      if (hasBytes) units.push(state);
      else this.#settleRead(state, nowMs);
    }
    if (end > this.#readTo) units.push(this.#begin(nowMs));
    for (const state of units) state.open++;
    this.#cutTo = end;
    return { receipt: new UnitReceipt(this, units), id: this.isApart ? this.#idOf(units) : undefined };
  }

  /** Nothing is there to be cut: units that have been read without any more bytes are settled. */
  noteBorders(): void {
    this.#look();
    const nowMs = this.#clockMs();
    for (
      let border = this.#borders[this.#next];
      border !== undefined && border.end <= this.#cutTo;
      border = this.#following()
    ) {
      this.#settleRead(this.#read(border, nowMs), nowMs);
    }
  }

  /** With `apart`: the border before which the next batch has to end; undefined while that is not known. */
  borderAfter(offset: number): number | undefined {
    this.#look();
    for (let i = this.#next; i < this.#borders.length; i++) {
      const { end } = this.#borders[i]!;
      if (end > offset) return end;
    }
    return undefined;
  }

  /** Nothing more is cut: what the source gave and is in no batch is not done. */
  close(): void {
    this.#look();
    const nowMs = this.#clockMs();
    for (let border = this.#borders[this.#next]; border !== undefined; border = this.#following()) {
      const state = this.#read(border, nowMs);
      if (border.end > this.#cutTo) state.hasFailed = true;
      this.#settleRead(state, nowMs);
    }
    if (this.#current !== undefined) this.#current.hasFailed = true;
  }

  /** A batch that these units have bytes in is settled. */
  settle(units: readonly UnitState[], hasFailed: boolean): void {
    const nowMs = this.#clockMs();
    for (const state of units) {
      state.open--;
      if (hasFailed) state.hasFailed = true;
      if (state.isRead) this.#settleRead(state, nowMs);
    }
  }

  report(): UnitCounts {
    const [acked, nacked] = [this.#acked, this.#nacked];
    const inFlight = this.#units - acked - nacked;
    return { units: this.#units, acked, nacked, inFlight, ackMs: this.#ackMs.percentiles() };
  }

  #look(): void {
    const borders = this.#source.takeBorders();
    if (borders.length === 0) return;
    if (this.#next === this.#borders.length) {
      this.#borders = [...borders];
      this.#next = 0;
    } else this.#borders.push(...borders);
  }

  #following(): Border | undefined {
    return this.#borders[++this.#next];
  }

  /** The unit that is read next, or of which something has been read. */
  #begin(nowMs: number): UnitState {
    if (this.#current !== undefined) return this.#current;
    const state = new UnitState(this.#readTo, nowMs);
    // A source may know a border before all of the unit has been read.
    state.unit = this.#borders[this.#next]?.unit;
    this.#units++;
    this.#current = state;
    return state;
  }

  /** The unit of this border has been read to its end. */
  #read({ end, unit }: Border, nowMs: number): UnitState {
    const state = this.#begin(nowMs);
    this.#current = undefined;
    state.unit = unit;
    state.end = end;
    state.isRead = true;
    this.#readTo = end;
    return state;
  }

  /** One that has been read to its end, when no batch with bytes of it is open. */
  #settleRead({ open, unit, hasFailed, rows, beganMs }: UnitState, nowMs: number): void {
    if (open > 0) return;
    // Bad lines are the sender's own, also where they have ended the run.
    const isBad = rows?.isEmpty === false;
    const outcome: UnitOutcome = isBad ? { rejects: rows.text } : hasFailed ? 'failed' : 'ok';
    if (outcome === 'ok') this.#acked++;
    else this.#nacked++;
    this.#ackMs.add(nowMs - beganMs);
    this.#source.settle(unit!, outcome);
  }

  #idOf([state]: readonly UnitState[]): string | undefined {
    if (state?.unit === undefined) return undefined;
    const id = this.#source.idOf?.(state.unit);
    const part = ++state.parts;
    return id === undefined || (part === 1 && state.isRead) ? id : `${id}.${part}`;
  }
}
