/**
 * All files of some patterns as one source of whole lines, which ends with them or goes on (`follow`) with what is
 * appended and with files that come. Lines of different files never mix: each file has a buffer of its own, and gives
 * what ends in a newline.
 *
 * A unit is a run of whole lines of one file, and ends where a read does: batches are cut there, so that none ends
 * within a unit, and one that fails does not give lines again that the batch before it has delivered. When all units
 * of a file up to one are settled, the position behind it is noted; one that failed holds the position where it is, so
 * that the next run gives it again. A last line without a newline is given where a file ends for good, but the
 * position stays before it: it may be half a line that somebody still writes.
 */
import { existsSync, type Stats, statSync } from 'node:fs';
import { FileIds } from './file-ids.ts';
import type { FollowedFilesOptions } from './follow-options.ts';
import { FollowSource } from './follow-source.ts';
import { FollowedFile, type FollowedUnit, packingOf } from './followed-file.ts';
import { Globbed } from './glob.ts';
import type { NotedPlace } from './positions.ts';
import { openSource } from './source.ts';
import { type Border, type FileStretch, type UnitOutcome, type UnitSource, WOULD_BLOCK } from './types.ts';

const NEWLINE = 0x0a;
const GONE_MS = 60_000;

type Stretch = { -readonly [K in keyof FileStretch]: FileStretch[K] };

export class FollowedFiles implements UnitSource {
  readonly name: string;
  readonly sizeBytes = undefined;
  readonly #options: FollowedFilesOptions;
  readonly #globbed: Globbed;
  /** Of the files that were opened. */
  readonly #ids = new FileIds();
  #files: FollowedFile[] = [];
  /** The file that has more to give before any other. */
  #current: FollowedFile | undefined;
  /** Where the next turn begins, so that none waits for ever. */
  #turn = 0;
  #given = 0;
  #unsettled = 0;
  #borders: Border[] = [];
  /** Of which files the bytes were that were given, as far as somebody may still ask. */
  #stretches: Stretch[] = [];
  /** Files that are to be read and are not open yet. */
  readonly #paths: string[] = [];
  /** Those of them that have too few bytes yet to say whether they are packed. */
  readonly #undecided = new Set<string>();
  #hasScanned = false;
  #state: 'open' | 'stopped' | 'closed' = 'open';

  constructor(options: FollowedFilesOptions) {
    this.name = options.name;
    this.#options = options;
    this.#globbed = new Globbed(options.patterns, options.pollMs, this.#ids);
  }

  /** @throws SourceError when a file cannot be opened or read */
  readNow(target: Uint8Array): number {
    for (;;) {
      const file = this.#state === 'closed' ? undefined : (this.#current ?? this.#next());
      if (file === undefined) return this.#isOver() ? 0 : WOULD_BLOCK;
      if (file.from < file.linesEnd) return this.#give(file, target);
      // Its long line goes on.
      if (this.#state !== 'open') return 0;
      if (!file.fill() && !file.isEnded) return WOULD_BLOCK;
      if (file.isEnded) return this.#giveLast(file, target);
    }
  }

  wait(): Promise<void> {
    // What is inflated comes when it comes; everything else changes in a folder.
    const packed = this.#files.filter(({ follower }) => follower === undefined).map(({ source }) => source.wait());
    return Promise.race(this.#options.follow || packed.length === 0 ? [this.#globbed.wait(), ...packed] : packed);
  }

  /** The file of a byte that was given, see FileAt. */
  fileAt(offset: number): FileStretch | undefined {
    while (this.#stretches.length > 1 && this.#stretches[0]!.end <= offset) this.#stretches.shift();
    return this.#stretches[0];
  }

  takeBorders(): readonly Border[] {
    return this.#borders.splice(0);
  }

  settle(unit: object, outcome: UnitOutcome): void {
    const settled = unit as FollowedUnit;
    const { path, units, follower } = settled.file;
    settled.isSettled = outcome === 'ok';
    let last: FollowedUnit | undefined;
    while (units[0]?.isSettled === true) {
      // How far each file was read that has had this path, and not only the last one.
      if (last?.place !== undefined && last.place.inode !== units[0].place?.inode) this.#note(path, last.place);
      last = units.shift();
      this.#unsettled--;
    }
    if (last?.place === undefined) return;
    follower?.forgetBefore(last.sourceOffset);
    this.#note(path, last.place);
  }

  #note(path: string, place: NotedPlace): void {
    this.#options.positions?.note(path, place);
  }

  /** Units that the next run gives again: those that were not settled, or failed, and all behind them. */
  get unsettled(): number {
    return this.#unsettled;
  }

  stop(): void {
    if (this.#state === 'open') this.#state = 'stopped';
  }

  close(): void {
    this.#state = 'closed';
    for (const file of this.#files) file.end();
    this.#files = [];
    this.#current = undefined;
    this.#globbed.close();
  }

  #isOver(): boolean {
    return this.#state !== 'open' || (!this.#options.follow && this.#files.length + this.#paths.length === 0);
  }

  /** A file that has something to give, if there is one now. */
  #next(): FollowedFile | undefined {
    if (this.#state !== 'open') return undefined;
    for (;;) {
      const file = this.#nextOpen();
      if (file !== undefined || !this.#openMore()) return file;
    }
  }

  /** Files that have nothing more to give are left. */
  #nextOpen(): FollowedFile | undefined {
    for (let looked = 0; looked < this.#files.length; looked++) {
      this.#turn %= this.#files.length;
      const file = this.#files[this.#turn++]!;
      if (file.fill()) return file;
      if (!file.isEnded && !this.#isGone(file)) continue;
      file.isEnded = true;
      if (file.from < file.to) return file;
      this.#remove(file);
      this.#turn--;
      looked--;
    }
    return undefined;
  }

  /**
   * Opens all files that are new, or, one after the other, those there were in the beginning.
   * @returns whether there was one
   */
  #openMore(): boolean {
    const { follow } = this.#options;
    if (follow || !this.#hasScanned) this.#paths.push(...this.#globbed.scan());
    this.#hasScanned = true;
    const paths = this.#paths.splice(0, follow ? this.#paths.length : 1);
    const before = this.#files.length;
    for (const path of paths) {
      const file = this.#open(path);
      if (file !== undefined) this.#files.push(file);
    }
    return this.#files.length > before;
  }

  /**
   * A file is often found between being made and being written to, when nobody knows what it will be.
   * @returns undefined while that is so
   */
  #open(path: string): FollowedFile | undefined {
    const { notice, clockMs, follow, pollMs, graceMs, positions, inflate } = this.#options;
    const packing = inflate ? packingOf(path) : 'none';
    const wasUndecided = this.#undecided.has(path);
    if (wasUndecided && packing === 'undecided') return this.#openLater(path);
    this.#undecided.delete(path);
    if (packing === 'gone' && wasUndecided) {
      this.#globbed.forget(path);
      return undefined;
    }
    // Since it was found, what was read under another name has got this one.
    if (packing !== 'gone' && this.#ids.has(FileIds.of(statSync(path)))) {
      this.#globbed.forget(path);
      return undefined;
    }
    if (packing === 'packed') return this.#openPacked(path);
    // What does not exist, and is not waited for, is an error of opening it.
    if (!follow && !existsSync(path)) openSource(path).close();
    // Nothing was known of it when it was looked for before.
    const found = wasUndecided ? undefined : positions?.find(path, this.#globbed);
    if (packing === 'undecided' && follow && found === undefined) return this.#openLater(path);
    const first = found === undefined || found.file === path ? undefined : found.file;
    const opened = (stats: Stats): void => {
      this.#ids.add(FileIds.of(stats), path);
      positions?.begin(path, stats);
    };
    const isKnown = (other: string, stats: Stats): boolean =>
      this.#globbed.has(other) || this.#ids.has(FileIds.of(stats)) || positions?.knows(stats) === true;
    const isTaken = (stats: Stats): boolean => (this.#ids.pathOf(FileIds.of(stats)) ?? path) !== path;
    const options = {
      notice,
      clockMs,
      at: found?.at,
      atOf: found,
      first,
      endsWithFile: !follow,
      isKnown,
      isTaken,
      opened,
      pollMs,
      graceMs,
    };
    return new FollowedFile(path, new FollowSource(path, options), found?.lines ?? 0);
  }

  #openPacked(path: string): FollowedFile {
    const source = openSource(path);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) this.#ids.add(FileIds.of(stats), path);
    return new FollowedFile(path, source, 0);
  }

  #openLater(path: string): undefined {
    this.#undecided.add(path);
    this.#paths.push(path);
  }

  #isGone({ follower }: FollowedFile): boolean {
    const since = follower?.goneSinceMs;
    // One that has not been there yet is waited for.
    const wasThere = follower?.placeOf(Number.MAX_SAFE_INTEGER) !== undefined;
    return since !== undefined && wasThere && this.#options.clockMs() - since >= (this.#options.goneMs ?? GONE_MS);
  }

  #remove(file: FollowedFile): void {
    file.end();
    this.#files = this.#files.filter((other) => other !== file);
    // A packed file is still there.
    if (file.follower !== undefined && this.#options.follow) this.#globbed.forget(file.path);
    if (this.#current === file) this.#current = undefined;
  }

  #give(file: FollowedFile, target: Uint8Array): number {
    const before = file.wholeGiven;
    const count = file.give(target, this.#enter(file));
    this.#given += count;
    const isDone = file.from === file.linesEnd && !file.isInLine;
    this.#current = isDone ? undefined : file;
    if (file.wholeGiven > before) this.#border(file, this.#given - (file.given - file.wholeGiven));
    return count;
  }

  /** The bytes that are given next are those of a file. @returns how many of them can be */
  #enter(file: FollowedFile): number {
    const { end, ...next } = file.next();
    const last = this.#stretches.at(-1);
    if (last?.file !== next.file) {
      if (last !== undefined) last.end = this.#given;
      this.#stretches.push({ path: file.path, start: this.#given, ...next, end: Number.POSITIVE_INFINITY });
    }
    return end - file.given;
  }

  /** All whole lines of the file that were given are behind the position. @param end of them in all that was given */
  #border(file: FollowedFile, end: number): void {
    const sourceOffset = file.wholeGiven;
    const unit: FollowedUnit = { file, place: file.place, sourceOffset, isSettled: false };
    file.units.push(unit);
    this.#unsettled++;
    this.#borders.push({ end, unit });
  }

  /** The end of a file whose last line has no newline: it gets one, so that no other file goes on with it. */
  #giveLast(file: FollowedFile, target: Uint8Array): number {
    this.#enter(file);
    const count = Math.min(file.to - file.from, target.length);
    if (count > 0) {
      target.set(file.buffer.subarray(file.from, file.from + count));
      file.from += count;
      this.#given += count;
      this.#current = file;
      return count;
    }
    target[0] = NEWLINE;
    this.#given++;
    this.#border(file, this.#given);
    this.#remove(file);
    return 1;
  }
}
