/** Tells the units of a batch which of their lines are bad, where their source wants to know. */
import type { Batch } from './batch.ts';
import type { Receipt } from './receipt.ts';
import type { Row } from './unit-rows.ts';
import { UnitReceipt } from './units.ts';

/** Whoever takes the rows of a batch; undefined when nobody does, as for most sources. */
export function rowTakerOf(batch: Batch): RowTaker | undefined {
  const receipt = unitReceiptOf(batch.receipts);
  return receipt === undefined ? undefined : new RowTaker(batch, receipt);
}

/** Says to the unit that it has a line at byte `offset` of its source which is too long to be in any batch. */
export function tellTooLong(receipts: readonly Receipt[], offset: number, row: Row): void {
  const receipt = unitReceiptOf(receipts);
  const rows = receipt?.rowsAt(offset)?.rows;
  rows?.add(rows.lines + 1, row);
  const going = receipt?.unfinished();
  if (going !== undefined) going.rows.lines++;
}

function unitReceiptOf(receipts: readonly Receipt[]): UnitReceipt | undefined {
  const receipt = receipts[0];
  return receipt instanceof UnitReceipt && receipt.tellsRows ? receipt : undefined;
}

export class RowTaker {
  readonly #batch: Batch;
  readonly #receipt: UnitReceipt;

  constructor(batch: Batch, receipt: UnitReceipt) {
    this.#batch = batch;
    this.#receipt = receipt;
  }

  /** A bad line that begins at address `at`. */
  take(at: number, row: Row): void {
    const { from, sourceOffset } = this.#batch;
    const found = this.#receipt.rowsAt(sourceOffset + (at - from));
    found?.rows.add(found.rows.lines + this.#lines(found.start, at) + 1, row);
  }

  /** All bad lines of the batch have been taken. */
  end(): void {
    const going = this.#receipt.unfinished();
    if (going !== undefined) going.rows.lines += this.#lines(going.start, this.#batch.to);
  }

  /** Of the batch, from the beginning of a unit (a byte of the source) on and before address `to`. */
  #lines(start: number, to: number): number {
    const { from, sourceOffset, lane } = this.#batch;
    return lane.countLines(from + Math.max(0, start - sourceOffset), to);
  }
}
