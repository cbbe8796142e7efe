/**
 * Lines that one port could not deliver, on their way into another one (`on-failure: NODE`). The redirect owns the
 * lines, and holds their receipts until the other port does. While something waits here, the first port takes nothing,
 * so the memory is bounded by what that port had.
 */
import type { Shipment, Taker } from './shipment.ts';

export interface Redirected {
  /** The other port has taken so many records. */
  readonly moved: (records: number) => void;
  /** It never will take others; their receipts have failed. */
  readonly lost: () => void;
}

export class Redirect {
  readonly to: Taker;
  readonly #then: Redirected;
  readonly #waiting: Shipment[] = [];
  #moving: Promise<void> | undefined;

  constructor(to: Taker, then: Redirected) {
    this.to = to;
    this.#then = then;
  }

  /** Until all of it has been taken, or is lost; undefined when nothing waits. */
  get done(): Promise<void> | undefined {
    return this.#moving;
  }

  /** @param shipment its lines and its hold on the receipts are this one's from now on */
  push(shipment: Shipment): void {
    this.#waiting.push(shipment);
    if (this.#moving === undefined && !this.#move()) this.#moving = this.#moveLater();
  }

  /** Nothing more comes. What the other port has not taken after `withinMs` is lost. */
  async end(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([this.#moving, late]);
    clearTimeout(timer);
    this.#giveUp();
  }

  #giveUp(): void {
    this.to.leave(this);
    const left = this.#waiting.splice(0);
    if (left.length === 0) return;
    for (const { receipts } of left) for (const receipt of receipts) receipt.fail();
    this.#then.lost();
  }

  async #moveLater(): Promise<void> {
    do await this.to.room();
    while (!this.#move());
    this.#moving = undefined;
  }

  /** @returns whether nothing waits any more */
  #move(): boolean {
    const { to } = this;
    for (let next = this.#waiting[0]; next !== undefined && to.isOpen; next = this.#waiting[0]) {
      if (to.offer(next, this) === 'full') {
        if (to.isOpen) return false;
        break;
      }
      this.#waiting.shift();
      this.#then.moved(next.records);
      for (const receipt of next.receipts) receipt.release();
    }
    this.#giveUp();
    return true;
  }
}
