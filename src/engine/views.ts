/**
 * Views over the rows of an engine (row-engine.ts), as the host sees them. What an adapter imports of the instance,
 * functions over vectors among it that JavaScript cannot call, is in asm/views.ts; it gets the exports as they are.
 */
import type { RowEngine } from './row-engine.ts';

export interface ViewsExports {
  /** Takes the work areas from the header; later calls on the same instance do nothing. */
  attachViews(header: number): void;
  /**
   * A guest's call begins: handle `result + i` is row `rowFrom + i` of the table, for rows below `rowTo` that are
   * selected. `base` is the result that is wished for: not 0, and not below what earlier calls have used up. The
   * result is another one when 28 bits have run out, or when the guest still keeps a view with one of the numbers.
   */
  beginCall(base: number, rowFrom: number, rowTo: number): number;
  /** The call has returned: views that were not dropped are pinned. @returns how many there were */
  endCall(): number;
  /** The guest's instance was replaced: no earlier handle means anything, no pin is kept. */
  resetViews(): void;
  /** Views discarded since the start because a guest kept more than there is room for. */
  pinsLost(): number;
  /** Distinct paths that guests have asked for; number i is answered by field i of a row, if rows have it. */
  askedCount(): number;
  /** Address of its UTF-8 bytes in the engine's memory; good for ever. */
  askedPath(number: number): number;
  askedLength(number: number): number;
}

/** The views of an engine. The paths that guests have asked for are kept as long as the engine is. */
export function viewsOf(engine: RowEngine): ViewsExports {
  const exports = engine.exports as RowEngine['exports'] & ViewsExports;
  exports.attachViews(engine.map.header);
  return exports;
}
