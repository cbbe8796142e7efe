/** The input position that is reached once a batch is done. */
import * as L from '../engine/layout.ts';
import { lastRejectFrom } from '../engine/rejects.ts';
import type { Batch } from './batch.ts';
import type { InputFile } from './input-file.ts';
import { type InputPosition, SourceReceipt } from './receipt.ts';

/** Says in a batch's receipts how far its input is when the batch is done; of a batch that is drained, in order. */
export function noteProgress(batch: Batch): void {
  const { lane, block, to, origin, receipts } = batch;
  const last = receipts.at(-1);
  if (origin.file === undefined || !(last instanceof SourceReceipt)) return;
  const { memory } = lane;
  // Before the batch's end when there was one bad line too many, or a record with a column that the header has not.
  const end = memory.word(block, L.B_STOPPED_AT) || memory.word(block, L.B_TO) || to;
  last.position = positionAfter(batch, origin.file, end, memory.word(block, L.B_LINES));
}

/**
 * Where the input of a batch is when its lines up to address `to` are done; `lines` is their number. Undefined when
 * nothing of it is done.
 */
function positionAfter(batch: Batch, file: InputFile, to: number, lines: number): InputPosition | undefined {
  const { lane, origin, from, sourceOffset } = batch;
  const lastAt = batch.endAdded && to === batch.to ? Math.max(from, lane.memory.lastNewline(from, to - 1) + 1) : to;
  // A last line without a newline that is no record may be half of one, and is not counted. One that is a record is:
  // read again, its point would be there twice.
  const isUnfinished = lastAt < to && (lastRejectFrom(lane.memory, batch.block) ?? 0) >= lastAt;
  const end = isUnfinished ? lastAt : batch.endAdded && to === batch.to ? to - 1 : to;
  file.count(lane.memory.view(from, end), sourceOffset);
  return file.countedBytes === 0 ? undefined : file.position(origin.lines + lines - Number(lastAt < to));
}
