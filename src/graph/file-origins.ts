/**
 * The files of a source that reads several: each is the origin of its own batches, so that messages name the file and
 * count its lines, wherever the batch goes.
 */
import type { FileAt } from '../io/types.ts';
import type { Origin } from './batch.ts';

/** A place in a file. */
export interface PlaceInFile {
  readonly origin: Origin;
  readonly offset: number;
}

export class FileOrigins {
  readonly #fileAt: FileAt;
  readonly #whole: Origin;
  readonly #origins = new WeakMap<object, Origin>();

  /** @param whole the origin of the source as a whole, whose counts are those of all its files */
  constructor(fileAt: FileAt, whole: Origin) {
    this.#fileAt = fileAt;
    this.#whole = whole;
  }

  /** Where the byte at `offset` of the source lies. Asked in order. */
  at(offset: number): PlaceInFile {
    const stretch = this.#fileAt(offset);
    if (stretch === undefined) return { origin: this.#whole, offset };
    const { file, path, lines } = stretch;
    let origin = this.#origins.get(file);
    if (origin === undefined) {
      origin = { ...this.#whole, name: path, lines };
      this.#origins.set(file, origin);
    }
    return { origin, offset: stretch.offset + offset - stretch.start };
  }

  /** Bytes of the file from `offset` of the source on, until those of another one; Infinity when none has come. */
  bytesFrom(offset: number): number {
    return (this.#fileAt(offset)?.end ?? Number.POSITIVE_INFINITY) - offset;
  }
}
