/** The typed words, each with its place in the line. */
import { excerpt } from '../text/printable.ts';
import { type Scalar, scalarNode } from './node.ts';
import type { Place, Problems, SourceText } from './problem.ts';

/** One flag, by its long name without dashes. */
export interface TypedWord {
  readonly long: string;
  readonly text: string;
  /** It is typed without a value. */
  readonly isSwitch?: boolean;
}

export interface TypedLine {
  readonly command: 'select' | 'run';
  /** In the order in which they were typed. */
  readonly flags: readonly TypedWord[];
  readonly operands: readonly string[];
  /** Behind `--`. */
  readonly args: readonly string[];
}

interface Word {
  readonly long: string;
  readonly node: Scalar;
  readonly place: Place;
}

/** The words of the line with their places; flags are taken one kind after another, and what is left has no key. */
export class Words {
  readonly source: SourceText;
  /** Of the whole line. */
  readonly place: Place;
  readonly line: TypedLine;
  readonly problems: Problems;
  /** Operands that are not taken yet. */
  readonly operands: Scalar[];
  readonly args: readonly Scalar[];
  #flags: Word[];

  constructor(line: TypedLine, problems: Problems) {
    this.line = line;
    this.problems = problems;
    let text = `slung ${line.command}`;
    const places: { offset: number; length: number }[] = [];
    const add = (before: string, word: string): number => {
      const shown = /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
      const offset = text.length + 1 + before.length + (shown === word ? 0 : 1);
      text += ` ${before}${shown}`;
      return places.push({ offset, length: word.length }) - 1;
    };
    const flags = line.flags.map(
      (flag) => [flag, flag.isSwitch === true ? add('', `--${flag.long}`) : add(`--${flag.long} `, flag.text)] as const,
    );
    const operands = line.operands.map((word) => [word, add('', word)] as const);
    const args = line.args.map((word, i) => [word, add(i === 0 ? '-- ' : '', word)] as const);
    const source: SourceText = { name: 'command line', text, isFile: false };
    const node = (word: string, index: number): Scalar => {
      const { offset, length } = places[index]!;
      const offsets = Array.from({ length: length + 1 }, (_, i) => offset + i);
      return scalarNode(word, { source, offset, length }, { isPlain: /^(?:\d+|true|false)$/.test(word), offsets });
    };
    this.source = source;
    this.place = { source, offset: 0, length: text.length };
    this.#flags = flags.map(([{ long, text: value }, i]) => ({
      long,
      node: node(value, i),
      place: node(value, i).place,
    }));
    this.operands = operands.map(([word, i]) => node(word, i));
    this.args = args.map(([word, i]) => node(word, i));
  }

  /** The flags of these names, in their order, which are done then; of one that is given twice, both. */
  take(...longs: readonly string[]): Word[] {
    const found = this.#flags.filter(({ long }) => longs.includes(long));
    this.#flags = this.#flags.filter((word) => !found.includes(word));
    return found;
  }

  /** Of each of these flags the last. */
  taken(longs: readonly string[]): Word[] {
    return longs.flatMap((long) => this.take(long).slice(-1));
  }

  /** The last of a flag. */
  last(long: string): Scalar | undefined {
    return this.take(long).at(-1)?.node;
  }

  /** The same, for somebody else to take. */
  look(long: string): Scalar | undefined {
    return this.#flags.findLast((word) => word.long === long)?.node;
  }

  /** What nobody has taken, but for these. */
  left(others: readonly string[]): Word[] {
    return this.#flags.filter(({ long }) => !others.includes(long));
  }

  fail(node: Scalar, code: string, message: string, hint?: string): undefined {
    this.problems.error({ code, message: excerpt(message), place: node.place, path: '', hint });
    return undefined;
  }
}
