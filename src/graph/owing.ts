/**
 * What the batches of one source owe, and to whom: to a file with positions (receipt.ts), to a source of units
 * (units.ts), to a batch of another node (node-edge.ts), or to nobody, which costs nothing.
 */
import type { Batch } from './batch.ts';
import { type Ledger, NO_RECEIPTS, type Receipt } from './receipt.ts';
import type { UnitLedger } from './units.ts';

/** What a batch of another node owes. */
export interface Crossing extends Receipt {
  /** All of it has been read. */
  readonly isComplete: boolean;
  /** Nothing more will come of what the batch owes. */
  readonly isLast: boolean;
  /** See Batch.id. */
  readonly id: string | undefined;
}

/** One of them at most. */
export interface Owed {
  /** The receipts of its batches; undefined when nobody wants to know how far it was read. */
  readonly ledger?: Ledger | undefined;
  /** The same for a source that answers unit by unit. */
  readonly units?: UnitLedger | undefined;
  /** The one receipt of all bytes, which are those of a batch of another node; the feed is one of its holders. */
  readonly crossing?: Crossing | undefined;
  /** Which of several inlets of the node it has come by: one unit may come by each. */
  readonly way?: string | undefined;
}

type Owes = Pick<Batch, 'receipts' | 'whole' | 'id'>;

const NOTHING: Owes = { receipts: NO_RECEIPTS, whole: 0, id: undefined };

export class Owing {
  readonly #to: Owed;
  /** Batches that were cut of a crossing. */
  #parts = 0;

  constructor(to: Owed) {
    this.#to = to;
  }

  /** Where a part of a unit is cut must not hang on when. */
  get isApart(): boolean {
    return this.#to.units?.isApart === true;
  }

  /** Of a batch that ends before byte `end` of the source. @param isLast nothing that was read is behind it */
  issue(end: number, isLast: boolean): Owes {
    const { ledger, units, crossing } = this.#to;
    if (ledger !== undefined) return { receipts: [ledger.issue()], whole: 1, id: undefined };
    if (units !== undefined) {
      const { receipt, id } = units.issue(end);
      return { receipts: [receipt], whole: 1, id };
    }
    return crossing === undefined ? NOTHING : this.#crossed(crossing, isLast);
  }

  #crossed(crossing: Crossing, isLast: boolean): Owes {
    crossing.retain();
    const isEnd = crossing.isComplete && isLast;
    const part = ++this.#parts;
    const id = crossing.id === undefined ? undefined : `${crossing.id}${this.#to.way ?? ''}`;
    return {
      receipts: [crossing],
      whole: crossing.isLast && isEnd ? 1 : 0,
      id: id === undefined || (part === 1 && isEnd) ? id : `${id}.${part}`,
    };
  }

  /** Where units are kept apart: how far behind byte `offset` the next batch has to end; undefined when not known. */
  bytesOfUnit(offset: number): number | undefined {
    const border = this.isApart ? this.#to.units!.borderAfter(offset) : undefined;
    return border === undefined ? undefined : border - offset;
  }

  /** There is nothing to be cut now. */
  noteBorders(): void {
    this.#to.units?.noteBorders();
  }

  /** Nothing more is cut. @param isCut all that was read */
  close(isCut: boolean): void {
    const { units, crossing } = this.#to;
    units?.close();
    if (isCut && crossing?.isComplete === true) crossing.release();
    else crossing?.fail();
  }
}
