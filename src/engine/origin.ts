/** What the host writes into a block whose columns say where a record is from (asm/origin.ts). */
import type { EngineMemory } from './engine.ts';
import * as O from './origin-layout.ts';

/** Columns of the plan say where a record is from: `setOrigin` comes before each block is processed. */
export const asksOrigin = ({ map }: EngineMemory): boolean => map.origins.length > 0;

/** Where the lines of a block are from. */
export interface BlockOrigin {
  /** Of the input. */
  readonly name: string;
  /** The number of the first line in it. */
  readonly firstLine: number;
  /**
   * For each line of the block how many lines of the input its record begins behind the first; undefined where lines
   * of the block are lines of the input.
   */
  readonly linesBehind: Uint32Array | undefined;
}

export function setOrigin(memory: EngineMemory, block: number, { name, firstLine, linesBehind }: BlockOrigin): void {
  const at = memory.map.origins[block]!;
  memory.setWord(block, O.B_NAME, at.name);
  memory.setWord(block, O.B_NAME_BYTES, writeName(memory, at.name, name));
  memory.setWord(block, O.B_FIRST_LINE, firstLine % 2 ** 32);
  memory.setWord(block, O.B_FIRST_LINE + 4, Math.floor(firstLine / 2 ** 32));
  memory.setWord(block, O.B_LINES_AT, linesBehind === undefined ? 0 : at.lines);
  if (linesBehind !== undefined) new Uint32Array(memory.memory.buffer, at.lines, linesBehind.length).set(linesBehind);
}

/** @returns its bytes as JSON; of a name that is longer than any path, those of its beginning */
function writeName(memory: EngineMemory, at: number, name: string): number {
  const bytes = Buffer.from(JSON.stringify(name.slice(0, O.NAME_BYTES / 8)));
  memory.view(at, at + bytes.length).set(bytes);
  return bytes.length;
}
