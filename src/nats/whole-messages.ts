/**
 * Memory that a server's bytes are read into, and what of them is whole. The client's parser collects a message that
 * comes in several reads in a buffer which it lets grow, from zeroed memory and with a copy each time; a message that
 * is whole it takes as it lies. So reads go one behind the other into a piece of memory with room for several
 * messages, and nothing is given out before it is whole. A message is copied only where such a piece ends.
 *
 * Nothing is checked: whatever is no message is given out as it came, and the parser says what is wrong with it.
 */

const [NEWLINE, CR, SPACE, ZERO, NINE] = [0x0a, 0x0d, 0x20, 0x30, 0x39];
/** The first letters of MSG and HMSG, in small letters. */
const [H, M] = [0x68, 0x6d];
const SMALL_LETTER = 0x20;
/** Behind a payload. */
const END_BYTES = 2;
/** No server has larger payloads; what says so is no message. */
const MOST_BYTES = 1 << 28;
/**
 * A piece of memory: so much, which is little enough to be used again instead of coming fresh from the system, or what
 * so many messages take.
 */
const PIECE_BYTES = 120 * 1024;
const MESSAGES = 4;
/** A read has room for so much, unless it ends a message. */
const LEAST_ROOM = 1 << 15;

export class WholeMessages {
  #memory = Buffer.allocUnsafeSlow(PIECE_BYTES);
  /** Bytes before it were given out; up to #end there are some; before #looked are whole lines and messages. */
  #start = 0;
  #end = 0;
  #looked = 0;
  /** How long what begins at #looked is, with its line; 0 while that is not known. */
  #length = 0;

  /** Where the next read goes. */
  room(): Uint8Array {
    const missing = this.#length === 0 ? LEAST_ROOM : this.#looked + this.#length - this.#end;
    const room = this.#memory.length - this.#end;
    if (room < missing) {
      const memory = Buffer.allocUnsafeSlow(
        Math.max(PIECE_BYTES, MESSAGES * this.#length, 2 * (this.#end - this.#start)),
      );
      this.#end = this.#memory.copy(memory, 0, this.#start, this.#end);
      this.#looked -= this.#start;
      this.#start = 0;
      this.#memory = memory;
    }
    return this.#memory.subarray(this.#end);
  }

  /**
   * @param count so many bytes were read to where there was room
   * @returns what is whole now, and is never written over; undefined when nothing is
   */
  take(count: number): Uint8Array | undefined {
    this.#end += count;
    this.#look();
    if (this.#looked === this.#start) return undefined;
    const whole = this.#memory.subarray(this.#start, this.#looked);
    this.#start = this.#looked;
    return whole;
  }

  #look(): void {
    const end = this.#end;
    let looked = this.#looked + this.#length;
    if (looked > end) return;
    const bytes = this.#memory;
    this.#length = 0;
    while (looked < end) {
      const newline = newlineIn(bytes, looked, end);
      if (newline === end) break;
      const size = payloadSize(bytes, looked, newline);
      const next = newline + 1 + (size < 0 ? 0 : size + END_BYTES);
      if (next > end) {
        this.#length = next - looked;
        break;
      }
      looked = next;
    }
    this.#looked = looked;
  }
}

/** The first one; `end` when there is none. Lines are so short that a call of indexOf costs as much as all of this. */
function newlineIn(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== NEWLINE) at++;
  return at;
}

/** The last number of a line that begins a message; -1 for other lines. */
function payloadSize(bytes: Uint8Array, start: number, newline: number): number {
  const first = bytes[start]! | SMALL_LETTER;
  if (first !== M && first !== H) return -1;
  let at = newline - 1;
  while (at > start && (bytes[at] === CR || bytes[at] === SPACE)) at--;
  let size = 0;
  let unit = 1;
  for (; at > start; at--, unit *= 10) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE) break;
    size += (byte - ZERO) * unit;
  }
  return unit === 1 || size > MOST_BYTES ? -1 : size;
}
