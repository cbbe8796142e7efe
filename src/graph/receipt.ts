/**
 * What is owed to a source. Each batch that is cut from it gets a receipt, and everybody who still has to do something
 * with the batch's output holds it. A receipt that nobody holds is settled. The source learns up to where all receipts
 * are settled without a gap, so that whatever it may forget is everything up to a position, and never too early.
 *
 * Receipts are counted per batch, never per record, and only where it matters: a source without positions has no
 * ledger, and its batches carry no receipts.
 */

/** How far an input has been read; the same as in store/points.ts, which knows nothing of graphs. */
export interface InputPosition {
  readonly input: string;
  readonly bytes: number;
  readonly lines: number;
  readonly headBytes: number;
  readonly headCrc: number;
}

/** What a batch carries of what it was made of. */
export interface Receipt {
  /** Where the source is when this receipt, and all before it, are settled; undefined while that is not known. */
  readonly position: InputPosition | undefined;
  /** The input that it is of, to tell inputs apart. */
  readonly input: object | undefined;
  /** Somebody else has to do something before it is settled. */
  retain(): void;
  /** Somebody has done it: it was delivered, or counted as left out. */
  release(): void;
  /** Somebody will not do it. The source never hears of this receipt, and of none behind it. */
  fail(): void;
}

/** The receipts of batches that no source wants back. */
export const NO_RECEIPTS: readonly Receipt[] = Object.freeze([]);

/** Says of each that something will not be done, for somebody who does not hold it. */
export function failTogether(receipts: readonly Receipt[]): void {
  for (const receipt of receipts) {
    receipt.retain();
    receipt.fail();
  }
}

/** A receipt of a batch that was cut from a source. Made with one holder. */
export class SourceReceipt implements Receipt {
  readonly #ledger: Ledger;
  #position: InputPosition | undefined;
  #holders = 1;
  #hasFailed = false;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get position(): InputPosition | undefined {
    return this.#position;
  }

  get input(): object {
    return this.#ledger.input;
  }

  get isSettled(): boolean {
    return this.#holders === 0;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Says where the source is behind the batch. */
  set position(position: InputPosition | undefined) {
    this.#position = position;
  }

  retain(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders === 0) this.#ledger.advance();
  }

  fail(): void {
    this.#hasFailed = true;
    this.release();
  }
}

/** The receipts of one source that are not told to it yet, in the order of the input. */
export class Ledger {
  readonly input: object;
  readonly #settle: (position: InputPosition) => void;
  readonly #receipts: SourceReceipt[] = [];

  /**
   * @param input what tells this source from others
   * @param settle gets how far everything has been done; each position once, and always forward
   */
  constructor(input: object, settle: (position: InputPosition) => void) {
    this.input = input;
    this.#settle = settle;
  }

  /** A receipt for the next batch; the batch holds it. */
  issue(): SourceReceipt {
    const receipt = new SourceReceipt(this);
    this.#receipts.push(receipt);
    return receipt;
  }

  /** How many receipts the source has not heard of: those of batches on their way, or behind one that failed. */
  get open(): number {
    return this.#receipts.length;
  }

  /** Some receipt has been settled: tells the source how far all of them are, in one piece. */
  advance(): void {
    let position: InputPosition | undefined;
    for (let first = this.#receipts[0]; first?.isSettled === true && !first.hasFailed; first = this.#receipts[0]) {
      position = first.position ?? position;
      this.#receipts.shift();
    }
    if (position !== undefined) this.#settle(position);
  }
}
