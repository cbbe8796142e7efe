/**
 * A grid of character cells to draw lines on. With Unicode a cell has 2 by 4 dots (the Braille patterns, U+2800);
 * otherwise it is one dot and shows the mark of the line. A cell belongs to the line that was drawn over it last.
 */

/** Bits of the Braille patterns by column, then row (Unicode, chapter 21.1). */
const brailleBits: readonly (readonly number[])[] = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
];
const BRAILLE = 0x2800;

/** Marks of lines that colour cannot tell apart. */
export const marks = '*+ox#@%&';

export class Canvas {
  /** Dots. */
  readonly width: number;
  readonly height: number;
  readonly #columns: number;
  readonly #dotted: boolean;
  /** By cell: the bits of its dots. */
  readonly #bits: Uint8Array;
  /** By cell: 1 + the line that it belongs to; 0 for none. */
  readonly #owners: Uint32Array;

  /** @param isDotted 2 by 4 dots in a cell */
  constructor(columns: number, rows: number, isDotted: boolean) {
    this.#columns = columns;
    this.#dotted = isDotted;
    this.width = isDotted ? columns * 2 : columns;
    this.height = isDotted ? rows * 4 : rows;
    this.#bits = new Uint8Array(columns * rows);
    this.#owners = new Uint32Array(columns * rows);
  }

  /** A dot; `y` counts from the bottom. Both must be on the canvas. */
  dot(x: number, y: number, line: number): void {
    const down = this.height - 1 - y;
    const [perColumn, perRow] = this.#dotted ? [2, 4] : [1, 1];
    const cell = Math.floor(down / perRow) * this.#columns + Math.floor(x / perColumn);
    this.#bits[cell]! |= brailleBits[x % perColumn]![down % perRow]!;
    this.#owners[cell] = line + 1;
  }

  /** A straight line with both ends (J. Bresenham, 1965). */
  line(fromX: number, fromY: number, toX: number, toY: number, line: number): void {
    const [spanX, spanY] = [Math.abs(toX - fromX), Math.abs(toY - fromY)];
    const [stepX, stepY] = [Math.sign(toX - fromX), Math.sign(toY - fromY)];
    let [x, y, error] = [fromX, fromY, spanX - spanY];
    for (;;) {
      this.dot(x, y, line);
      if (x === toX && y === toY) return;
      const twice = 2 * error;
      if (twice >= -spanY) {
        error -= spanY;
        x += stepX;
      }
      if (twice <= spanX) {
        error += spanX;
        y += stepY;
      }
    }
  }

  /** A row of cells from the top, without blanks at its end; runs of one line's cells are painted together. */
  row(index: number, paint: (line: number, text: string) => string): string {
    let text = '';
    let run = '';
    let owner = 0;
    const from = index * this.#columns;
    for (let cell = from; cell < from + this.#columns; cell++) {
      const next = this.#owners[cell]!;
      if (next !== owner) {
        text += painted(run, owner, paint);
        run = '';
        owner = next;
      }
      run += next === 0 ? ' ' : this.#character(cell);
    }
    return (text + painted(owner === 0 ? '' : run, owner, paint)).trimEnd();
  }

  #character(cell: number): string {
    if (this.#dotted) return String.fromCharCode(BRAILLE + this.#bits[cell]!);
    return marks[(this.#owners[cell]! - 1) % marks.length]!;
  }
}

function painted(run: string, owner: number, paint: (line: number, text: string) => string): string {
  return owner === 0 || run === '' ? run : paint(owner - 1, run);
}
