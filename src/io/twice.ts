/**
 * Inputs that are read twice. The bytes of a pipe are gone after the first time, so only files will do; and a file
 * must be the same both times, as its device and inode, its size and the time of its last change show.
 */
import { type BigIntStats, statSync } from 'node:fs';
import { devNull } from 'node:os';
import { excerpt } from '../text/printable.ts';
import { SourceError } from './errors.ts';
import type { Source } from './types.ts';

/** What is behind a path, or undefined when it is missing or cannot be seen: opening it says why. */
function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

/**
 * Why an input cannot be read twice, in words that follow `it is`; undefined when it can. What is missing is no
 * reason.
 */
export function whyNotTwice(path: string): string | undefined {
  if (path === '-') return 'standard input';
  const stats = statOf(path);
  if (stats?.isFIFO()) return 'a pipe';
  if (stats?.isSocket()) return 'a socket';
  if (stats?.isCharacterDevice() && stats.rdev !== statOf(devNull)?.rdev) return 'a device';
  return undefined;
}

/** Whether all inputs are files, so that they can be read twice. */
export function areFiles(inputs: readonly string[]): boolean {
  return inputs.every((input) => input !== '-' && statOf(input)?.isFile() === true);
}

/** Tells one state of a file from another. Not the change of its mode or its links, which leave its bytes alone. */
function stateOf(path: string): string {
  const stats = statOf(path);
  return stats === undefined ? '' : `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`;
}

/** Inputs in the state in which they are when this is made. */
export class UnchangedInputs {
  readonly #states: ReadonlyMap<string, string>;

  constructor(inputs: readonly string[]) {
    this.#states = new Map(inputs.map((input) => [input, stateOf(input)]));
  }

  /**
   * Opens an input by `open`. The source fails, at once or at its end, when the input is not in that state any more.
   * @throws SourceError
   */
  open(input: string, open: (input: string) => Source): Source {
    this.#check(input);
    return new CheckedAtEnd(open(input), () => this.#check(input));
  }

  /** @throws SourceError */
  #check(input: string): void {
    if (stateOf(input) === this.#states.get(input)) return;
    const text =
      `cannot read ${excerpt(input)} twice: it was changed after its columns were looked for; ` +
      'read a copy of it, or name the columns with --columns';
    throw new SourceError(input, 'ECHANGED', text);
  }
}

/** A source that is asked at its end whether it was a good one. */
class CheckedAtEnd implements Source {
  readonly name: string;
  readonly #source: Source;
  readonly #check: () => void;

  constructor(source: Source, check: () => void) {
    this.name = source.name;
    this.#source = source;
    this.#check = check;
  }

  get sizeBytes(): number | undefined {
    return this.#source.sizeBytes;
  }

  readNow(target: Uint8Array): number {
    const count = this.#source.readNow(target);
    if (count === 0) this.#check();
    return count;
  }

  wait(): Promise<void> {
    return this.#source.wait();
  }

  close(): void {
    this.#source.close();
  }
}
