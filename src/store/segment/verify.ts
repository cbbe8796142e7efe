/**
 * Checks every byte of a segment that means something: all checksums, the order of keys and times, that the payloads
 * follow each other without gaps, and that entries and counts agree with the decoded points. It continues after damage
 * and reports all of it.
 */
import { damaged, StoreError } from '../errors.ts';
import * as E from '../kernel/layout.ts';
import * as P from '../kernel/pack-layout.ts';
import * as L from './layout.ts';
import type { SegmentReader } from './reader.ts';

/**
 * Sums are compared within this part of what could have been added up: their last bits may come from other kernels.
 */
const TOLERANCE = 1e-9;
/** Fields of a summary that are what they are, bit for bit, and those that are computed. */
const EXACT_FIELDS = [...[E.S_COUNT, E.S_FIRST_TIME, E.S_LAST_TIME, E.S_FIRST, E.S_LAST]] as const;
const COMPUTED_FIELDS = [E.S_MIN, E.S_MAX, E.S_SUM, E.S_SQUARES, E.S_INCREASE] as const;

/**
 * Checks a whole segment.
 * @param report gets each finding: kind `damaged`, with file and offset
 * @throws StoreError `io`
 */
export function verifySegment(reader: SegmentReader, report: (finding: StoreError) => void): void {
  new Verifier(reader, report).run();
}

/** Columns of a block and a summary, in a kernel's memory; kept for all segments of it. */
interface Room {
  readonly times: number;
  readonly values: number;
  readonly ordinals: number;
  readonly summary: number;
}

const rooms = new WeakMap<object, Room>();

class Verifier {
  readonly #reader: SegmentReader;
  readonly #report: (finding: StoreError) => void;
  readonly #room: Room;
  readonly #summary = new DataView(new ArrayBuffer(E.SUMMARY_BYTES));
  #points = 0;
  /** Where the payload of the next block has to begin; undefined after an entry that could not be read. */
  #nextOffset: number | undefined = L.HEADER_BYTES;
  #lastTimeUs: bigint | undefined;
  #lastOrdinal = 0;
  #isComplete = true;
  /** The pack whose blocks are looked at, by its place in the index. */
  #pack: number | undefined;
  /** The last finding. */
  #reported: string | undefined;

  constructor(reader: SegmentReader, report: (finding: StoreError) => void) {
    const { kernel } = reader;
    this.#reader = reader;
    this.#report = report;
    const column = E.BLOCK_POINTS * 8;
    const known = rooms.get(kernel);
    const room = known ?? {
      ...{
        times: kernel.alloc(column),
        values: kernel.alloc(column),
        ordinals: kernel.alloc(column / 2),
        summary: kernel.alloc(E.SUMMARY_BYTES),
      },
    };
    rooms.set(kernel, room);
    this.#room = room;
  }

  run(): void {
    const isNamed = this.#attempt(() => this.#reader.dictionary.check());
    let series = -1;
    const blocks = isNamed || !this.#reader.footer.isPacked ? this.#reader.blockCount : 0;
    for (let block = 0; block < blocks; block++) {
      const isFirst = isNamed && series + 1 < this.#reader.seriesCount && this.#reader.firstBlock(series + 1) === block;
      if (isFirst) {
        series += 1;
        this.#lastTimeUs = undefined;
      }
      if (this.#attempt(() => this.#checkBlock(block, isNamed ? series : undefined))) continue;
      this.#isComplete = false;
      this.#nextOffset = undefined;
    }
    this.#attempt(() => this.#checkZeros());
    this.#attempt(() => this.#checkTotals());
  }

  /** Reports damage. @returns whether there was none */
  #attempt(check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'damaged') throw error;
      // A page that is damaged is met again by each of its blocks.
      if (error.message !== this.#reported) this.#report(error);
      this.#reported = error.message;
      return false;
    }
  }

  #checkBlock(block: number, series: number | undefined): void {
    const { kernel, name } = this.#reader;
    const place = (field: number) => this.#reader.entryPlace(block, field);
    const isInPack = this.#reader.isInPack(block);
    const stored = this.#reader.placeOf(block);
    const offset = this.#checkPlace(block, stored);
    if (isInPack && stored !== this.#pack) checkPack(this.#reader, block, stored);
    this.#pack = isInPack ? stored : undefined;
    const entry = this.#entry(block);
    if (series !== undefined && entry.getUint32(E.E_SERIES, true) !== series) {
      throw damaged(name, place(E.E_SERIES), `block ${block} is of another series than the dictionary says`);
    }
    const { times, values, ordinals, summary } = this.#room;
    const count = this.#reader.decode(block, times, values, ordinals);
    this.#checkTimes(block, count, offset);
    kernel.exports.summaryClear(summary);
    kernel.exports.summaryAdd(summary, times, values, 0, count);
    new Uint8Array(this.#summary.buffer).set(kernel.view(summary, E.SUMMARY_BYTES));
    const wrong = differenceOf(entry, this.#summary);
    if (wrong !== undefined) throw damaged(name, place(wrong), `the entry of block ${block} does not fit its points`);
    this.#points += count;
  }

  /** Where the payload is. Those of a pack have one together. */
  #checkPlace(block: number, stored: number): number {
    const { name } = this.#reader;
    const bytes = this.#reader.storedEntry(stored).slice();
    const entry = new DataView(bytes.buffer);
    const offset = Number(entry.getBigUint64(E.E_OFFSET, true));
    if (stored === this.#pack) return offset;
    const place = (field: number) => this.#reader.entryPlace(block, field);
    const isNext = this.#nextOffset === undefined || offset === this.#nextOffset;
    // The next one is checked against this one even when this one's content is wrong.
    this.#nextOffset = offset + this.#reader.payload(block).length;
    if (!isNext) throw damaged(name, place(E.E_OFFSET), `block ${block} does not begin where the one before ends`);
    if (bytes[E.E_FLAGS + 1] === 0) return offset;
    throw damaged(name, place(E.E_FLAGS + 1), `the entry of block ${block} has no zero behind its flags`);
  }

  /** A copy: payloads and blocks are read while it is looked at. */
  #entry(block: number): DataView {
    return new DataView(this.#reader.entries(block, block + 1).slice().buffer);
  }

  /** In order, after the block before, and inside the ends of the segment. */
  #checkTimes(block: number, count: number, offset: number): void {
    const { kernel, name, firstTimeUs, lastTimeUs } = this.#reader;
    const from = this.#room.times / 8;
    const times = kernel.i64.subarray(from, from + count);
    const ordinals = new Uint32Array(kernel.bytes.buffer, this.#room.ordinals, count);
    let isSorted = true;
    for (let i = 0; i < count && isSorted; i++) {
      const [before, ordinal] = i > 0 ? [times[i - 1], ordinals[i - 1]!] : [this.#lastTimeUs, this.#lastOrdinal];
      isSorted = before === undefined || before < times[i]! || (before === times[i]! && ordinal < ordinals[i]!);
    }
    this.#lastOrdinal = ordinals[count - 1]!;
    if (!isSorted) throw damaged(name, offset, `the times of block ${block} are not in order`);
    this.#lastTimeUs = times[count - 1]!;
    if (times[0]! >= firstTimeUs && this.#lastTimeUs <= lastTimeUs) return;
    throw damaged(name, offset, `the times of block ${block} are outside those of the segment`);
  }

  /** Between the payloads and the index. */
  #checkZeros(): void {
    const { payloadsEnd, indexStart } = this.#reader.footer;
    const wrong = this.#reader.bytesAt(payloadsEnd, indexStart - payloadsEnd).findIndex((byte) => byte !== 0);
    if (wrong >= 0) throw damaged(this.#reader.name, payloadsEnd + wrong, 'there is something between the areas');
  }

  #checkTotals(): void {
    const { name, info, footer } = this.#reader;
    const footerStart = info.bytes - L.FOOTER_BYTES;
    if (!this.#isComplete) return;
    if (this.#nextOffset !== footer.payloadsEnd) {
      throw damaged(name, footerStart + L.F_PAYLOADS_END, 'the payloads do not end where the footer says');
    }
    if (this.#points === info.points) return;
    throw damaged(name, footerStart + L.F_POINTS, `it has ${this.#points} points, the footer says ${info.points}`);
  }
}

/** What the entry of a pack says of all its blocks. @param block the first of them @throws StoreError `damaged` */
function checkPack(reader: SegmentReader, block: number, stored: number): void {
  const bytes = reader.storedEntry(stored).slice();
  const pack = new DataView(bytes.buffer);
  const series = pack.getUint32(P.K_SERIES, true);
  const entries = reader.entries(block, block + series);
  const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
  let [first, last] = [view.getBigInt64(E.S_FIRST_TIME, true), view.getBigInt64(E.S_LAST_TIME, true)];
  for (let at = E.ENTRY_BYTES; at < entries.length; at += E.ENTRY_BYTES) {
    const [from, to] = [view.getBigInt64(at + E.S_FIRST_TIME, true), view.getBigInt64(at + E.S_LAST_TIME, true)];
    if (from < first) first = from;
    if (to > last) last = to;
  }
  const isEmpty = bytes.subarray(P.K_COUNT_BYTES + 4, E.SUMMARY_BYTES).every((byte) => byte === 0);
  const isTrue = pack.getBigInt64(E.S_FIRST_TIME, true) === first && pack.getBigInt64(E.S_LAST_TIME, true) === last;
  if (isEmpty && isTrue) return;
  throw damaged(reader.name, reader.entryPlace(block), `the entry of pack ${stored} does not fit its points`);
}

/** The offset of the first field of a summary that is not as it was computed. */
function differenceOf(entry: DataView, computed: DataView): number | undefined {
  const exact = EXACT_FIELDS.find((at) => entry.getBigInt64(at, true) !== computed.getBigInt64(at, true));
  if (exact !== undefined) return exact;
  const largest = Math.max(Math.abs(computed.getFloat64(E.S_MIN, true)), Math.abs(computed.getFloat64(E.S_MAX, true)));
  const scale = Number(computed.getBigUint64(E.S_COUNT, true)) * largest;
  return COMPUTED_FIELDS.find((at) => {
    const [a, b] = [entry.getFloat64(at, true), computed.getFloat64(at, true)];
    const room = TOLERANCE * (at === E.S_SQUARES ? scale * largest : scale);
    return !(Object.is(a, b) || Math.abs(a - b) <= room);
  });
}
