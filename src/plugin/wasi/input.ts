/** The standard input of a guest as bytes that are taken piece by piece, whoever asks. */

/** Where the bytes of an input stream come from. */
export interface ByteSource {
  /** At most `most` bytes, borrowed until the next call; waits for them. undefined at the end. */
  take(most: number): Uint8Array | undefined;
}

/** An input that is at its end from the start. */
export const noInput: ByteSource = { take: () => undefined };

/** Hands on the pieces that `next` gives, none of them longer than is asked for. */
export class PieceSource implements ByteSource {
  readonly #next: () => Uint8Array | undefined;
  #piece: Uint8Array = new Uint8Array(0);
  #isOver = false;

  /** @param next as WasiWorld.stdin: an empty piece means that there is nothing yet */
  constructor(next: () => Uint8Array | undefined) {
    this.#next = next;
  }

  take(most: number): Uint8Array | undefined {
    while (this.#piece.length === 0) {
      const piece = this.#isOver ? undefined : this.#next();
      this.#isOver = piece === undefined;
      if (piece === undefined) return undefined;
      this.#piece = piece;
    }
    const taken = this.#piece.subarray(0, most);
    this.#piece = this.#piece.subarray(taken.length);
    return taken;
  }
}
