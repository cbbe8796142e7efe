/** Rows about the bad lines of a unit, for its sender: as many as are useful. */

/** What is said of a line, in JSON. */
export interface Row {
  readonly column: number;
  readonly code: number;
  readonly name: string;
  readonly reason: string;
}

const MAX_ROWS = 100;

export class UnitRows {
  readonly #rows: string[] = [];
  #further = 0;
  /** Lines of the unit in batches that have been drained. */
  lines = 0;

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** @param line in the unit, from 1 */
  add(line: number, { column, code, name, reason }: Row): void {
    if (this.#rows.length < MAX_ROWS) this.#rows.push(JSON.stringify({ line, column, code, name, reason }));
    else this.#further++;
  }

  /** Each row is a line. */
  get text(): string {
    const rows = this.#further === 0 ? this.#rows : [...this.#rows, JSON.stringify({ further: this.#further })];
    return rows.map((row) => `${row}\n`).join('');
  }
}
