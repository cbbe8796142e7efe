/**
 * Where the bytes of a followed file lie: a source that goes from file to file gives one stream of bytes, and whoever
 * notes how far it has been dealt with needs the file, and what that is known by.
 */
import type { Head } from './file-head.ts';

/** Where a byte of the source lies. */
export interface FollowedPlace {
  readonly device: number;
  readonly inode: number;
  /** When the file was made, in milliseconds since 1970; 0 where that is not known. */
  readonly bornMs: number;
  /** In the file with this device and inode. */
  readonly offset: number;
  /** Of the file's first bytes before `offset`, a KiB at most: how many, and their CRC-32. */
  readonly headBytes: number;
  readonly headCrc: number;
}

/** From `sourceOffset` on, the source's bytes are those of one file. */
interface Stretch {
  readonly sourceOffset: number;
  readonly device: number;
  readonly inode: number;
  readonly bornMs: number;
  readonly offset: number;
  readonly head: Head;
}

export class FollowedPlaces {
  #stretches: Stretch[] = [];

  /** Bytes of the source from `sourceOffset` on are those of another file, or of another place of it. */
  begin(stretch: Stretch): void {
    this.#stretches.push(stretch);
  }

  /** Where the byte at `sourceOffset` lies; undefined before a file is open, and when it was forgotten. */
  of(sourceOffset: number): FollowedPlace | undefined {
    const stretch = this.#stretches.findLast((candidate) => candidate.sourceOffset <= sourceOffset);
    if (stretch === undefined) return undefined;
    const { device, inode, bornMs, head } = stretch;
    const offset = stretch.offset + sourceOffset - stretch.sourceOffset;
    return { device, inode, bornMs, offset, ...head.before(offset) };
  }

  /**
   * The file of the byte at `sourceOffset`: an object that is the same for all its bytes, where the byte lies in it,
   * and where those of another one begin in the source, Infinity while there are none.
   */
  fileOf(sourceOffset: number): { readonly file: object; readonly offset: number; readonly end: number } | undefined {
    const at = this.#stretches.findLastIndex((candidate) => candidate.sourceOffset <= sourceOffset);
    const stretch = this.#stretches[at];
    if (stretch === undefined) return undefined;
    const offset = stretch.offset + sourceOffset - stretch.sourceOffset;
    const end = this.#stretches[at + 1]?.sourceOffset ?? Number.POSITIVE_INFINITY;
    return { file: stretch.head, offset, end };
  }

  /** Nobody will ask for places before `sourceOffset` any more. */
  forgetBefore(sourceOffset: number): void {
    const first = this.#stretches.findLastIndex((stretch) => stretch.sourceOffset <= sourceOffset);
    if (first > 0) this.#stretches = this.#stretches.slice(first);
  }
}
