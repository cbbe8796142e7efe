/**
 * Opens an input where an earlier run stopped (--resume), if the file is still the same (input-file.ts).
 *
 * The surprising part: a last line without a newline. Another process may be writing it: with --resume it is left for
 * the next run (whole-lines.ts). Without --resume it is read. It counts if it is a record; if it is none, it may be
 * half of one, and does not count.
 */
import { crc32 } from 'node:zlib';
import type { PointFields } from '../config/settings.ts';
import { counted } from '../format/count.ts';
import { type Source, WOULD_BLOCK } from '../io/index.ts';
import { excerpt } from '../text/printable.ts';
import type { Ends } from './ends.ts';
import type { Talk } from './host.ts';
import type { OpenedInput } from './inlet.ts';
import { HEAD_BYTES, InputFile, TAIL_UNIT } from './input-file.ts';
import type { InputPosition } from './receipt.ts';
import { WholeLines } from './whole-lines.ts';

const DROP_BYTES = 1 << 20;
/** Between two looks at the event loop while dropping. */
const DROPS_AT_ONCE = 64;

/**
 * What is made of an input, as a few digits: two runs that take different points from one file each have a position of
 * their own, or the second would not see what the first has read.
 */
export function purposeOf(where: readonly string[], points: readonly PointFields[], format: string): string {
  const sum = crc32(JSON.stringify([where, points, format]));
  return sum.toString(16).padStart(8, '0');
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
