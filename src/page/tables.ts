/**
 * The figures as tables. A row stays the same element from second to second, so that neither the focus nor a reader's
 * place in it is lost. On a narrow screen rows are cards, where each cell names its column; roles are written out,
 * because layout takes them away from tables.
 */
import { element, setAll, setText } from './dom.ts';

export interface Cell {
  readonly text: string;
  /** A bar behind the text, from 0 to 1. */
  readonly share?: number;
  readonly isBad?: boolean;
  /** A dot in the colour of the row's state. */
  readonly hasDot?: boolean;
}

export interface Row {
  readonly id: string;
  readonly name: string;
  /** Smaller, below the name. */
  readonly kind?: string;
  readonly state?: string;
  readonly cells: readonly (Cell | string)[];
}

/** There is no such figure, or it is nothing worth a place on a narrow screen. */
export const NONE = '–';

export class TableView {
  readonly #body: HTMLElement;
  readonly #columns: readonly string[];
  readonly #empty: string;
  #key = '';

  /** @param columns the first is that of the names. @param empty what is said when there are no rows */
  constructor(table: HTMLElement, columns: readonly string[], empty: string) {
    this.#columns = columns;
    this.#empty = empty;
    this.#body = element('tbody', { role: 'rowgroup' });
    const heads = columns.map((column) => element('th', { scope: 'col', role: 'columnheader' }, column));
    const head = element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads));
    table.append(head, this.#body);
    table.setAttribute('role', 'table');
  }

  show(rows: readonly Row[]): void {
    const key = rows.map(({ id, name }) => `${id} ${name}`).join('\n');
    if (key !== this.#key || this.#body.childElementCount === 0) this.#make(rows);
    this.#key = key;
    for (const [i, row] of rows.entries()) this.#update(this.#body.children[i]!, row);
  }

  #make(rows: readonly Row[]): void {
    const made = rows.map(({ id, name, kind, cells }) => {
      const small = kind === undefined ? [] : [' ', element('small', {}, kind)];
      const head = element('th', { scope: 'row', role: 'rowheader' }, element('span', {}, name), ...small);
      const others = cells.map((cell, i) => {
        const dot =
          typeof cell === 'object' && cell.hasDot ? [element('i', { class: 'dot', 'aria-hidden': 'true' })] : [];
        return element('td', { role: 'cell', 'data-column': this.#columns[i + 1] }, ...dot, element('span'));
      });
      return element('tr', { id, role: 'row', tabindex: -1 }, head, ...others);
    });
    const nothing = element('td', { role: 'cell', colspan: this.#columns.length, class: 'empty' }, this.#empty);
    this.#body.replaceChildren(...(made.length > 0 ? made : [element('tr', { role: 'row' }, nothing)]));
  }

  #update(line: Element, { state, cells }: Row): void {
    setAll(line, { 'data-state': state });
    for (const [i, cell] of cells.entries()) {
      const place = line.children[i + 1] as HTMLElement;
      const { text, share, isBad } = typeof cell === 'string' ? { text: cell } : cell;
      setText(place.lastElementChild!, text);
      setAll(place, { 'data-none': text === NONE ? 'yes' : undefined });
      setAll(place, { class: share === undefined ? undefined : 'meter', 'data-bad': isBad ? 'yes' : undefined });
      if (share !== undefined) place.style.setProperty('--share', `${(share * 100).toFixed(1)}%`);
    }
  }
}
