/**
 * Messages that have come and are not read yet, as the bytes of one stream of lines: a payload that does not end with
 * a newline gets one. Each payload is copied once, to where the reader wants it, and let go of.
 */
import type { Border } from '../io/types.ts';
import type { NatsUnit } from './unit.ts';

const NEWLINE = 0x0a;

export class Unread {
  /** Of payloads that are not read to their ends. */
  bytes = 0;
  #units: NatsUnit[] = [];
  #head = 0;
  /** How much of the first one was read. */
  #offset = 0;
  #bytesRead = 0;
  #borders: Border[] = [];
  #isApart = false;

  get isEmpty(): boolean {
    return this.#head === this.#units.length;
  }

  put(unit: NatsUnit, payload: Uint8Array): void {
    unit.payload = payload;
    this.#units.push(unit);
    this.bytes += payload.length;
  }

  /** @returns how many bytes were copied to the front of `target`; 0 when there are none */
  take(target: Uint8Array): number {
    let taken = 0;
    while (taken < target.length && !this.isEmpty && !(this.#isApart && taken > 0)) {
      const unit = this.#units[this.#head]!;
      const payload = unit.payload!;
      if (this.#isApart && this.#offset === 0) this.#giveBorder(unit, payload);
      const room = target.length - taken;
      const fits = this.#offset === 0 && payload.length <= room;
      const part = fits ? payload : payload.subarray(this.#offset, this.#offset + room);
      target.set(part, taken);
      taken += part.length;
      this.#offset += part.length;
      if (this.#offset < payload.length) break;
      if (!endsLine(payload)) {
        if (taken === target.length) break;
        target[taken++] = NEWLINE;
      }
      if (!this.#isApart) {
        unit.end = this.#bytesRead + taken;
        this.#borders.push(unit);
      }
      this.#drop(unit, payload);
    }
    this.#bytesRead += taken;
    return taken;
  }

  takeBorders(): readonly Border[] {
    const borders = this.#borders;
    if (borders.length > 0) this.#borders = [];
    return borders;
  }

  /** A call of `take` ends with a unit from now on, and its border is there with its first byte. */
  giveApart(): void {
    this.#isApart = true;
  }

  /** Takes out what nobody has begun to read. */
  takeUnbegun(): readonly NatsUnit[] {
    const from = this.#offset > 0 ? this.#head + 1 : this.#head;
    const unbegun = this.#units.splice(from);
    for (const { payload } of unbegun) this.bytes -= payload!.length;
    return unbegun;
  }

  #giveBorder(unit: NatsUnit, payload: Uint8Array): void {
    unit.end = this.#bytesRead + payload.length + (endsLine(payload) ? 0 : 1);
    this.#borders.push(unit);
  }

  #drop(unit: NatsUnit, payload: Uint8Array): void {
    this.bytes -= payload.length;
    this.#offset = 0;
    unit.payload = undefined;
    if (++this.#head < 1024 && this.#head < this.#units.length) return;
    this.#units.splice(0, this.#head);
    this.#head = 0;
  }
}

function endsLine(payload: Uint8Array): boolean {
  return payload[payload.length - 1] === NEWLINE;
}
