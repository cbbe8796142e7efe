/**
 * A piece of a log's file in memory, and its frames. A piece always begins at a frame, so that the frame's columns lie
 * on multiples of eight; the last frame of a piece, if it is cut, is read again with the next piece.
 */
import type { OpenFile } from '../files/files.ts';
import {
  decodeFrame,
  decodeFrameHead,
  decodeLogHeader,
  FRAME_HEADER_BYTES,
  frameCrc,
  LOG_HEADER_BYTES,
  type LogFrame,
  type LogHeader,
  MAX_FRAME_BYTES,
  storedFrameCrc,
} from './format.ts';

/** From 256 KiB to 4 MiB the size makes no difference: 100 MB take 60 to 95 ms (Node 20, 2026-11). */
const PIECE_BYTES = 1024 * 1024;
/** What disks write as a whole, at least. */
const SECTOR_BYTES = 512;

export class LogWindow {
  readonly number: number;
  /** Of the file when reading began; what is appended later is not looked at. */
  readonly size: number;
  readonly #file: OpenFile;
  #bytes: Buffer;
  #view: DataView;
  /** Of the piece, in the file. */
  #start = 0;
  #length = 0;

  constructor(file: OpenFile, number: number) {
    this.number = number;
    this.size = file.size();
    this.#file = file;
    this.#bytes = Buffer.from(new ArrayBuffer(Math.min(PIECE_BYTES, this.size)));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Undefined when there is no whole header. @throws StoreError `version`, `damaged` */
  header(): LogHeader | undefined {
    const at = this.#load(0, LOG_HEADER_BYTES);
    return at === undefined ? undefined : decodeLogHeader(this.#bytes.subarray(at, at + LOG_HEADER_BYTES), this.number);
  }

  /** The frame that begins at `position`, valid until the next call. Undefined when there is no whole one. */
  frameAt(position: number): LogFrame | undefined {
    const headAt = this.#load(position, FRAME_HEADER_BYTES);
    const head = headAt === undefined ? undefined : decodeFrameHead(this.#view, headAt, this.size - position);
    if (head === undefined) return undefined;
    const at = this.#load(position, head.length);
    if (at === undefined) return undefined;
    const crc = frameCrc(this.#bytes.subarray(at, at + head.length), this.number);
    if (crc !== storedFrameCrc(this.#view, at)) return undefined;
    return decodeFrame(this.#bytes, at, head, position);
  }

  /**
   * The first whole frame at `position` or later whose sequence is not below `sequence`. Looks at every byte, because
   * what was damaged may also have become longer or shorter.
   */
  nextFrame(position: number, sequence: number): LogFrame | undefined {
    let from = position;
    while (from + FRAME_HEADER_BYTES <= this.size) {
      const at = this.#load(from, FRAME_HEADER_BYTES);
      if (at === undefined) return undefined;
      const found = this.#nextHead(at, from, sequence);
      if (found.isHead) {
        const frame = this.frameAt(found.position);
        if (frame !== undefined) return frame;
        from = found.position + 1;
      } else from = found.position;
    }
    return undefined;
  }

  /**
   * Whether what is at `position`, and no whole frame, can be what is left of the write of frame `sequence`: the file
   * ends within it, or a sector of it has never been written and is of zeros. What was written is not changed by an
   * interruption.
   */
  mayBeTorn(position: number, sequence: number): boolean {
    const left = this.size - position;
    const headAt = this.#load(position, FRAME_HEADER_BYTES);
    if (headAt === undefined) return true;
    const head = decodeFrameHead(this.#view, headAt, MAX_FRAME_BYTES);
    // Of a header that is none, the sectors it is in.
    if (head?.sequence !== sequence) return this.#hasEmptySector(position, position + FRAME_HEADER_BYTES);
    return head.length > left || this.#hasEmptySector(position, position + head.length);
  }

  /** Whether all bytes of [from, to) that are in one of the sectors are zeros. */
  #hasEmptySector(from: number, to: number): boolean {
    const at = this.#load(from, to - from);
    if (at === undefined) return true;
    for (let start = from; start < to; ) {
      const end = Math.min(to, start - (start % SECTOR_BYTES) + SECTOR_BYTES);
      if (this.#bytes.subarray(at + start - from, at + end - from).every((byte) => byte === 0)) return true;
      start = end;
    }
    return false;
  }

  /** The next place in the piece that could be a frame's header, or the first one that is not in it. */
  #nextHead(at: number, position: number, sequence: number): { isHead: boolean; position: number } {
    const view = this.#view;
    const lastAt = this.#length - FRAME_HEADER_BYTES;
    let headAt = at;
    for (; headAt <= lastAt; headAt++) {
      const headPosition = position + headAt - at;
      const head = decodeFrameHead(view, headAt, this.size - headPosition);
      if (head !== undefined && head.sequence >= sequence) return { isHead: true, position: headPosition };
    }
    return { isHead: false, position: position + headAt - at };
  }

  /**
   * Where [position, position + length) is in the piece: at a multiple of eight. Undefined: not all of it is in the
   * file.
   */
  #load(position: number, length: number): number | undefined {
    if (position + length > this.size) return undefined;
    const at = position - this.#start;
    if (at >= 0 && at % 8 === 0 && at + length <= this.#length) return at;
    if (length > this.#bytes.length) {
      this.#bytes = Buffer.from(new ArrayBuffer(length));
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#start = position;
    this.#length = this.#file.readAt(this.#bytes.subarray(0, this.size - position), position);
    return length <= this.#length ? 0 : undefined;
  }
}
