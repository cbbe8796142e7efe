/**
 * Writing a segment: series in the order of their keys, each with its blocks in the order of time. Payloads go out
 * through a buffer as they come (segment/output.ts); the index and the dictionary are kept and follow at the end. The
 * file has a temporary name until it is whole and synced, so that a segment is there with all its bytes or not at all.
 */
import { StoreError } from '../errors.ts';
import type { Files, OpenFile } from '../files/files.ts';
import type { SegmentInfo } from '../files/manifest.ts';
import { segmentName, TEMPORARY_SUFFIX } from '../files/names.ts';
import { renameOwn, syncFile, syncNames } from '../files/sync.ts';
import type { Kernel } from '../kernel/kernel.ts';
import * as E from '../kernel/layout.ts';
import { SMALL_POINTS } from '../kernel/pack-layout.ts';
import type { DictionaryKeys } from '../series-names.ts';
import { GrowingBytes } from './bytes.ts';
import { DictionaryBuilder } from './dictionary.ts';
import { endSegment, type SegmentIdentity } from './end.ts';
import { encodeHeader } from './footer.ts';
import { SegmentOutput } from './output.ts';
import { type Gathering, type PackedPoints, Packing } from './packing.ts';
import { type BlockStage, stageOf } from './stage.ts';

export type { SegmentIdentity } from './end.ts';

/** After an error of any method, or when it is not to be finished, the writer is to be abandoned. */
export class SegmentWriter {
  readonly identity: SegmentIdentity;
  readonly kernel: Kernel;
  readonly #files: Files;
  readonly #temporary: string;
  readonly #stage: BlockStage;
  readonly #file: OpenFile;
  #isOpen = true;
  /** Its names, while it is to be removed when it is abandoned. */
  #names: readonly string[];
  readonly #output: SegmentOutput;
  readonly #index = new GrowingBytes();
  readonly #dictionary = new DictionaryBuilder();
  /** The key of the series that blocks are added to; it gets into the dictionary with its first block. */
  #key = Buffer.alloc(0);
  #isKeyKnown = true;
  #hasOrdinals = false;
  /** What is not written yet; undefined when nothing is packed. */
  readonly #packing: Packing | undefined;
  /** The last series is the last one of the pack. */
  #isLastPacked = false;
  #hasPacks = false;
  /** Those that series have, in the pack or written. */
  #blocks = 0;
  #points = 0;
  #firstTimeUs = 0n;
  #lastTimeUs = 0n;
  /** Of the last block of the series. */
  #seriesLastUs = 0n;

  /** Makes the file, under its temporary name; one that is left from before is replaced. @throws StoreError `io` */
  constructor(files: Files, kernel: Kernel, identity: SegmentIdentity) {
    this.identity = identity;
    this.kernel = kernel;
    this.#files = files;
    this.#stage = stageOf(kernel);
    this.#temporary = segmentName(identity.number) + TEMPORARY_SUFFIX;
    this.#names = [this.#temporary];
    removeIfThere(files, this.#temporary);
    this.#file = files.open(this.#temporary, 'create');
    this.#output = new SegmentOutput(this.#file);
    this.#output.put(encodeHeader(identity.number));
    this.#packing = identity.isPacked ? new Packing(kernel) : undefined;
  }

  /** Begins a series. One that gets no points is left out. @param key (series.ts) above those before; copied */
  beginSeries(key: Uint8Array): void {
    if (this.#dictionary.seriesCount > 0 && Buffer.compare(this.#key, key) >= 0) {
      throw new RangeError('the series of a segment come in the order of their keys');
    }
    this.#key = Buffer.from(key);
    this.#isKeyKnown = false;
  }

  /**
   * Adds points of the series in order of time and ordinal, after those before. Each BLOCK_POINTS of them are a block.
   * @param times address in the kernel's memory; values as well
   * @param ordinals address (u32), or 0: all are 0, and no time is there twice
   */
  add(times: number, values: number, count: number, ordinals = 0): void {
    const { i64 } = this.kernel;
    for (let from = 0; from < count; from += E.BLOCK_POINTS) {
      const points = Math.min(E.BLOCK_POINTS, count - from);
      const numbers = ordinals === 0 ? 0 : ordinals + from * 4;
      const [first, last] = [i64[times / 8 + from]!, i64[times / 8 + from + points - 1]!];
      const block = { times: times + from * 8, values: values + from * 8, ordinals: numbers, count: points };
      if (points <= SMALL_POINTS && !this.#isKeyKnown && this.#packing !== undefined) this.#pack(block, first, last);
      else {
        this.#beginBlock(first, last);
        this.#writeBlock(block, this.#dictionary.seriesCount - 1);
      }
    }
  }

  /**
   * Adds series of a table up to one that is not small, or begins too early. Only for a writer that packs.
   * @param ids address (u32), in order of keys
   * @param keysOf the keys of some of the ids for a dictionary (SeriesNames.keys)
   * @returns how many ids are done
   */
  gather(
    ids: number,
    count: number,
    from: Gathering,
    keysOf: (ids: Uint32Array, start: number, block: number) => DictionaryKeys,
  ): number {
    const packing = this.#packing!;
    for (let all = 0; ; ) {
      if (packing.series === 0) packing.firstSeries = this.#dictionary.seriesCount;
      const { done, ids: packed, isFull } = packing.gather(ids + 4 * all, count - all, from);
      all += done;
      if (packed.length > 0) {
        const { keysLength } = this.#dictionary;
        const keys = keysOf(packed, keysLength, this.#blocks);
        this.#dictionary.addAll(keys);
        this.#key = Buffer.from(keys.bytes.subarray(keys.starts.at(-1)! - keysLength));
        this.#isKeyKnown = true;
        this.#isLastPacked = true;
        this.#blocks += packed.length;
      }
      if (!isFull) return all;
      this.#flushPack();
    }
  }

  /**
   * Adds a block of another segment as it is.
   * @param entry ENTRY_BYTES
   * @param payload as it is stored there; its checksum is that of the entry and is not looked at
   */
  addEncoded(entry: Uint8Array, payload: Uint8Array): void {
    const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
    this.#beginBlock(view.getBigInt64(E.S_FIRST_TIME, true), view.getBigInt64(E.S_LAST_TIME, true));
    this.#write(entry, payload, this.#dictionary.seriesCount - 1);
  }

  /** Notes a block of the series, and writes what is in the pack: this one follows it. */
  #beginBlock(first: bigint, last: bigint): void {
    const popped = this.#isKeyKnown && this.#isLastPacked ? this.#packing?.takeLast() : undefined;
    this.#flushPack();
    if (popped !== undefined) this.#writeBlock(popped, this.#dictionary.seriesCount - 1);
    this.#isLastPacked = false;
    this.#note(first, last);
  }

  /** Notes a block of the series. */
  #note(first: bigint, last: bigint): void {
    if (this.#isKeyKnown ? this.#blocks === 0 || first < this.#seriesLastUs : false) {
      throw new RangeError('the blocks of a series come in the order of time, after its key');
    }
    if (!this.#isKeyKnown) this.#dictionary.add(this.#key, this.#blocks);
    this.#isKeyKnown = true;
    this.#seriesLastUs = last;
    this.#blocks += 1;
  }

  #pack(block: PackedPoints, first: bigint, last: bigint): void {
    const packing = this.#packing!;
    if (packing.series > 0 && packing.add(block)) this.#note(first, last);
    else {
      this.#flushPack();
      packing.firstSeries = this.#dictionary.seriesCount;
      packing.add(block);
      this.#note(first, last);
    }
    this.#isLastPacked = true;
  }

  /** Writes what is in the pack. A single series does not need one. */
  #flushPack(): void {
    const packing = this.#packing;
    if (packing === undefined || packing.series === 0) return;
    const { firstSeries } = packing;
    if (packing.series === 1) this.#writeBlock(packing.takeLast(), firstSeries);
    else {
      this.#write(this.#stage.entry, this.#stage.encodePack(packing.pack, this.identity.isCold), firstSeries);
      this.#hasPacks = true;
    }
    packing.clear();
    this.#isLastPacked = false;
  }

  #writeBlock({ times, values, ordinals, count }: PackedPoints, series: number): void {
    const payload = this.#stage.encode(times, values, ordinals, count, this.identity.isCold);
    this.#write(this.#stage.entry, payload, series);
  }

  /** Puts an entry into the index, and its payload into the file. */
  #write(entry: Uint8Array, payload: Uint8Array, series: number): void {
    const own = Uint8Array.from(entry);
    const view = new DataView(own.buffer);
    const first = view.getBigInt64(E.S_FIRST_TIME, true);
    const last = view.getBigInt64(E.S_LAST_TIME, true);
    view.setBigUint64(E.E_OFFSET, BigInt(this.#output.position), true);
    view.setUint32(E.E_SERIES, series, true);
    if (this.#points === 0 || first < this.#firstTimeUs) this.#firstTimeUs = first;
    if (this.#points === 0 || last > this.#lastTimeUs) this.#lastTimeUs = last;
    this.#output.put(payload);
    this.#index.add(own);
    this.#hasOrdinals ||= view.getUint32(E.E_ORDINAL_BYTES, true) > 0;
    this.#points += view.getUint32(E.S_COUNT, true);
  }

  /**
   * Ends the segment. Its bytes and its name survive a loss of power when this returns.
   * @returns undefined when it has no points: there is no file then
   * @throws StoreError `io`, `failed`; nothing is left of it then
   */
  finish(): SegmentInfo | undefined {
    const [info] = finishSegments([this], this.#files);
    return info;
  }

  /** Everything of `finish` but making the name last; for finishSegments. */
  publish(): SegmentInfo | undefined {
    if (this.#blocks === 0) {
      this.abandon();
      return undefined;
    }
    this.#flushPack();
    const info = this.#end();
    this.#output.drain();
    if (this.#hasPacks) this.#file.writeAt(encodeHeader(info.number, true), 0);
    syncFile(this.#file, this.#temporary);
    this.#close();
    const name = segmentName(info.number);
    renameOwn(this.#files, this.#temporary, name);
    this.#names = [name];
    return info;
  }

  /** It is finished: from now on `abandon` does nothing. */
  keep(): void {
    this.#names = [];
  }

  #end(): SegmentInfo {
    return endSegment(this.#output, this.identity, {
      ...{ index: this.#index.view(), dictionary: this.#dictionary, blocks: this.#blocks, points: this.#points },
      ...{ firstTimeUs: this.#firstTimeUs, lastTimeUs: this.#lastTimeUs, hasOrdinals: this.#hasOrdinals },
    });
  }

  /** Removes what was written, unless it is finished. Hides its own errors: it follows one that has to be told. */
  abandon(): void {
    try {
      this.#close();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
    for (const name of this.#names) {
      try {
        this.#files.remove(name);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
      }
    }
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#packing?.close();
    this.#file.close();
  }
}

/**
 * Ends several segments and makes their names last together.
 * @returns those that have points
 * @throws StoreError `io`, `failed`; nothing is left of any of them then
 */
export function finishSegments(writers: readonly SegmentWriter[], files: Files): SegmentInfo[] {
  try {
    const infos = writers.flatMap((writer) => writer.publish() ?? []);
    if (infos.length > 0) syncNames(files);
    for (const writer of writers) writer.keep();
    return infos;
  } catch (error) {
    for (const writer of writers) writer.abandon();
    throw error;
  }
}

function removeIfThere(files: Files, name: string): void {
  try {
    files.remove(name);
  } catch (error) {
    if (!(error instanceof StoreError && error.kind === 'missing')) throw error;
  }
}
