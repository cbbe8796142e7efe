/**
 * What is measured with: lines in memory, which a round reads from the first on and again when they are over. They are
 * repeated up to a size that no cache holds, so that a small file does not look faster than a log.
 */
import { UsageError } from '../../config/errors.ts';
import type { Source } from '../../io/index.ts';
import { excerpt } from '../../text/printable.ts';
import { Checksum } from './checksum.ts';

const NEWLINE = 10;

export class BenchInput {
  /** For people: `app.ndjson`. */
  readonly name: string;
  /** Whole lines. */
  readonly bytes: Buffer;
  /** How often what was given is in them. */
  readonly times: number;

  /**
   * @param given its last line may lack its newline
   * @param sizeBytes what is longer is cut behind a line, what is shorter is repeated
   * @throws UsageError when there is nothing
   */
  constructor(name: string, given: Buffer, sizeBytes: number) {
    this.name = name;
    const isWhole = given.length === 0 || given[given.length - 1] === NEWLINE;
    const once = isWhole ? given : Buffer.concat([given, Buffer.of(NEWLINE)]);
    if (once.toString('utf8', 0, 1 << 16).trim() === '') throw new UsageError(`${excerpt(name)} has no records`);
    const most = Math.max(1, Math.floor(sizeBytes / once.length));
    this.times = once.length > sizeBytes ? 1 : most;
    const cut = once.length > sizeBytes ? once.subarray(0, endOfLine(once, sizeBytes)) : once;
    this.bytes = Buffer.allocUnsafe(cut.length * this.times);
    for (let i = 0; i < this.times; i++) cut.copy(this.bytes, i * cut.length);
  }

  /** What tells it from another one. */
  checksum(): string {
    const sum = new Checksum();
    sum.add(this.bytes);
    return sum.text();
  }

  /** The end of the line that reaches `bytes`, counted over all rounds of the input. */
  wholeLines(bytes: number): number {
    const rest = Math.max(1, Math.ceil(bytes)) % this.bytes.length;
    const rounds = Math.max(1, Math.ceil(bytes)) - rest;
    return rest === 0 ? rounds : rounds + endOfLine(this.bytes, rest);
  }

  /** A source of the first `amount` bytes. @param onRead is called with each read, before it */
  source(amount: number, onRead: () => void = () => {}): Source {
    const { bytes } = this;
    let at = 0;
    return {
      name: this.name,
      sizeBytes: undefined,
      readNow: (target) => {
        onRead();
        const from = at % bytes.length;
        const count = Math.min(target.length, amount - at, bytes.length - from);
        target.set(bytes.subarray(from, from + count));
        at += count;
        return count;
      },
      wait: () => Promise.resolve(),
      close: () => {},
    };
  }
}

/** One past the end of the line that has byte `at - 1`. */
function endOfLine(bytes: Buffer, at: number): number {
  const newline = bytes.indexOf(NEWLINE, Math.max(0, at - 1));
  return newline < 0 ? bytes.length : newline + 1;
}
