/**
 * How far a file has been read, so that another run can go on there (--resume). A file is known by its path and by a sum
 * over its first bytes: a file that has taken the name of another one is read from its start.
 *
 * The surprising part: a last line without a newline is not counted. What is appended to the file later belongs to that
 * line; read again as a whole, it writes its point once more, which changes nothing.
 */
import { resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import type { SelectSettings } from '../config/settings.ts';
import { type Source, WOULD_BLOCK } from '../io/index.ts';
import type { InputPosition } from '../store/points.ts';
import type { Tag } from './drain.ts';
import type { Ends } from './ends.ts';
import type { Talk } from './host.ts';
import type { Flight } from './lane.ts';
import { counted } from './stats.ts';
import type { OpenedInput } from './work.ts';

const HEAD_BYTES = 1024;
const DROP_BYTES = 1 << 20;
/** Between two looks at the event loop while dropping. */
const DROPS_AT_ONCE = 64;

/**
 * What is made of an input, as a few digits: two runs that take different points from one file each have a position of their
 * own, or the second would not see what the first has read.
 */
export function purposeOf({ where, record }: Pick<SelectSettings, 'where' | 'record'>, from: 'ndjson' | 'csv'): string {
  const sum = crc32(JSON.stringify([where, record?.points, from]));
  return sum.toString(16).padStart(8, '0');
}

/** A file that is being read. */
export class InputFile {
  /** Its absolute path, and what is made of it. */
  readonly input: string;
  readonly #head = new Uint8Array(HEAD_BYTES);
  #headBytes = 0;
  #crc: { readonly bytes: number; readonly crc: number } | undefined;

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

  /** The position behind so much of the file, all of which has been read. */
  positionAt(bytes: number, lines: number): InputPosition {
    const headBytes = Math.min(bytes, this.#headBytes);
    if (this.#crc?.bytes !== headBytes) {
      this.#crc = { bytes: headBytes, crc: crc32(this.#head.subarray(0, headBytes)) };
    }
    return { input: this.input, bytes, lines, headBytes, headCrc: this.#crc.crc };
  }
}

/** From the beginning. */
const start = (source: Source, file: InputFile | undefined): OpenedInput => ({ source, bytes: 0, lines: 0, file });

/** What opening an input needs to know. */
export interface Resuming {
  /** Where the store has the input; undefined when it does not know it, or nobody wants to know. */
  readonly position: (input: string) => InputPosition | undefined;
  readonly resume: boolean;
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
    if (options.resume) options.talk.warn(`${source.name}: only a file can be resumed; this is read from its start`);
    return start(source, undefined);
  }
  const file = new InputFile(input, options.purpose);
  const watched = file.watched(source);
  const position = options.resume ? options.position(file.input) : undefined;
  if (position === undefined) return start(watched, file);
  try {
    return await resumeAt(position, { input, ends, file, source: watched }, options);
  } catch (error) {
    source.close();
    throw error;
  }
}

interface FromStart {
  readonly input: string;
  readonly ends: Ends;
  readonly file: InputFile;
  /** At the file's start. */
  readonly source: Source;
}

async function resumeAt(position: InputPosition, from: FromStart, options: Resuming): Promise<OpenedInput> {
  const { input, ends, file, source } = from;
  const { bytes, lines } = position;
  const head = await readHead(source, position.headBytes);
  if (head.length < position.headBytes || crc32(head) !== position.headCrc) {
    return again(from, `it is not the file of which ${counted(lines, 'line')} were read before`, options);
  }
  // A file that is shorter than its head may grow while it is read: then all of it has to pass.
  const there = bytes > HEAD_BYTES ? ends.openFileAt?.(input, bytes) : undefined;
  if (there === 'short') return again(from, 'it is shorter than what was read of it before', options);
  if (there !== undefined) {
    source.close();
    return { source: there, bytes, lines, file };
  }
  const missing = await drop(source, bytes - head.length, options.isStopping);
  if (missing > 0) return again(from, 'it is shorter than what was read of it before', options);
  return { source, bytes, lines, file };
}

/** Reads the file from its start after all. */
function again({ input, ends, source }: FromStart, why: string, { talk, purpose }: Resuming): OpenedInput {
  source.close();
  talk.warn(`${input}: ${why}; it is read from its start`);
  const file = new InputFile(input, purpose);
  return start(file.watched(ends.openSource(input)), file);
}

/** Up to `bytes` bytes; fewer only at the end. */
async function readHead(source: Source, bytes: number): Promise<Uint8Array> {
  const head = new Uint8Array(bytes);
  let used = 0;
  while (used < bytes) {
    const count = source.readNow(head.subarray(used));
    if (count === WOULD_BLOCK) await source.wait();
    else if (count === 0) break;
    else used += count;
  }
  return head.subarray(0, used);
}

/** Reads `bytes` bytes and forgets them. @returns how many there were not */
async function drop(source: Source, bytes: number, isStopping: () => boolean): Promise<number> {
  const scratch = new Uint8Array(Math.min(DROP_BYTES, bytes));
  let left = bytes;
  for (let reads = 1; left > 0 && !isStopping(); reads++) {
    const count = source.readNow(scratch.subarray(0, Math.min(scratch.length, left)));
    if (count === WOULD_BLOCK) await source.wait();
    else if (count === 0) return left;
    else left -= count;
    if (reads % DROPS_AT_ONCE === 0) {
      await new Promise((done) => {
        setImmediate(done);
      });
    }
  }
  return 0;
}

/**
 * Where the input of a batch is when its lines up to address `to` are done; `lines` is their number. Undefined when the input
 * is no file, or nothing of it is done.
 */
export function positionAfter({ lane, tag }: Flight<Tag>, to: number, lines: number): InputPosition | undefined {
  const { origin, from, sourceOffset } = tag;
  if (origin.file === undefined) return undefined;
  const isUnfinished = tag.endAdded && to === tag.to;
  const end = isUnfinished ? Math.max(from, lane.memory.lastNewline(from, to - 1) + 1) : to;
  const bytes = sourceOffset + end - from;
  return bytes === 0 ? undefined : origin.file.positionAt(bytes, origin.lines + lines - Number(isUnfinished));
}
