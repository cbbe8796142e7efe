/**
 * A sink of a topology, as all edges that lead to it see it, from whatever nodes. What they offer goes into one
 * outlet, and the port holds what is owed for it until the outlet has settled it. A delivery ends in one of three
 * ways:
 *
 *     arrived       its receipts are released
 *     lost by the file's own choice (`when-full: drop`, `on-failure: drop`): counted, and the receipts are released
 *     failed        its lines go to another port, which holds the receipts from then on (`on-failure: NODE`); or the
 *                   port fails, its receipts fail too, and the next node that offers something ends with the error
 *
 * The surprising part: a failure is not thrown where it happens, because that may be in the middle of another node's
 * step or outside every step. From then on the port takes nothing, and the first edge that asks in a later turn of the
 * event loop throws. The other edges find the port closed, so that the error is reported once.
 */
import { SinkError, sinkError } from '../io/errors.ts';
import { countRows } from '../io/newlines.ts';
import type { Delivery, Outlet } from '../io/types.ts';
import { excerpt } from '../text/printable.ts';
import { PortCounts } from './port-counts.ts';
import type { PortClosing, PortEnd } from './port-end.ts';
import { portWords } from './port-words.ts';
import { failTogether, type Receipt } from './receipt.ts';
import { Redirect } from './redirect.ts';
import type { RejectLog } from './reject-log.ts';
import { linesIn } from './segments.ts';
import type { Shipment, Taker } from './shipment.ts';

export interface PortOptions {
  /** The sink's name in the topology. */
  readonly name: string;
  readonly whenFull: 'wait' | 'drop';
  /** Another port gets the lines that could not be delivered. */
  readonly onFailure: 'stop' | 'drop' | Port;
  /** Beside what the port writes. */
  readonly log?: RejectLog | undefined;
  /** What is delivered is csv. */
  readonly isCsv?: boolean | undefined;
  /** Milliseconds by a clock that never goes back. */
  readonly clockMs: () => number;
}

export class Port implements Taker {
  readonly name: string;
  readonly counts: PortCounts;
  readonly #outlet: Outlet;
  readonly #options: PortOptions;
  /** `failing`: until the turn is over in which it happened. `reported`: somebody has thrown the failure. */
  #state: 'open' | 'failing' | 'failed' | 'reported' = 'open';
  #failure: SinkError | undefined;
  /** The first failure that was dropped, or went elsewhere. */
  #passed: SinkError | undefined;
  readonly #redirect: Redirect | undefined;
  #isClosing = false;
  /** There was no time left for some of it. */
  #hasLostAtEnd = false;
  #header: Uint8Array | undefined;
  /** Who was refused first: nobody passes it by. */
  #first: object | undefined;
  #room: Promise<void> | undefined;
  #edges = 0;
  /** Receipts have been released for what is in the outlet. */
  #hasAcknowledged = false;
  #wake = (): void => {};

  /** Owns the outlet from now on. */
  constructor(outlet: Outlet, options: PortOptions) {
    this.name = options.name;
    this.#outlet = outlet;
    this.#options = options;
    this.counts = new PortCounts(outlet, options.clockMs);
    const { onFailure } = options;
    if (typeof onFailure === 'string') return;
    this.#redirect = new Redirect(onFailure, {
      moved: (records) => {
        this.counts.dead += records;
      },
      lost: () => this.#fail(this.#passed!),
    });
  }

  /** Calls `wake` when the port has failed, or its reader has gone away. */
  watch(wake: () => void): void {
    this.#wake = wake;
  }

  /** One more edge goes there. @returns its number, from 1 in the order of the topology */
  join(): number {
    return ++this.#edges;
  }

  /** It takes nothing any more, and that has been said where it had to be. */
  get isClosed(): boolean {
    return this.#state === 'reported' || (this.#state === 'open' && this.#outlet.isClosed === true);
  }

  /** What the outlet had to copy so far. */
  get bytesCopied(): number {
    return this.#outlet.bytesCopied;
  }

  /** Ids reach the other end. */
  get takesIds(): boolean {
    return this.#outlet.takesIds;
  }

  /** Where what could not be delivered goes. */
  get failuresTo(): Port | undefined {
    const { onFailure } = this.#options;
    return typeof onFailure === 'object' ? onFailure : undefined;
  }

  get isOpen(): boolean {
    return this.#state === 'open' && this.#outlet.isClosed !== true;
  }

  /** What it waits for, in words that follow the name; undefined while all goes well. */
  get waitsFor(): string | undefined {
    return this.#outlet.waitsFor;
  }

  /** The failure that ends whoever asks; given once. */
  takeFailure(): SinkError | undefined {
    if (this.#state !== 'failed') return undefined;
    this.#state = 'reported';
    return this.#failure;
  }

  /**
   * What files, requests or the output begin with: the names of columns.
   * @returns whether it has to be delivered like other lines
   * @throws SinkError when it is not the same for all edges
   */
  takesHeader(bytes: Uint8Array): boolean {
    if (this.#header !== undefined) {
      if (Buffer.compare(this.#header, bytes) === 0) return false;
      const text = `cannot write ${excerpt(this.name)}: routes to it have different columns`;
      throw new SinkError(this.name, 'EINVAL', `${text}; give them the same fields, or a sink each`, 0);
    }
    this.#header = bytes.slice();
    return this.#outlet.header?.(this.#header) !== true;
  }

  offer(shipment: Shipment, by: object): 'taken' | 'full' {
    if (this.isClosed) {
      failTogether(shipment.receipts);
      return 'taken';
    }
    if (this.#offer(shipment, by) === 'taken') {
      if (this.#first === by) this.#first = undefined;
      this.counts.endWait();
      return 'taken';
    }
    if (this.#options.whenFull === 'drop' && this.#state === 'open') {
      this.counts.droppedFull += shipment.records;
      return 'taken';
    }
    this.#first ??= by;
    this.counts.beginWait();
    return 'full';
  }

  leave(by: object): void {
    if (this.#first !== by) return;
    this.#first = undefined;
    this.counts.endWait();
  }

  room(): Promise<void> {
    this.#room ??= this.#untilRoom().then(() => {
      this.#room = undefined;
    });
    return this.#room;
  }

  /** Resolves when all that it took is settled. */
  flush(): Promise<void> {
    return this.#outlet.flush();
  }

  /** Whoever would have offered these has ended. Nobody misses what a reader has gone away from. */
  miss(records: number): void {
    if (this.#outlet.isClosed === true) return;
    this.counts.failed += records;
    this.#hasLostAtEnd = true;
  }

  /** Opens files anew. @returns what went wrong; it goes on as before then */
  reopen(): SinkError | undefined {
    try {
      this.#outlet.reopen?.();
      this.#options.log?.reopen();
      return undefined;
    } catch (error) {
      return sinkError(this.name, 'open', error);
    }
  }

  /**
   * Nothing more comes: waits for what was taken, gives up in the end what is left, and lets go of the outlet.
   * @param isWhole the run was; if not, what is all or nothing is discarded, unless it has already been reported
   * as arrived
   */
  async close({ withinMs, redirectMs, isWhole }: PortClosing): Promise<PortEnd> {
    this.#isClosing = true;
    const isKept = (): boolean => this.#hasAcknowledged || (isWhole && this.#failure === undefined);
    try {
      await this.#outlet.close(withinMs, isKept);
    } catch (error) {
      this.#failure ??= sinkError(this.name, 'finish', error);
    }
    await this.#redirect?.end(redirectMs);
    this.#options.log?.close();
    const isReported = this.#state === 'reported';
    this.#state = 'reported';
    return {
      name: this.name,
      isWhole: this.#failure === undefined && !this.#hasLostAtEnd && this.counts.keyless === 0,
      failure: isReported ? undefined : this.#failure,
      words: [...(this.#outlet.words?.() ?? []), ...this.#words(isWhole, isKept())],
    };
  }

  #words(isWhole: boolean, isKept: boolean): readonly string[] {
    return portWords({
      ...{ name: this.name, counts: this.counts, passed: this.#passed, failuresTo: this.failuresTo?.name },
      isClosed: this.#outlet.isClosed === true,
      unfinished: isWhole || this.#outlet.isAllOrNothing !== true ? undefined : isKept ? 'kept' : 'discarded',
    });
  }

  #offer(shipment: Shipment, by: object): 'taken' | 'full' {
    if (this.#state !== 'open' || this.#redirect?.done !== undefined) return 'full';
    if (this.#first !== undefined && this.#first !== by) return 'full';
    const { segments, records, receipts, id, keys, notes } = shipment;
    const startMs = this.#options.clockMs();
    const delivery: Delivery = {
      segments,
      records,
      id,
      keys,
      notes,
      settle: (failure, lines) => {
        this.counts.settled(startMs);
        if (failure === undefined) this.#arrived(records, receipts);
        else this.#lost(failure, lines, { records, receipts });
      },
    };
    // One for the delivery, and one for its rows: what is settled is not read again, so they are written before.
    for (const receipt of receipts) for (let i = 0; i < 2; i++) receipt.retain();
    const answer = this.#outlet.offer(delivery);
    if (answer === 'full') for (const receipt of receipts) receipt.release();
    else this.counts.owed++;
    const failure = answer === 'taken' && this.#state === 'open' ? this.#options.log?.add(shipment) : undefined;
    if (failure !== undefined) this.#fail(failure);
    for (const receipt of receipts) failure === undefined ? receipt.release() : receipt.fail();
    return answer;
  }

  #arrived(records: number, receipts: readonly Receipt[]): void {
    this.counts.arrived(records);
    if (receipts.length > 0) this.#hasAcknowledged = true;
    for (const receipt of receipts) receipt.release();
  }

  #lost(
    failure: SinkError,
    lines: readonly Uint8Array[] | undefined,
    { records, receipts }: Pick<Shipment, 'records' | 'receipts'>,
  ): void {
    const { onFailure } = this.#options;
    const left =
      lines === undefined
        ? records
        : Math.min(records, this.#options.isCsv === true ? countRows(lines) : linesIn(lines));
    this.counts.records += records - left;
    this.counts.failed += left;
    if (this.#isClosing && typeof onFailure !== 'object') this.#hasLostAtEnd = true;
    // Nobody reads any more, and the run ends well; but nothing has arrived.
    if (this.#outlet.isClosed === true) {
      for (const receipt of receipts) receipt.fail();
      this.#wake();
    } else if (onFailure === 'drop') {
      this.#passed ??= failure;
      this.counts.dropped += left;
      for (const receipt of receipts) receipt.release();
    } else if (onFailure === 'stop' || lines === undefined) {
      for (const receipt of receipts) receipt.fail();
      this.#fail(failure);
    } else {
      this.#passed ??= failure;
      const why = { file: this.name, name: 'undelivered', reason: failure.message };
      this.#redirect!.push({ segments: lines, records: left, receipts, id: undefined, why });
    }
  }

  #fail(failure: SinkError): void {
    if (this.#state !== 'open') return;
    this.#state = 'failing';
    this.#failure = failure;
    this.#outlet.halt?.(failure);
    queueMicrotask(() => {
      if (this.#state === 'failing') this.#state = 'failed';
      this.#wake();
    });
  }

  async #untilRoom(): Promise<void> {
    if (this.#state !== 'open') return;
    await (this.#redirect?.done ?? this.#outlet.room());
  }
}
