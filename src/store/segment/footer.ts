/**
 * The two ends of a segment's file: the header, which says that it is one and of which version, and the footer, which
 * says where everything is. The footer also has what the manifest says of the segment, so that a manifest that is lost
 * can be made again.
 */

import { damaged, StoreError } from '../errors.ts';
import type { OpenFile } from '../files/files.ts';
import type { SegmentInfo } from '../files/manifest.ts';
import { crc32 } from '../kernel/crc32.ts';
import * as L from './layout.ts';
import { entryBytesOf } from './v1.ts';

export interface SegmentFooter {
  /** Of the file. */
  readonly version: number;
  /** Its index has an entry for each pack. `info.blocks` is how many entries there are. */
  readonly isPacked: boolean;
  readonly info: SegmentInfo;
  /** Some point has an ordinal that is not 0. */
  readonly hasOrdinals: boolean;
  /** Offsets in the file, exclusive where they are ends. */
  readonly payloadsEnd: number;
  readonly indexStart: number;
  readonly dictionaryStart: number;
  /** Before deflate. */
  readonly dictionaryBytes: number;
  readonly pageSumsStart: number;
  readonly dictionaryCrc: number;
  readonly pageSumsCrc: number;
}

/** The first HEADER_BYTES of a segment's file. */
export function encodeHeader(number: number, isPacked = false): Buffer {
  const bytes = Buffer.alloc(L.HEADER_BYTES);
  bytes.write(L.HEADER_MAGIC, L.H_MAGIC, 'latin1');
  bytes.writeUInt32LE(L.SEGMENT_VERSION, L.H_VERSION);
  bytes.writeUInt32LE(isPacked ? L.HEADER_PACKED : 0, L.H_FLAGS);
  bytes.writeUInt32LE(number, L.H_NUMBER);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, L.H_CRC)), L.H_CRC);
  return bytes;
}

/** The last FOOTER_BYTES. `info.number` and `info.bytes` are not in it: the header and the file have them. */
export function encodeFooter(footer: Omit<SegmentFooter, 'version' | 'isPacked'>): Buffer {
  const { info } = footer;
  const bytes = Buffer.alloc(L.FOOTER_BYTES);
  bytes.writeBigUInt64LE(BigInt(footer.payloadsEnd), L.F_PAYLOADS_END);
  bytes.writeBigUInt64LE(BigInt(footer.indexStart), L.F_INDEX);
  bytes.writeBigUInt64LE(BigInt(footer.dictionaryStart), L.F_DICTIONARY);
  bytes.writeBigUInt64LE(BigInt(footer.pageSumsStart), L.F_PAGE_SUMS);
  bytes.writeBigUInt64LE(BigInt(info.points), L.F_POINTS);
  bytes.writeBigUInt64LE(BigInt(info.age), L.F_AGE);
  bytes.writeBigInt64LE(info.firstTimeUs, L.F_FIRST_TIME);
  bytes.writeBigInt64LE(info.lastTimeUs, L.F_LAST_TIME);
  bytes.writeUInt32LE(info.series, L.F_SERIES);
  bytes.writeUInt32LE(info.blocks, L.F_BLOCKS);
  bytes.writeUInt32LE(info.level, L.F_LEVEL);
  bytes.writeUInt32LE((info.isCold ? L.FOOTER_COLD : 0) | (footer.hasOrdinals ? L.FOOTER_ORDINALS : 0), L.F_FLAGS);
  bytes.writeUInt32LE(footer.dictionaryCrc, L.F_DICTIONARY_CRC);
  bytes.writeUInt32LE(footer.pageSumsCrc, L.F_PAGE_SUMS_CRC);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, L.F_CRC)), L.F_CRC);
  // Outside the checksum: a dictionary that does not inflate to exactly this length is damaged.
  if (info.isCold) bytes.writeUInt32LE(footer.dictionaryBytes, L.F_DICTIONARY_BYTES);
  bytes.write(L.FOOTER_MAGIC, L.F_MAGIC, 'latin1');
  return bytes;
}

/**
 * Reads and checks both ends.
 * @param name the file's, for messages
 * @throws StoreError `damaged`, `version`, `io`
 */
export function readEnds(file: OpenFile, name: string): SegmentFooter {
  const size = file.size();
  const smallest = L.HEADER_BYTES + L.FOOTER_BYTES;
  if (size < smallest) throw damaged(name, size, `it ends after ${size} bytes, a segment has at least ${smallest}`);
  const header = readHeader(file, name);
  const bytes = Buffer.alloc(L.FOOTER_BYTES);
  const start = size - L.FOOTER_BYTES;
  if (file.readAt(bytes, start) < bytes.length) throw damaged(name, start, 'the footer is cut off');
  if (bytes.toString('latin1', L.F_MAGIC) !== L.FOOTER_MAGIC) {
    throw damaged(name, start, 'the footer is not there, the file is cut off or changed');
  }
  if (crc32(bytes.subarray(0, L.F_CRC)) !== bytes.readUInt32LE(L.F_CRC)) {
    throw damaged(name, start, 'the checksum of the footer is wrong');
  }
  const footer = decodeFooter(bytes, header, size);
  const isWhole = footer.info.isCold || bytes.readUInt32LE(L.F_DICTIONARY_BYTES) === 0;
  if (!isWhole || !isConsistent(footer))
    throw damaged(name, start, 'the footer contradicts itself or the length of the file');
  return footer;
}

/** What the header says. */
interface SegmentHeader {
  readonly number: number;
  readonly version: number;
  readonly isPacked: boolean;
}

function readHeader(file: OpenFile, name: string): SegmentHeader {
  const bytes = Buffer.alloc(L.HEADER_BYTES);
  file.readAt(bytes, 0);
  if (bytes.toString('latin1', L.H_MAGIC, L.H_VERSION) !== L.HEADER_MAGIC) {
    throw damaged(name, L.H_MAGIC, 'it does not begin like a segment');
  }
  if (crc32(bytes.subarray(0, L.H_CRC)) !== bytes.readUInt32LE(L.H_CRC)) {
    throw damaged(name, L.H_VERSION, 'the checksum of the header is wrong');
  }
  const version = bytes.readUInt32LE(L.H_VERSION);
  const flags = bytes.readUInt32LE(L.H_FLAGS);
  if (version > L.SEGMENT_VERSION || (flags & ~(version === 1 ? 0 : L.HEADER_PACKED)) !== 0) {
    const message = `${name}: it was written by a newer slung (version ${version} of the format)`;
    const hint = `This slung knows version ${L.SEGMENT_VERSION} of the format; use the newer one.`;
    throw new StoreError('version', message, { file: name, offset: L.H_VERSION, hint });
  }
  return { number: bytes.readUInt32LE(L.H_NUMBER), version, isPacked: flags !== 0 };
}

function decodeFooter(bytes: Buffer, { number, version, isPacked }: SegmentHeader, size: number): SegmentFooter {
  const big = (at: number) => Number(bytes.readBigUInt64LE(at));
  const flags = bytes.readUInt32LE(L.F_FLAGS);
  const isCold = (flags & L.FOOTER_COLD) !== 0;
  const lengthField = bytes.readUInt32LE(L.F_DICTIONARY_BYTES);
  return {
    version,
    isPacked,
    info: {
      number,
      age: big(L.F_AGE),
      level: bytes.readUInt32LE(L.F_LEVEL),
      isCold,
      points: big(L.F_POINTS),
      series: bytes.readUInt32LE(L.F_SERIES),
      blocks: bytes.readUInt32LE(L.F_BLOCKS),
      bytes: size,
      firstTimeUs: bytes.readBigInt64LE(L.F_FIRST_TIME),
      lastTimeUs: bytes.readBigInt64LE(L.F_LAST_TIME),
    },
    hasOrdinals: (flags & L.FOOTER_ORDINALS) !== 0,
    payloadsEnd: big(L.F_PAYLOADS_END),
    indexStart: big(L.F_INDEX),
    dictionaryStart: big(L.F_DICTIONARY),
    dictionaryBytes: isCold ? lengthField : big(L.F_PAGE_SUMS) - big(L.F_DICTIONARY),
    pageSumsStart: big(L.F_PAGE_SUMS),
    dictionaryCrc: bytes.readUInt32LE(L.F_DICTIONARY_CRC),
    pageSumsCrc: bytes.readUInt32LE(L.F_PAGE_SUMS_CRC),
  };
}

/** The areas follow each other up to the footer, and none is too small for what it has to hold. */
function isConsistent(footer: SegmentFooter): boolean {
  const { info, payloadsEnd, indexStart, dictionaryStart, dictionaryBytes, pageSumsStart } = footer;
  const storedBytes = pageSumsStart - dictionaryStart;
  const hasAreas = info.isCold
    ? dictionaryStart > indexStart && storedBytes > 0
    : dictionaryStart === indexStart + info.blocks * entryBytesOf(footer.version);
  return (
    hasAreas &&
    payloadsEnd >= L.HEADER_BYTES &&
    indexStart === L.aligned(payloadsEnd) &&
    dictionaryBytes >= 2 * (info.series + 1) * L.DICTIONARY_WORD_BYTES &&
    pageSumsStart + pageTableBytes(info) === info.bytes - L.FOOTER_BYTES &&
    info.series > 0 &&
    (footer.isPacked ? info.blocks > 0 : info.blocks >= info.series) &&
    info.points >= Math.max(info.blocks, info.series) &&
    info.firstTimeUs <= info.lastTimeUs
  );
}

/** The length of what is said of the index's pages. */
export function pageTableBytes({ isCold, blocks }: Pick<SegmentInfo, 'isCold' | 'blocks'>): number {
  if (isCold) return Math.ceil(blocks / L.COLD_PAGE_ENTRIES) * L.COLD_TABLE_BYTES;
  return Math.ceil(blocks / L.PAGE_ENTRIES) * L.PAGE_SUM_BYTES;
}
