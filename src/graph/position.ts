/**
 * How far a file has been read, so that another run can go on there (--resume). A file is known by its path and by what is in
 * it: a sum over its first bytes and the last ones before the position. So one that was rotated, cut or replaced is read
 * from its start, and a copy that was put back is read on, whatever its inode is.
 *
 * The surprising part: a last line without a newline. Somebody may be writing it: with --resume it is left for the next run
 * (whole-lines.ts). Without, it is read; it is counted when it was a record, and not when it was none, which may be half of one.
 */
import { resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import type { PointFields } from '../config/settings.ts';
import type { EngineMemory } from '../engine/engine.ts';
import * as L from '../engine/layout.ts';
import { type Source, WOULD_BLOCK } from '../io/index.ts';
import type { InputPosition } from '../store/points.ts';
import { excerpt } from '../text/printable.ts';
import type { Tag } from './drain.ts';
import type { Ends } from './ends.ts';
import type { Talk } from './host.ts';
import type { Flight } from './lane.ts';
import type { OpenedInput } from './stage.ts';
import { counted } from './stats.ts';
import { WholeLines } from './whole-lines.ts';

const HEAD_BYTES = 1024;
/** Looked at before the position, at most. */
const TAIL_BYTES = 4096;
/** `headBytes` of a position is the length of the head, and so many times that of the tail (FORMAT.md). */
const TAIL_UNIT = 2 ** 16;
const DROP_BYTES = 1 << 20;
/** Between two looks at the event loop while dropping. */
const DROPS_AT_ONCE = 64;

/**
 * What is made of an input, as a few digits: two runs that take different points from one file each have a position of their
 * own, or the second would not see what the first has read.
 */
export function purposeOf(where: readonly string[], points: readonly PointFields[], format: string): string {
  const sum = crc32(JSON.stringify([where, points, format]));
  return sum.toString(16).padStart(8, '0');
}

/** A file that is being read. */
export class InputFile {
  /** Its absolute path, and what is made of it. */
  readonly input: string;
  readonly #head = new Uint8Array(HEAD_BYTES);
  #headBytes = 0;
  /** The last bytes that have been counted, up to TAIL_BYTES, at the front; they end at #tailEnd. */
  readonly #tail = new Uint8Array(TAIL_BYTES * 2);
  #tailBytes = 0;
  #tailEnd = 0;

  constructor(path: string, purpose: string) {
    this.input = `${resolve(path)} #${purpose}`;
  }

  /** `source`, which is read from the file's start; what passes is looked at. */
  watched(source: Source): Source {
    const readNow = (target: Uint8Array): number => {
      const count = source.readNow(target);
      if (count > 0 && this.#headBytes < HEAD_BYTES) {
        const taken = target.subarray(0, Math.min(count, HEAD_BYTES - this.#headBytes));
        this.#head.set(taken, this.#headBytes);
        this.#headBytes += taken.length;
      }
      return count;
    };
    return {
      name: source.name,
      get sizeBytes() {
        return source.sizeBytes;
      },
      readNow,
      wait: () => source.wait(),
      close: () => source.close(),
    };
  }

  /**
   * Counts bytes of the file that follow those that were counted before.
   * @param bytes of the file, from `offset` on; borrowed
   */
  count(bytes: Uint8Array, offset: number): void {
    // What was left out before them (a byte order mark, a line that is too long) is no part of the tail.
    if (offset !== this.#tailEnd) this.#tailBytes = 0;
    const added = bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES));
    const kept = Math.min(this.#tailBytes, TAIL_BYTES - added.length);
    this.#tail.copyWithin(0, this.#tailBytes - kept, this.#tailBytes);
    this.#tail.set(added, kept);
    this.#tailBytes = kept + added.length;
    this.#tailEnd = offset + bytes.length;
  }

  /** Up to where the file has been counted. */
  get countedBytes(): number {
    return this.#tailEnd;
  }

  /** The position behind what has been counted. */
  position(lines: number): InputPosition {
    const bytes = this.#tailEnd;
    const headBytes = Math.min(bytes, this.#headBytes);
    const sums = { headBytes: headBytes + this.#tailBytes * TAIL_UNIT, headCrc: this.#sum(headBytes, this.#tailBytes) };
    return { input: this.input, bytes, lines, ...sums };
  }

  /** Whether a position is one of this file, all of which before it has been counted, or the end of that. */
  isAt({ headBytes, headCrc }: InputPosition): boolean {
    const tailBytes = Math.floor(headBytes / TAIL_UNIT);
    return tailBytes <= this.#tailBytes && this.#sum(headBytes % TAIL_UNIT, tailBytes) === headCrc;
  }

  /** Over the first bytes, then over the last ones. */
  #sum(headBytes: number, tailBytes: number): number {
    const tail = this.#tail.subarray(this.#tailBytes - tailBytes, this.#tailBytes);
    return crc32(tail, crc32(this.#head.subarray(0, headBytes)));
  }
}

/** From the beginning. */
const start = (source: Source, file: InputFile | undefined): OpenedInput => ({ source, bytes: 0, lines: 0, file });

/** What opening an input needs to know. */
export interface Resuming {
  /** Where the store has the input; undefined when it does not know it, or nobody wants to know. */
  readonly position: (input: string) => InputPosition | undefined;
  readonly resume: boolean;
  /** With `resume`: a last line without a newline is read all the same. */
  readonly final: boolean;
  /** See purposeOf. */
  readonly purpose: string;
  readonly talk: Talk;
  /** The run is being stopped. */
  readonly isStopping: () => boolean;
}

/**
 * Opens an input, at its position when that is wanted and the file is still the same.
 * @throws SourceError
 */
export async function openInput(input: string, ends: Ends, options: Resuming): Promise<OpenedInput> {
  const source = ends.openSource(input);
  // Known before the first read for every regular file, and only for those.
  if (source.sizeBytes === undefined || input === '-') {
    if (options.resume)
      options.talk.warn(`${excerpt(source.name)}: only a file can be resumed; this is read from its start`);
    return start(source, undefined);
  }
  const file = new InputFile(input, options.purpose);
  const watched = file.watched(source);
  const position = options.resume ? options.position(file.input) : undefined;
  if (position === undefined) return wholeLines(start(watched, file), options);
  try {
    return wholeLines(await resumeAt(position, { input, ends, file, source: watched }, options), options);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Without a last line that may not be all of it yet. */
function wholeLines(opened: OpenedInput, { resume, final, talk }: Resuming): OpenedInput {
  if (!resume || final) return opened;
  const { name } = opened.source;
  const left = (bytes: number): void => {
    const size = counted(bytes, 'byte');
    talk.verbose(
      1,
      `${excerpt(name)}: the last line (${size}) has no newline yet and is left for the next run; --final reads it`,
    );
  };
  return { ...opened, source: new WholeLines(opened.source, left) };
}

interface FromStart {
  readonly input: string;
  readonly ends: Ends;
  readonly file: InputFile;
  /** At the file's start. */
  readonly source: Source;
}

const IS_SHORT = 'it is shorter than what was read of it before';

async function resumeAt(position: InputPosition, from: FromStart, options: Resuming): Promise<OpenedInput> {
  const { input, ends, file, source } = from;
  const { bytes, lines } = position;
  const other = `it is not the file of which ${counted(lines, 'line')} were read before`;
  const headBytes = position.headBytes % TAIL_UNIT;
  const tailBytes = Math.floor(position.headBytes / TAIL_UNIT);
  const head = await take(source, headBytes);
  if (head.length < headBytes) return again(from, other, options);
  file.count(head, 0);
  // A file that is shorter than its head may grow while it is read: then all of it has to pass.
  const there = bytes > HEAD_BYTES ? ends.openFileAt?.(input, bytes - tailBytes) : undefined;
  if (there === 'short') return again(from, IS_SHORT, options);
  const opened = there ?? source;
  if (there !== undefined) {
    source.close();
    const tail = await take(there, tailBytes);
    if (tail.length < tailBytes) {
      there.close();
      return again(from, IS_SHORT, options);
    }
    file.count(tail, bytes - tailBytes);
  } else if (!(await pass(source, file, bytes, options.isStopping))) return again(from, IS_SHORT, options);
  if (file.isAt(position) || options.isStopping()) return { source: opened, bytes, lines, file };
  opened.close();
  return again(from, other, options);
}

/** Reads the file from its start after all. */
function again({ input, ends, source }: FromStart, why: string, { talk, purpose }: Resuming): OpenedInput {
  source.close();
  talk.warn(`${excerpt(input)}: ${why}; it is read from its start`);
  const file = new InputFile(input, purpose);
  return start(file.watched(ends.openSource(input)), file);
}

/** Up to `bytes` bytes; fewer only at the end. */
async function take(source: Source, bytes: number): Promise<Uint8Array> {
  const taken = new Uint8Array(bytes);
  let used = 0;
  while (used < bytes) {
    const count = source.readNow(taken.subarray(used));
    if (count === WOULD_BLOCK) await source.wait();
    else if (count === 0) break;
    else used += count;
  }
  return taken.subarray(0, used);
}

/** Reads on up to byte `end` of the file, which is counted. @returns false when the file ends before */
async function pass(source: Source, file: InputFile, end: number, isStopping: () => boolean): Promise<boolean> {
  const scratch = new Uint8Array(Math.min(DROP_BYTES, end));
  let at = file.countedBytes;
  for (let reads = 1; at < end && !isStopping(); reads++) {
    const count = source.readNow(scratch.subarray(0, Math.min(scratch.length, end - at)));
    if (count === WOULD_BLOCK) await source.wait();
    else if (count === 0) return false;
    else {
      file.count(scratch.subarray(0, count), at);
      at += count;
    }
    if (reads % DROPS_AT_ONCE === 0) {
      await new Promise((done) => {
        setImmediate(done);
      });
    }
  }
  return true;
}

/**
 * Where the input of a batch is when its lines up to address `to` are done; `lines` is their number. Undefined when the input
 * is no file, or nothing of it is done.
 */
export function positionAfter(flight: Flight<Tag>, to: number, lines: number): InputPosition | undefined {
  const { lane, tag } = flight;
  const { origin, from, sourceOffset } = tag;
  if (origin.file === undefined) return undefined;
  const lastAt = tag.endAdded && to === tag.to ? Math.max(from, lane.memory.lastNewline(from, to - 1) + 1) : to;
  // A last line without a newline that is no record may be half of one, and is not counted. One that is a record is: read
  // again, its point would be there twice.
  const isUnfinished = lastAt < to && isRejected(lane.memory, flight.block, lastAt);
  const end = isUnfinished ? lastAt : tag.endAdded && to === tag.to ? to - 1 : to;
  origin.file.count(lane.memory.view(from, end), sourceOffset);
  return origin.file.countedBytes === 0 ? undefined : origin.file.position(origin.lines + lines - Number(lastAt < to));
}

/** Whether the line that begins at an address is among the bad ones of a block. */
function isRejected(memory: EngineMemory, block: number, lineAt: number): boolean {
  const count = memory.word(block, L.B_REJECT_COUNT);
  if (count === 0) return false;
  const last = memory.word(block, L.B_REJECTS) + (count - 1) * L.REJECT_BYTES;
  return memory.words()[(last + L.REJ_FROM) >> 2]! >>> 0 >= lineAt;
}
