/**
 * The line numbers of a batch in its input, for columns that say where a record comes from. They are known when the
 * batch is handed to its lane, even if the batches before it have not been drained.
 */
import { asksOrigin, setOrigin } from '../engine/origin.ts';
import type { Batch } from './batch.ts';

const NEWLINE = 0x0a;

/** Tells the engine. @param before those on their way that are drained before it, oldest first */
export function placeLines(batch: Batch, before: readonly Batch[]): void {
  const { lane, block, origin, from, to } = batch;
  if (!asksOrigin(lane.memory)) return;
  const last = before.findLast((other) => other.origin === origin);
  const linesBefore = last === undefined ? origin.lines : last.linesTo;
  batch.linesTo = linesBefore + lane.countLines(from, to);
  if (origin.places === undefined || origin.places.keepsLines) {
    setOrigin(lane.memory, block, { name: origin.name, firstLine: linesBefore + 1, linesBehind: undefined });
    return;
  }
  const lines = linesOf(batch, batch.linesTo - linesBefore);
  const firstLine = lines[0]!;
  setOrigin(lane.memory, block, { name: origin.name, firstLine, linesBehind: lines.map((line) => line - firstLine) });
}

/** The line of the input at which each line of the batch begins. */
function linesOf({ lane, origin, from, to, sourceOffset }: Batch, count: number): Uint32Array {
  const bytes = lane.memory.view(from, to);
  const lines = new Uint32Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    lines[i] = origin.places!.at(sourceOffset + at).line;
    at = bytes.indexOf(NEWLINE, at) + 1;
  }
  return lines;
}
