/**
 * The framing of Zstandard (RFC 8878, section 3.1), without its contents: where each header, block and checksum ends.
 * Neither decoder that we have can be left alone with it: Node's stops after the first frame and (before 24) takes a
 * truncated one for whole; fzstd wants whole blocks, or its memory has no bound. Both are fed the units found here.
 */
import { InflateError } from './decoder.ts';

/** What the bytes that `next` returned are. `skipped` bytes belong to no decoder. */
export type UnitKind = 'skipped' | 'header' | 'block' | 'checksum';

export interface Unit {
  /**
   * Part of what was given, except headers of frames and blocks, which are gathered first. Borrowed until the next
   * call.
   */
  readonly bytes: Uint8Array;
  readonly kind: UnitKind;
  /** The unit is complete with these bytes. */
  readonly complete: boolean;
  /** The frame is complete with these bytes. */
  readonly endsFrame: boolean;
}

type State = 'magic' | 'skip-size' | 'skip' | 'descriptor' | 'header' | 'block-header' | 'block' | 'checksum';

const MAGIC = 0xfd2fb528;
const CHECKSUM_BYTES = 4;
const MAX_BLOCK_BYTES = 128 * 1024;
/** What zstd(1) also refuses without --memory or --long. */
const MAX_WINDOW_BYTES = 128 * 1024 * 1024;
/** Magic, descriptor, window, dictionary id, content size. */
const MAX_HEADER_BYTES = 4 + 1 + 1 + 4 + 8;

export class ZstdFrames {
  /** How many of the given bytes the last call of `next` used. */
  consumed = 0;
  #state: State = 'magic';
  readonly #gathered = new Uint8Array(MAX_HEADER_BYTES);
  #gatheredBytes = 0;
  #wantedBytes = 4;
  /** Bytes of the body (skippable content, block, checksum) that are still to come. */
  #bodyBytes = 0;
  #isLastBlock = false;
  #hasChecksum = false;

  /** True between frames: the input may end here. */
  get atFrameStart(): boolean {
    return this.#state === 'magic' && this.#gatheredBytes === 0;
  }

  /**
   * The next unit, or the part of it that `bytes` holds. `consumed` says how far to move on.
   * @returns undefined when all of `bytes` was gathered and more is needed
   * @throws InflateError on anything that is not a frame this program can decode
   */
  next(bytes: Uint8Array): Unit | undefined {
    this.consumed = 0;
    if (this.#state === 'skip' || this.#state === 'block' || this.#state === 'checksum') return this.#body(bytes);
    while (this.consumed < bytes.length) {
      this.#gathered[this.#gatheredBytes++] = bytes[this.consumed++]!;
      if (this.#gatheredBytes < this.#wantedBytes) continue;
      const unit = this.#gatheredAll();
      if (unit !== undefined || this.#bodyBytes > 0) return unit;
    }
    return undefined;
  }

  #body(bytes: Uint8Array): Unit {
    const part = bytes.subarray(0, this.#bodyBytes);
    this.consumed = part.length;
    this.#bodyBytes -= part.length;
    const complete = this.#bodyBytes === 0;
    const state = this.#state;
    if (state === 'skip') {
      if (complete) this.#want('magic', 4);
      return { bytes: part, kind: 'skipped', complete, endsFrame: false };
    }
    const endsFrame = complete && (state === 'checksum' || (this.#isLastBlock && !this.#hasChecksum));
    if (complete) this.#afterBlock(endsFrame);
    return { bytes: part, kind: state === 'checksum' ? 'checksum' : 'block', complete, endsFrame };
  }

  #afterBlock(endsFrame: boolean): void {
    if (endsFrame) this.#want('magic', 4);
    else if (this.#isLastBlock) this.#expect('checksum', CHECKSUM_BYTES);
    else this.#want('block-header', 3);
  }

  /** Gathers `bytes` more from scratch. */
  #want(state: State, bytes: number): void {
    this.#state = state;
    this.#gatheredBytes = 0;
    this.#wantedBytes = bytes;
  }

  #expect(state: State, bodyBytes: number): void {
    this.#state = state;
    this.#bodyBytes = bodyBytes;
  }

  #gatheredAll(): Unit | undefined {
    const view = new DataView(this.#gathered.buffer);
    switch (this.#state) {
      case 'magic': {
        const magic = view.getUint32(0, true);
        if ((magic & 0xfffffff0) === 0x184d2a50) this.#want('skip-size', 4);
        else if (magic === MAGIC) {
          this.#state = 'descriptor';
          this.#wantedBytes = 5;
        } else throw new InflateError('ETRAILING', 'there are other bytes after the last frame');
        return undefined;
      }
      case 'skip-size': {
        const bytes = view.getUint32(0, true);
        if (bytes === 0) this.#want('magic', 4);
        else this.#expect('skip', bytes);
        return undefined;
      }
      case 'descriptor':
        this.#state = 'header';
        this.#wantedBytes = 5 + headerBytesAfterDescriptor(this.#gathered[4]!);
        return undefined;
      case 'header': {
        const bytes = this.#gathered.subarray(0, this.#gatheredBytes);
        this.#hasChecksum = checkHeader(bytes);
        this.#want('block-header', 3);
        return { bytes, kind: 'header', complete: true, endsFrame: false };
      }
      default:
        return this.#blockHeader(view.getUint16(0, true) | (this.#gathered[2]! << 16));
    }
  }

  /** RFC 8878, 3.1.1.2: one bit "last", two bits type (raw, run, compressed, reserved), the rest size. */
  #blockHeader(header: number): Unit {
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === 3 || size > MAX_BLOCK_BYTES) throw new InflateError('ECORRUPT', 'a block header is wrong (corrupt)');
    const isRun = type === 1;
    this.#isLastBlock = (header & 1) === 1;
    const bodyBytes = isRun ? 1 : size;
    const complete = bodyBytes === 0;
    const endsFrame = complete && this.#isLastBlock && !this.#hasChecksum;
    const bytes = this.#gathered.subarray(0, 3);
    if (complete) this.#afterBlock(endsFrame);
    else this.#expect('block', bodyBytes);
    return { bytes, kind: 'block', complete, endsFrame };
  }
}

/** Window descriptor, dictionary id and content size, by the frame header descriptor (RFC 8878, 3.1.1.1.1). */
function headerBytesAfterDescriptor(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const sizeFlag = descriptor >> 6;
  const contentSize = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  return (isSingleSegment ? 0 : 1) + dictionary + contentSize;
}

/** @returns whether a checksum ends the frame */
function checkHeader(header: Uint8Array): boolean {
  const descriptor = header[4]!;
  if ((descriptor & 0x08) !== 0) throw new InflateError('ECORRUPT', 'a frame header is wrong (corrupt)');
  const idBytes = [0, 1, 2, 4][descriptor & 3]!;
  const idStart = (descriptor & 0x20) !== 0 ? 5 : 6;
  if (header.subarray(idStart, idStart + idBytes).some((byte) => byte !== 0)) {
    throw new InflateError('EUNSUPPORTED', 'a dictionary is needed, which is not supported');
  }
  const windowBytes = windowSize(header, idStart + idBytes);
  if (windowBytes > MAX_WINDOW_BYTES) {
    const mib = Math.round(windowBytes / 2 ** 20);
    throw new InflateError(
      'EUNSUPPORTED',
      `its window of ${mib} MiB is over the limit of 128 MiB (compress without --long)`,
    );
  }
  return (descriptor & 0x04) !== 0;
}

function windowSize(header: Uint8Array, contentSizeStart: number): number {
  const descriptor = header[4]!;
  if ((descriptor & 0x20) === 0) {
    const base = 2 ** (10 + (header[5]! >> 3));
    return base + (base / 8) * (header[5]! & 7);
  }
  let size = descriptor >> 6 === 1 ? 256 : 0;
  for (let i = contentSizeStart; i < header.length; i++) size += header[i]! * 2 ** (8 * (i - contentSizeStart));
  return size;
}
