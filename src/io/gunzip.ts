/**
 * gzip (RFC 1952), member after member: this file reads the framing and verifies the checksum, and node:zlib's
 * InflateRaw handles the deflate streams. Zero padding after a member is ignored, as in gzip, and a member may follow
 * it. Anything else after a member is an error, reported after the member was delivered. The header's own checksum
 * (FHCRC) is skipped: no data depends on it.
 */
import { crc32, createInflateRaw } from 'node:zlib';
import { corrupt, type Decoder, InflateError } from './decoder.ts';
import type { Inbox } from './inbox.ts';
import { CHUNK_BYTES, ZlibFeed } from './zlib-feed.ts';

const MAGIC = [0x1f, 0x8b] as const;
const FLAG_HCRC = 0x02;
const FLAG_EXTRA = 0x04;
const FLAG_NAME = 0x08;
const FLAG_COMMENT = 0x10;
const FLAGS_RESERVED = 0xe0;
const FIXED_HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const DEFLATE = 8;

/** Where in a member the next byte belongs. `text` is a zero-ended name or comment, `skip` a field of known length. */
type State = 'between' | 'fixed' | 'extra-length' | 'text' | 'skip' | 'body' | 'trailer';

export function openGunzip(output: Inbox): Decoder {
  return new Gunzip(output);
}

class Gunzip implements Decoder {
  readonly #output: Inbox;
  #state: State = 'between';
  /** Header or trailer bytes gathered so far. */
  readonly #field = new Uint8Array(FIXED_HEADER_BYTES);
  #fieldBytes = 0;
  #skipBytes = 0;
  #flags = 0;
  #feed: ZlibFeed | undefined;
  #crc = 0;
  #sizeBytes = 0;

  constructor(output: Inbox) {
    this.#output = output;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let offset = 0;
    while (offset < bytes.length) {
      if (this.#state === 'body') offset += await this.#inflate(bytes.subarray(offset));
      else this.#step(bytes[offset++]!);
    }
  }

  end(): void {
    if (this.#state === 'between') return;
    throw new InflateError('ETRUNCATED', 'the input ends inside a member (truncated)');
  }

  close(): void {
    this.#feed?.close();
    this.#feed = undefined;
  }

  /** One byte of framing. Members are kilobytes and more, so bytes one by one cost nothing here. */
  #step(byte: number): void {
    switch (this.#state) {
      case 'between':
        if (byte === 0) return;
        if (byte !== MAGIC[0]) throw trailing();
        this.#begin('fixed');
        this.#gather(byte);
        return;
      case 'fixed':
        this.#gather(byte);
        if (this.#fieldBytes === 2 && byte !== MAGIC[1]) throw trailing();
        if (this.#fieldBytes === FIXED_HEADER_BYTES) this.#openMember();
        return;
      case 'extra-length':
        this.#gather(byte);
        if (this.#fieldBytes === 2) this.#skip(this.#field[0]! | (this.#field[1]! << 8));
        return;
      case 'skip':
        this.#skip(this.#skipBytes - 1);
        return;
      case 'text':
        if (byte === 0) this.#nextOptional();
        return;
      default:
        this.#gather(byte);
        if (this.#fieldBytes === TRAILER_BYTES) this.#closeMember();
    }
  }

  #begin(state: State): void {
    this.#state = state;
    this.#fieldBytes = 0;
  }

  #gather(byte: number): void {
    this.#field[this.#fieldBytes++] = byte;
  }

  #openMember(): void {
    const [, , method, flags] = this.#field;
    if (method !== DEFLATE || (flags! & FLAGS_RESERVED) !== 0) {
      throw new InflateError('ECORRUPT', 'a member has an unknown method or unknown flags (corrupt)');
    }
    this.#flags = flags!;
    this.#nextOptional();
  }

  /** Goes to the next optional field that the flags announce, in the order of the RFC, or to the body. */
  #nextOptional(): void {
    const flags = this.#flags;
    if (flags & FLAG_EXTRA) {
      this.#flags &= ~FLAG_EXTRA;
      this.#begin('extra-length');
    } else if (flags & (FLAG_NAME | FLAG_COMMENT)) {
      this.#flags &= flags & FLAG_NAME ? ~FLAG_NAME : ~FLAG_COMMENT;
      this.#begin('text');
    } else if (flags & FLAG_HCRC) {
      this.#flags &= ~FLAG_HCRC;
      this.#skip(2);
    } else this.#openBody();
  }

  #skip(bytes: number): void {
    this.#skipBytes = bytes;
    if (bytes > 0) this.#state = 'skip';
    else this.#nextOptional();
  }

  #openBody(): void {
    this.#state = 'body';
    this.#crc = 0;
    this.#sizeBytes = 0;
    this.#feed = new ZlibFeed(createInflateRaw({ chunkSize: CHUNK_BYTES }), this.#output, (chunk) => {
      this.#crc = crc32(chunk, this.#crc);
      this.#sizeBytes += chunk.length;
    });
  }

  /** @returns how many bytes belonged to the body; fewer than given when it ended */
  async #inflate(bytes: Uint8Array): Promise<number> {
    const feed = this.#feed;
    if (feed === undefined) return bytes.length; // closed meanwhile
    let consumed: number;
    try {
      consumed = await feed.write(bytes);
    } catch (error) {
      throw corrupt(error);
    }
    if (consumed < bytes.length) {
      this.close();
      this.#begin('trailer');
    }
    return consumed;
  }

  #closeMember(): void {
    const trailer = new DataView(this.#field.buffer);
    if (trailer.getUint32(0, true) !== this.#crc) throw new InflateError('ECORRUPT', 'a checksum is wrong (corrupt)');
    if (trailer.getUint32(4, true) !== this.#sizeBytes % 2 ** 32) {
      throw new InflateError('ECORRUPT', "a member's length is wrong (corrupt)");
    }
    this.#begin('between');
  }
}

function trailing(): InflateError {
  return new InflateError('ETRAILING', 'there are other bytes after the last member');
}
