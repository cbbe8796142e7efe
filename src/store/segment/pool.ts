/** The open segments of a store or a snapshot: each is opened on first use, and closed when no manifest names it. */
import type { Files } from '../files/files.ts';
import type { Manifest, SegmentInfo } from '../files/manifest.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { SegmentReader } from './reader.ts';

export class SegmentPool {
  readonly #files: Files;
  readonly #kernel: Kernel;
  #readers = new Map<number, SegmentReader>();

  constructor(files: Files, kernel: Kernel) {
    this.#files = files;
    this.#kernel = kernel;
  }

  /** @throws StoreError */
  reader(info: SegmentInfo): SegmentReader {
    const open = this.#readers.get(info.number);
    if (open !== undefined) return open;
    const reader = SegmentReader.open(this.#files, info, this.#kernel);
    this.#readers.set(info.number, reader);
    return reader;
  }

  /** The segments of a manifest in order of age; others are closed. @throws StoreError */
  sources({ segments }: Manifest): SegmentReader[] {
    this.keepOnly(segments);
    return segments.map((info) => this.reader(info)).sort((a, b) => a.age - b.age);
  }

  /** Closes what is not among these. */
  keepOnly(segments: readonly SegmentInfo[]): void {
    const live = new Set(segments.map(({ number }) => number));
    for (const [number, reader] of this.#readers) {
      if (live.has(number)) continue;
      reader.close();
      this.#readers.delete(number);
    }
  }

  close(): void {
    this.keepOnly([]);
  }
}
