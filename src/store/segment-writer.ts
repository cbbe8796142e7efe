/**
 * Writing a segment: series in the order of their keys, each with its blocks in the order of time. Payloads go out through a
 * buffer as they come (segment-output.ts); the index and the dictionary are kept and follow at the end. The file has a temporary name until
 * it is whole and synced, so that a segment is there with all its bytes or not at all.
 */
import { crc32 } from 'node:zlib';
import { StoreError } from './errors.ts';
import type { Files, OpenFile } from './files.ts';
import type { Kernel } from './kernel.ts';
import * as E from './layout.ts';
import type { SegmentInfo } from './manifest.ts';
import { segmentName, TEMPORARY_SUFFIX } from './names.ts';
import { GrowingBytes } from './segment-bytes.ts';
import { deflateIndex } from './segment-cold.ts';
import { deflated } from './segment-deflate.ts';
import { DictionaryBuilder } from './segment-dictionary.ts';
import { encodeFooter, encodeHeader } from './segment-footer.ts';
import * as L from './segment-layout.ts';
import { SegmentOutput } from './segment-output.ts';
import { type BlockStage, stageOf } from './segment-stage.ts';
import { syncFile, syncNames } from './sync.ts';

/** What a new segment is called and where it belongs; as in SegmentInfo. */
export interface SegmentIdentity {
  readonly number: number;
  readonly age: number;
  readonly level: number;
  /** Deflates payloads where that makes them smaller, and the index and the dictionary always. */
  readonly isCold: boolean;
}

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
  }

  get points(): number {
    return this.#points;
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
    for (let from = 0; from < count; from += E.BLOCK_POINTS) {
      const points = Math.min(E.BLOCK_POINTS, count - from);
      const numbers = ordinals === 0 ? 0 : ordinals + from * 4;
      const payload = this.#stage.encode(times + from * 8, values + from * 8, numbers, points, this.identity.isCold);
      this.#addBlock(this.#stage.entry, payload);
    }
  }

  /**
   * Adds a block of another segment as it is.
   * @param entry ENTRY_BYTES
   * @param payload as it is stored there; its checksum is that of the entry and is not looked at
   */
  addEncoded(entry: Uint8Array, payload: Uint8Array): void {
    this.#addBlock(entry, payload);
  }

  #addBlock(entry: Uint8Array, payload: Uint8Array): void {
    const own = Uint8Array.from(entry);
    const view = new DataView(own.buffer);
    const first = view.getBigInt64(E.S_FIRST_TIME, true);
    const last = view.getBigInt64(E.S_LAST_TIME, true);
    if (this.#isKeyKnown ? this.#blocks === 0 || first < this.#seriesLastUs : false) {
      throw new RangeError('the blocks of a series come in the order of time, after its key');
    }
    if (!this.#isKeyKnown) this.#dictionary.add(this.#key, this.#blocks);
    this.#isKeyKnown = true;
    view.setBigUint64(E.E_OFFSET, BigInt(this.#output.position), true);
    view.setUint32(E.E_SERIES, this.#dictionary.seriesCount - 1, true);
    this.#output.put(payload);
    this.#index.add(own);
    if (this.#blocks === 0 || first < this.#firstTimeUs) this.#firstTimeUs = first;
    if (this.#blocks === 0 || last > this.#lastTimeUs) this.#lastTimeUs = last;
    this.#seriesLastUs = last;
    this.#hasOrdinals ||= view.getUint32(E.E_ORDINAL_BYTES, true) > 0;
    this.#blocks += 1;
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
    const info = this.#end();
    this.#output.drain();
    syncFile(this.#file, this.#temporary);
    this.#close();
    const name = segmentName(info.number);
    this.#files.rename(this.#temporary, name);
    this.#names = [name];
    return info;
  }

  /** It is finished: from now on `abandon` does nothing. */
  keep(): void {
    this.#names = [];
  }

  /** The areas behind the payloads. */
  #end(): SegmentInfo {
    const payloadsEnd = this.#output.position;
    const indexStart = L.aligned(payloadsEnd);
    this.#output.put(new Uint8Array(indexStart - payloadsEnd));
    const { isCold } = this.identity;
    const index = this.#index.view();
    const { pages, table } = isCold ? deflateIndex(index) : { pages: [index], table: pageSums(index) };
    for (const page of pages) this.#output.put(page);
    const dictionaryStart = this.#output.position;
    const plain = this.#dictionary.finish(this.#blocks);
    const dictionary = isCold ? [deflated(Buffer.concat(plain))] : plain;
    for (const part of dictionary) this.#output.put(part);
    const pageSumsStart = this.#output.position;
    this.#output.put(table);
    const info: SegmentInfo = {
      ...this.identity,
      points: this.#points,
      series: this.#dictionary.seriesCount,
      blocks: this.#blocks,
      bytes: this.#output.position + L.FOOTER_BYTES,
      firstTimeUs: this.#firstTimeUs,
      lastTimeUs: this.#lastTimeUs,
    };
    const crcs = { dictionaryCrc: dictionary.reduce((crc, part) => crc32(part, crc), 0), pageSumsCrc: crc32(table) };
    const dictionaryBytes = plain.reduce((sum, part) => sum + part.length, 0);
    const areas = { payloadsEnd, indexStart, dictionaryStart, dictionaryBytes, pageSumsStart };
    this.#output.put(encodeFooter({ info, hasOrdinals: this.#hasOrdinals, ...areas, ...crcs }));
    return info;
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

/** The CRC-32 of each page of an index. */
function pageSums(index: Uint8Array): Uint8Array {
  const sums = new Uint32Array(Math.ceil(index.length / L.PAGE_BYTES));
  for (let page = 0; page < sums.length; page++) {
    sums[page] = crc32(index.subarray(page * L.PAGE_BYTES, (page + 1) * L.PAGE_BYTES));
  }
  return new Uint8Array(sums.buffer);
}

function removeIfThere(files: Files, name: string): void {
  try {
    files.remove(name);
  } catch (error) {
    if (!(error instanceof StoreError && error.kind === 'missing')) throw error;
  }
}
