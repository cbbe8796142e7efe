/**
 * argv → what was typed: an ordered list of flags with their text, and the operands. Nothing is given a meaning yet
 * (sources.ts does that). The rules are those of most programs: options may stand between operands, `--` ends them,
 * `-vej4` is `-v -e -j 4`, and a value is what follows, also when it looks like an option. A walk over the arguments
 * comes first, for a flag whose value must be joined by `=` (--stats FILE would take the file), and for help, which
 * wins over any error.
 */
import { UsageError } from '../config/errors.ts';
import { type Flag, isNegative, oppositeOf, takesNext } from './flags/flag.ts';
import { unknownOption } from './unknown-option.ts';

/** One flag as typed. `text` is its value; for a switch `true` or `false`. */
export interface TypedFlag {
  readonly flag: Flag;
  /** As the user knows it: `--batch-bytes`, `--no-header`. */
  readonly name: string;
  readonly text: string;
}

export interface Typed {
  readonly flags: readonly TypedFlag[];
  readonly operands: readonly string[];
}

/** What was asked for instead of a run. The first of them on the command line counts. */
export type Asked = 'brief' | 'full' | 'version';

interface Walked {
  /** The arguments with `--stats` written as `--stats=human`. */
  readonly argv: readonly string[];
  readonly asked: Asked | undefined;
  /** Where the `--` is that ends the options; the number of arguments when there is none. */
  readonly end: number;
}

/** @throws UsageError for an unknown option or a missing value, with what was probably meant */
export function parseFlags(argv: readonly string[], flags: readonly Flag[]): Typed {
  const line = new Line(walk(argv, flags).argv, flags);
  while (line.hasMore) line.takeNext();
  if (line.unknown !== undefined) throw unknownOption(line.unknown, flags);
  return { flags: line.typed, operands: line.operands };
}

/** `-1` is an operand: no flag is a digit. */
const negativeNumber = /^-(\d+|\d*\.\d+)(e[+-]?\d+)?$/;

class Line {
  readonly typed: TypedFlag[] = [];
  readonly operands: string[] = [];
  /** The first option that is none. */
  unknown: string | undefined;
  readonly #flags: readonly Flag[];
  readonly #argv: readonly string[];
  #at = 0;

  constructor(argv: readonly string[], flags: readonly Flag[]) {
    this.#argv = argv;
    this.#flags = flags;
  }

  get hasMore(): boolean {
    return this.#at < this.#argv.length;
  }

  /** @throws UsageError for a missing value */
  takeNext(): void {
    const argument = this.#argv[this.#at++]!;
    if (argument === '--') {
      this.operands.push(...this.#argv.slice(this.#at));
      this.#at = this.#argv.length;
    } else if (argument.startsWith('--')) this.#takeLong(argument);
    else if (argument.length > 1 && argument.startsWith('-')) this.#takeCluster(argument);
    else this.operands.push(argument);
  }

  #takeLong(argument: string): void {
    const cut = argument.indexOf('=');
    const name = argument.slice(2, cut < 0 ? undefined : cut);
    const flag = this.#flags.find(({ long }) => long === name);
    if (flag !== undefined && flag.value === undefined && cut < 0) this.#add(flag);
    else if (flag?.value !== undefined) this.#add(flag, cut < 0 ? this.#valueOf(flag) : argument.slice(cut + 1));
    else {
      const opposite = cut < 0 ? this.#flags.find((other) => oppositeOf(other) === name) : undefined;
      if (opposite === undefined) this.unknown ??= argument;
      else this.typed.push({ flag: opposite, name: `--${name}`, text: isNegative(opposite) ? 'true' : 'false' });
    }
  }

  #takeCluster(argument: string): void {
    let last = '';
    for (let rest = argument.slice(1); rest !== ''; last = rest[0]!, rest = rest.slice(1)) {
      const flag = this.#flags.find(({ short }) => short === rest[0]);
      if (flag === undefined) {
        if (negativeNumber.test(argument)) this.operands.push(argument);
        else this.unknown ??= rest[0] === '=' && last !== '' ? `-${last}${rest}` : `-${rest}`;
        return;
      }
      if (flag.value !== undefined) {
        this.#add(flag, rest.length > 1 ? rest.slice(1) : this.#valueOf(flag));
        return;
      }
      this.#add(flag);
    }
  }

  #add(flag: Flag, text: string = isNegative(flag) ? 'false' : 'true'): void {
    this.typed.push({ flag, name: `--${flag.long}`, text });
  }

  #valueOf(flag: Flag): string {
    const value = this.#argv[this.#at++];
    if (value !== undefined) return value;
    const short = flag.short === undefined ? '' : `-${flag.short}, `;
    throw new UsageError(`the option ${short}--${flag.long} <${flag.value}> needs a value`);
  }
}

/** Whether help or the version was asked for, also when the rest of the line is wrong. */
export function askedFor(argv: readonly string[], flags: readonly Flag[]): Asked | undefined {
  return walk(argv, flags).asked;
}

/** The arguments before the `--` that ends the options, and those behind it. */
export function splitAtDashes(argv: readonly string[], flags: readonly Flag[]): [readonly string[], readonly string[]] {
  const { end } = walk(argv, flags);
  return [argv.slice(0, end), argv.slice(end + 1)];
}

/** Goes over the arguments as they will be taken: values are skipped, `--` ends the options. */
function walk(argv: readonly string[], flags: readonly Flag[]): Walked {
  const rewritten = [...argv];
  let asked: Asked | undefined;
  let at = 0;
  for (; at < argv.length && argv[at] !== '--'; at += 1) {
    const argument = argv[at] ?? '';
    const named = argument.startsWith('--')
      ? flags.filter((flag) => argument === `--${flag.long}`)
      : clusterOf(argument, flags);
    for (const flag of named) {
      if (flag.bare !== undefined) rewritten[at] = `${argument}=${flag.bare}`;
      if (flag.key === 'version') asked ??= 'version';
      if (flag.key === 'help') asked ??= argument === '--help' ? 'full' : 'brief';
    }
    const last = named.at(-1);
    // `-j4` has its value already: not all of its letters are flags.
    const isComplete = argument.startsWith('--') || named.length === argument.length - 1;
    if (last !== undefined && takesNext(last) && isComplete) at += 1;
  }
  return { argv: rewritten, asked, end: Math.min(at, argv.length) };
}

/** The flags of `-vej4`, up to the first that takes a value (here the 4 is not looked at). */
function clusterOf(argument: string, flags: readonly Flag[]): Flag[] {
  const cluster: Flag[] = [];
  if (!/^-[^-]/.test(argument)) return cluster;
  for (const letter of argument.slice(1)) {
    const flag = flags.find((candidate) => candidate.short === letter);
    if (flag === undefined) break;
    cluster.push(flag);
    if (takesNext(flag)) break;
  }
  return cluster;
}
