/**
 * Reading a log, front to back, frame by frame, in pieces of a few MiB. What a reader gets are views into the piece.
 *
 * The surprising part is what a bad frame means. A log is torn when the writer died or the power went while its end
 * was being written: the frames before are all there is, and the rest is cut. But when a whole frame follows that was
 * made after the bad one had been synced, the disk has lost what it had promised to keep. That is damage, and no
 * silent cut would be right. So it is when all of the last frame is there and its checksum is wrong: a write that was
 * interrupted leaves a file that ends within the frame, or sectors of zeros in it. Without `--durability batch`
 * several frames may be on their way at once, and the disk may keep a later one and lose an earlier: that is torn,
 * because those frames say that nothing was promised yet.
 */
import { damaged } from '../errors.ts';
import type { OpenFile } from '../files/files.ts';
import { logName } from '../files/names.ts';
import { KEEPS_LAST } from '../numbering.ts';
import { LOG_HEADER_BYTES, type LogFrame } from './format.ts';
import { LogWindow } from './window.ts';

/** How a log ends. */
export interface LogEnd {
  /** `torn`: something that is no whole frame lies behind the last one. */
  readonly kind: 'clean' | 'torn';
  /** Bytes, up to the end of the last frame; 0 when not even the header is whole. */
  readonly end: number;
  readonly frames: number;
  /** By the header; undefined when that is not whole. */
  readonly firstSequence: number | undefined;
  /** That of the next frame. */
  readonly nextSequence: number | undefined;
  /** Behind `end`. */
  readonly cutBytes: number;
  /** Whole frames among them, which were never synced and whose predecessor is lost. */
  readonly cutFrames: number;
}

/** What salvageLog found. */
export interface LogSalvage {
  readonly frames: number;
  /** By the header; undefined when that is not whole. */
  readonly firstSequence: number | undefined;
  /** Parts of the file that are no frames. */
  readonly stretches: readonly { readonly from: number; readonly end: number }[];
  readonly skippedBytes: number;
  /** Frames whose absence the sequences of others tell; at least so many are lost. */
  readonly missingFrames: number;
}

export type VisitFrame = (frame: LogFrame) => void;

/** What a log says of points of the same time (LogHeader.since). @throws StoreError `version`, `damaged`, `io` */
export function readSince(file: OpenFile, number: number): number {
  return new LogWindow(file, number).header()?.since ?? KEEPS_LAST;
}

/**
 * Reads a log up to its last whole frame, as far as the file reaches when it begins; somebody may be appending to it.
 * @param number of the log; the file is named by it
 * @param visit gets each frame in order, before it is known whether all others are good
 * @throws StoreError `damaged`, `version`, `io`, and whatever `visit` throws
 */
export function readLog(file: OpenFile, number: number, visit: VisitFrame): LogEnd {
  const window = new LogWindow(file, number);
  const firstSequence = window.header()?.firstSequence;
  if (firstSequence === undefined) return endWithoutHeader(window);
  let position = LOG_HEADER_BYTES;
  let sequence = firstSequence;
  const end = () => ({ end: position, frames: sequence - firstSequence, firstSequence, nextSequence: sequence });
  while (position < window.size) {
    const frame = window.frameAt(position);
    if (frame?.sequence !== sequence) {
      const cutFrames = framesBehind(window, position, sequence, frame);
      return { kind: 'torn', ...end(), cutBytes: window.size - position, cutFrames };
    }
    visit(frame);
    position += frame.length;
    sequence++;
  }
  return { kind: 'clean', ...end(), cutBytes: 0, cutFrames: 0 };
}

/**
 * Reads every whole frame that can be found, at any place, whatever lies between. Frames come in order of their
 * sequences; a stray older one is skipped. Series that a lost frame defined stay undefined for those that follow.
 * @throws StoreError `io`, `version`, and whatever `visit` throws
 */
export function salvageLog(file: OpenFile, number: number, visit: VisitFrame): LogSalvage {
  const window = new LogWindow(file, number);
  const firstSequence = window.header()?.firstSequence;
  const stretches: { from: number; end: number }[] = [];
  let nextSequence = firstSequence;
  let position = firstSequence === undefined ? 0 : LOG_HEADER_BYTES;
  let frames = 0;
  let missingFrames = 0;
  while (position < window.size) {
    const frame = window.frameAt(position) ?? window.nextFrame(position + 1, nextSequence ?? 0);
    const isNext = frame !== undefined && frame.sequence >= (nextSequence ?? 0);
    const from = frame?.offset ?? window.size;
    if (from > position) addStretch(stretches, position, from);
    if (frame === undefined) break;
    position = from + frame.length;
    if (!isNext) {
      addStretch(stretches, from, position);
      continue;
    }
    visit(frame);
    frames++;
    missingFrames += frame.sequence - (nextSequence ?? frame.sequence);
    nextSequence = frame.sequence + 1;
  }
  const skippedBytes = stretches.reduce((sum, stretch) => sum + stretch.end - stretch.from, 0);
  return { frames, firstSequence, stretches, skippedBytes, missingFrames };
}

/** The header is written and synced before any frame, so frames without one are damage. */
function endWithoutHeader(window: LogWindow): LogEnd {
  const frame = window.nextFrame(0, 0);
  if (frame !== undefined) {
    throw damaged(
      logName(window.number),
      0,
      `the header is damaged; frame ${frame.sequence} and perhaps more are whole`,
    );
  }
  const kind = window.size === 0 ? 'clean' : 'torn';
  return {
    kind,
    end: 0,
    frames: 0,
    firstSequence: undefined,
    nextSequence: undefined,
    cutBytes: window.size,
    cutFrames: 0,
  };
}

/**
 * What lies behind the last good frame, when the next is not good.
 * @param sequence that it should have
 * @param frame a whole one that is there instead
 * @returns the number of whole frames that were not synced
 * @throws StoreError `damaged`
 */
function framesBehind(window: LogWindow, position: number, sequence: number, frame: LogFrame | undefined): number {
  const file = logName(window.number);
  if (frame !== undefined && frame.sequence > sequence) {
    throw damaged(file, position, `frame ${sequence} is missing, frame ${frame.sequence} is in its place`);
  }
  let count = 0;
  let later = window.nextFrame(position + 1, sequence);
  while (later !== undefined) {
    if (later.syncedEnd > position) {
      throw damaged(file, position, `frame ${sequence} is damaged, and frame ${later.sequence} behind it is whole`);
    }
    count++;
    later = window.nextFrame(later.offset + later.length, later.sequence + 1);
  }
  if (frame === undefined && !window.mayBeTorn(position, sequence)) {
    throw damaged(
      file,
      position,
      `frame ${sequence} is damaged: it was written to its end, and its checksum is another`,
    );
  }
  return count;
}

function addStretch(stretches: { from: number; end: number }[], from: number, end: number): void {
  const last = stretches.at(-1);
  if (last?.end === from) last.end = end;
  else stretches.push({ from, end });
}
