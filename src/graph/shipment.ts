/** Lines on their way into a port, and what takes them. Types only. */
import type { Receipt } from './receipt.ts';

export interface Shipment {
  /** Whole lines, borrowed until they are taken. */
  readonly segments: readonly Uint8Array[];
  readonly records: number;
  readonly receipts: readonly Receipt[];
  readonly id: string | undefined;
  /** See Delivery.keys. */
  readonly keys?: readonly (readonly string[])[] | undefined;
  /** For a log of rejects, NDJSON: one for each line. */
  readonly rows?: string | undefined;
  /** The same of lines that have no rows: where they are from, a word for what happened to them, and it in words. */
  readonly why?: { readonly file: string; readonly name: string; readonly reason: string } | undefined;
  /** See Delivery.notes. */
  readonly notes?: readonly (readonly [string, string])[] | undefined;
}

/** What takes them; a port is one. */
export interface Taker {
  readonly name: string;
  /** It may take something, now or later. */
  readonly isOpen: boolean;
  /**
   * Offers lines. Their receipts are held when they are taken.
   * @param by who offers, to be given its turn after it was refused
   * @returns `full`: nothing was taken; offer them again after `room`
   */
  offer(shipment: Shipment, by: object): 'taken' | 'full';
  /** Resolves when what was refused may be taken. */
  room(): Promise<void>;
  /** Whoever was refused does not come again. */
  leave(by: object): void;
}
