/**
 * Live queries as the host sees them: registers parsed queries with the engine (engine/asm/events.ts), hands it the
 * events that a program writes itself, and says what the engine has counted. Matching and queues are the engine's.
 */
import * as E from '../../engine/event-layout.ts';
import * as L from '../../engine/layout.ts';
import type { RowEngine } from '../../engine/row-engine.ts';
import { timeUnitCodes } from '../../engine/time-units.ts';
import { isRelative, type LiveQuery } from '../../query/index.ts';
import { cut } from '../../text/printable.ts';
import { CallFailure } from './errors.ts';
import { queryImage } from './query-image.ts';
import type { EventNames, WrittenEvent } from './written-event.ts';

export type TimeUnit = 'auto' | 's' | 'ms' | 'us' | 'ns';

/** The exports of views.wasm that JavaScript calls; asm/events.ts says what they do. */
export interface LiveExports {
  liveBegin(timeUnit: number, queueBytes: number): void;
  liveRows(count: number): void;
  liveReserve(bytes: number): number;
  liveNow(us: bigint): void;
  liveOpen(query: number): void;
  liveClose(handle: bigint): number;
  liveOffer(row: number, timeUs: bigint): number;
  liveWaiting(): number;
  liveEvents(): number;
  liveDelivered(): number;
  liveBad(): number;
  liveBadReason(): number;
  liveBadFrom(): number;
  liveBadTo(): number;
  liveFullHandle(): number;
  liveForgetUnit(): void;
  /** UNIT_* that was decided for the input; UNIT_AUTO: none. */
  liveUnit(): number;
  /** Whether a time was unlikely in such a unit, in which line of its block (from 0), and which time. */
  liveHasOdd(): number;
  liveOddLine(): number;
  liveOddTime(): bigint;
}

/** More than this is a program that forgets to free its handles. */
export const maxQueries = 1024;
/** What all of them may take in the engine, in bytes: for 1024 queries, 8 KiB each. */
export const maxQueryBytes = 8 << 20;
/** Code units of a query in a message. */
const shownQuery = 200;
const leastPlaceBytes = 64;

interface Place {
  readonly address: number;
  readonly size: number;
}

export class LiveQueries {
  readonly exports: LiveExports;
  readonly #engine: RowEngine;
  readonly #open = new Map<number, { readonly text: string; readonly isTimed: boolean; readonly place: Place }>();
  #openBytes = 0;
  readonly #onTimed: (isTimed: boolean) => void;
  #free: Place[] = [];
  #staging: Place = { address: 0, size: 0 };
  /** Whose names lie in the staging place, and where the value goes behind them. */
  #staged: EventNames | undefined;
  #valueAt = 0;
  #isTimed = false;
  #lastHandle = 0;

  /**
   * One for an engine instance.
   * @param queueBytes what the events that wait may take
   * @param onTimed hears when the first range that depends on the clock appears, and when the last one is gone
   */
  constructor(
    engine: RowEngine,
    options: { readonly timeUnit: TimeUnit; readonly queueBytes: number; readonly onTimed: (isTimed: boolean) => void },
  ) {
    this.exports = engine.exports as RowEngine['exports'] & LiveExports;
    this.#engine = engine;
    this.#onTimed = options.onTimed;
    this.exports.liveBegin(timeUnitCodes[options.timeUnit], options.queueBytes);
  }

  /** Registers a query: it gets the events that no query has seen yet. @returns its handle, from 1 */
  open(query: LiveQuery): number {
    if (this.#open.size >= maxQueries) throw new CallFailure(`${maxQueries} live queries are open; free some of them`);
    const handle = this.#lastHandle + 1;
    const { size, write } = queryImage(query, handle);
    if (this.#openBytes + placeBytes(size) > maxQueryBytes) {
      throw new CallFailure(`the live queries that are open take more than ${maxQueryBytes} bytes; free some of them`);
    }
    const place = this.#takePlace(size);
    this.#openBytes += place.size;
    write(this.#bytesAt(place), place.address);
    this.exports.liveOpen(place.address);
    this.#lastHandle = handle;
    const isTimed = query.range !== undefined && isRelative(query.range);
    this.#open.set(handle, { text: cut(query.text, shownQuery), isTimed, place });
    this.#tellTimed();
    return handle;
  }

  /** Forgets a query and what waits for it. @returns false when there is no such handle */
  close(handle: bigint): boolean {
    if (!this.exports.liveClose(handle)) return false;
    const closed = this.#open.get(Number(handle))!;
    this.#open.delete(Number(handle));
    this.#free.push(closed.place);
    this.#openBytes -= closed.place.size;
    this.#tellTimed();
    return true;
  }

  /** Whether a range of an open query depends on the clock. */
  get isTimed(): boolean {
    return this.#isTimed;
  }

  /** The text of an open query, for messages: its beginning when it is long. */
  textOf(handle: number): string | undefined {
    return this.#open.get(handle)?.text;
  }

  /**
   * Queues an event for every query that it matches.
   * @returns 0 or LIVE_FULL
   */
  offer({ names, valueText, timestampUs }: WrittenEvent): number {
    if (names !== this.#staged || this.#valueAt + valueText.length + L.PADDING_BYTES > this.#staging.size) {
      this.#stage(names, valueText.length);
    }
    const { address } = this.#staging;
    const bytes = this.#bytesAt(this.#staging);
    // A JSON number is ASCII.
    for (let i = 0; i < valueText.length; i++) bytes[this.#valueAt + i] = valueText.charCodeAt(i);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    putField(view, E.EVENT_VALUE, L.KIND_NUMBER, address + this.#valueAt, valueText.length);
    return this.exports.liveOffer(address, timestampUs);
  }

  /** Makes the row of events with these names in a place that has room for such a value behind it. */
  #stage(names: EventNames, valueBytes: number): void {
    const series = Buffer.from(JSON.stringify(names.series));
    const tags = Buffer.from(JSON.stringify(names.tags));
    const seriesAt = L.ROW_BYTES + E.EVENT_FIELDS * L.FIELD_BYTES;
    const tagsAt = seriesAt + series.length;
    this.#valueAt = tagsAt + tags.length;
    const size = this.#valueAt + valueBytes + L.PADDING_BYTES;
    if (this.#staging.size < size) {
      if (this.#staging.size > 0) this.#free.push(this.#staging);
      this.#staging = this.#takePlace(size);
    }
    const { address } = this.#staging;
    const bytes = this.#bytesAt(this.#staging);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    bytes.fill(0, 0, seriesAt);
    bytes.set(series, seriesAt);
    bytes.set(tags, tagsAt);
    putField(view, E.EVENT_SERIES, L.KIND_STRING, address + seriesAt, series.length);
    putField(view, E.EVENT_TAGS, L.KIND_ARRAY, address + tagsAt, tags.length);
    this.#staged = names;
  }

  #tellTimed(): void {
    this.#isTimed = [...this.#open.values()].some(({ isTimed }) => isTimed);
    this.#onTimed(this.#isTimed);
  }

  #takePlace(size: number): Place {
    const rounded = placeBytes(size);
    const index = this.#free.findIndex((place) => place.size === rounded);
    if (index >= 0) return this.#free.splice(index, 1)[0]!;
    return { address: this.exports.liveReserve(rounded) >>> 0, size: rounded };
  }

  #bytesAt({ address, size }: Place): Uint8Array {
    return this.#engine.view(address, address + size);
  }
}

function putField(view: DataView, index: number, kind: number, address: number, length: number): void {
  const field = L.ROW_BYTES + index * L.FIELD_BYTES;
  view.setUint32(field + L.FIELD_FROM, address, true);
  view.setUint32(field + L.FIELD_BITS, kind | (length << L.FIELD_LENGTH_SHIFT), true);
}

/** Places have few sizes, so that a program that opens longer and longer queries gets the old places again. */
function placeBytes(size: number): number {
  return Math.max(leastPlaceBytes, 2 ** Math.ceil(Math.log2(size)));
}
