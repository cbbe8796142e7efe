/**
 * A source that is refused if its beginning shows that it does not have one record a line. The bytes that were read to
 * find out are handed on; after that the source is passed through.
 */
import { type Source, SourceError, WOULD_BLOCK } from '../io/index.ts';
import type { Seekable } from '../io/types.ts';
import { excerpt } from '../text/printable.ts';
import { SHAPE_BYTES, type Shape, type shapeOf } from './shape.ts';

/** How the form of an input is said: by a flag, by a key of its source, or not at all: a command converts it. */
export type NextStep = 'flag' | 'key' | 'command';

export class CheckedSource implements Source {
  readonly name: string;
  readonly #source: Source;
  readonly #input: string;
  readonly #shapeOf: typeof shapeOf;
  readonly #next: NextStep;
  /** What was read before the shape was known; undefined when nothing is left of it. */
  #held: Uint8Array | undefined = new Uint8Array(0);
  #isDecided = false;
  #failure: unknown;

  /**
   * Owns `source` from now on.
   * @param input as the user wrote it, `-` for standard input
   * @param shape what to look for, see shape.ts
   * @param next how whoever asks can say that the input is in another form
   */
  constructor(source: Source, input: string, shape: typeof shapeOf, next: NextStep = 'command') {
    this.name = source.name;
    this.#source = source;
    this.#input = input;
    this.#shapeOf = shape;
    this.#next = next;
  }

  get sizeBytes(): number | undefined {
    return this.#source.sizeBytes;
  }

  get seekable(): Seekable | undefined {
    return this.#held === undefined ? this.#source.seekable : undefined;
  }

  readNow(target: Uint8Array): number {
    if (this.#held === undefined) return this.#source.readNow(target);
    if (!this.#isDecided && !this.#decide()) return WOULD_BLOCK;
    const held = this.#held.subarray(0, target.length);
    if (held.length === 0) return this.#afterHeld(target);
    target.set(held);
    this.#held = this.#held.subarray(held.length);
    return held.length;
  }

  wait(): Promise<void> {
    return this.#source.wait();
  }

  close(): void {
    this.#source.close();
  }

  #afterHeld(target: Uint8Array): number {
    if (this.#failure !== undefined) throw this.#failure;
    this.#held = undefined;
    return this.#source.readNow(target);
  }

  /** @returns false when the input would block before it is decided. @throws SourceError */
  #decide(): boolean {
    for (;;) {
      const room = new Uint8Array(SHAPE_BYTES);
      const before = this.#held!;
      room.set(before);
      const bytes = this.#read(room.subarray(before.length));
      if (bytes === WOULD_BLOCK) return false;
      this.#held = room.subarray(0, before.length + bytes);
      const verdict = this.#shapeOf(this.#held, bytes === 0);
      if (typeof verdict === 'object') throw this.#refusal(verdict);
      this.#isDecided = verdict === 'lines';
      if (this.#isDecided) return true;
    }
  }

  /** What was read before a failure is good: it is handed on first. */
  #read(room: Uint8Array): number {
    try {
      return this.#source.readNow(room);
    } catch (error) {
      this.#failure = error;
      return 0;
    }
  }

  #refusal({ what, command, fromPipe = command, flag, flags }: Shape): SourceError {
    const pipe = this.#input === '-' ? `… | ${fromPipe}` : `${command} ${quoted(this.#input)}`;
    const byCommand = command === undefined ? 'convert it to NDJSON first' : `try: ${pipe} | slung …`;
    const reads = flags ?? (flag === undefined ? undefined : `${flag} reads it`);
    const isAsked = reads !== undefined && this.#next !== 'command';
    const next = !isAsked ? byCommand : this.#next === 'key' ? asKeys(reads) : reads;
    const tells = what.startsWith('text before') ? `it has ${what}` : `it is ${what}`;
    return new SourceError(this.name, 'EFORMAT', `cannot read ${excerpt(this.name)}: ${tells}; ${next}`);
  }
}

/** `--from csv` as it is written in slung.yaml. */
const asKeys = (text: string): string => text.replace(/--(\w+) (\w+)/g, '$1: $2');

/** A file name as a shell reads it. */
function quoted(name: string): string {
  const text = name.startsWith('-') ? `./${name}` : name;
  return /^[\w@%+=:,./-]{1,400}$/.test(text) ? text : `'${excerpt(text).replaceAll("'", `'\\''`)}'`;
}
