/** The end of a segment that is written: the areas behind the payloads, and what is said of the segment. */

import type { SegmentInfo } from '../files/manifest.ts';
import { crc32 } from '../kernel/crc32.ts';
import { ENTRY_BYTES } from '../kernel/layout.ts';
import { deflateIndex } from './cold.ts';
import { deflated } from './deflate.ts';
import type { DictionaryBuilder } from './dictionary.ts';
import { encodeFooter } from './footer.ts';
import * as L from './layout.ts';
import type { SegmentOutput } from './output.ts';

/** What a new segment is called and where it belongs; as in SegmentInfo. */
export interface SegmentIdentity {
  readonly number: number;
  readonly age: number;
  readonly level: number;
  /** Deflates payloads where that makes them smaller, and the index and the dictionary always. */
  readonly isCold: boolean;
  /** Series of few points share entries and payloads. Left out: no. */
  readonly isPacked?: boolean;
}

/** What the payloads are of. */
export interface SegmentContents extends Pick<SegmentInfo, 'points' | 'firstTimeUs' | 'lastTimeUs'> {
  /** Its entries. */
  readonly index: Uint8Array;
  readonly dictionary: DictionaryBuilder;
  /** As the dictionary counts them. */
  readonly blocks: number;
  readonly hasOrdinals: boolean;
}

/** Writes all that follows the payloads. @throws StoreError `io` */
export function endSegment(output: SegmentOutput, identity: SegmentIdentity, contents: SegmentContents): SegmentInfo {
  const { number, age, level, isCold } = identity;
  const { points, firstTimeUs, lastTimeUs, index, hasOrdinals } = contents;
  const payloadsEnd = output.position;
  const indexStart = L.aligned(payloadsEnd);
  output.put(new Uint8Array(indexStart - payloadsEnd));
  const { pages, table } = isCold ? deflateIndex(index) : { pages: [index], table: pageSums(index) };
  for (const page of pages) output.put(page);
  const dictionaryStart = output.position;
  const plain = contents.dictionary.finish(contents.blocks);
  const dictionary = isCold ? [deflated(Buffer.concat(plain))] : plain;
  for (const part of dictionary) output.put(part);
  const pageSumsStart = output.position;
  output.put(table);
  const info: SegmentInfo = {
    ...{ number, age, level, isCold, points, firstTimeUs, lastTimeUs },
    series: contents.dictionary.seriesCount,
    blocks: index.length / ENTRY_BYTES,
    bytes: output.position + L.FOOTER_BYTES,
  };
  const crcs = { dictionaryCrc: dictionary.reduce((crc, part) => crc32(part, crc), 0), pageSumsCrc: crc32(table) };
  const dictionaryBytes = plain.reduce((sum, part) => sum + part.length, 0);
  const areas = { payloadsEnd, indexStart, dictionaryStart, dictionaryBytes, pageSumsStart };
  output.put(encodeFooter({ info, hasOrdinals, ...areas, ...crcs }));
  return info;
}

/** The CRC-32 of each page of an index. */
function pageSums(index: Uint8Array): Uint8Array {
  const sums = new Uint32Array(Math.ceil(index.length / L.PAGE_BYTES));
  for (let page = 0; page < sums.length; page++) {
    sums[page] = crc32(index.subarray(page * L.PAGE_BYTES, (page + 1) * L.PAGE_BYTES));
  }
  return new Uint8Array(sums.buffer);
}
