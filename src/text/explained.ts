/**
 * Errors for the user: what is wrong, details, what helps, and the exit code. Code that can say this throws an error
 * with these members; the command line shows all such errors in the same way and knows none of them by name.
 */
import { messageLine } from './printable.ts';

/** The exit codes of the program. src/cli/exit.ts has what each of them means. */
export const Exit = { ok: 0, data: 1, usage: 2, plugin: 3, empty: 4 } as const;

/** What is wrong: the command line, a query, a plugin's file, a store, or the machine. */
export type Problem = 'usage' | 'query' | 'plugin' | 'store' | 'system';

export interface Explained {
  /** One line without prefix and without final full stop: place and cause. */
  readonly message: string;
  readonly problem: Problem;
  /** Further lines shown below the message: a caret under the text, where was looked, the next step. */
  readonly detail?: string | undefined;
  /** What helps, in one line, for programs that show it beside the message. */
  readonly hint?: string | undefined;
  readonly exit: number;
}

/** Whether whoever threw `error` meant it for the user. */
export function isExplained(error: unknown): error is Error & Explained {
  return error instanceof Error && 'problem' in error && 'exit' in error;
}

/** What is said besides the message. */
export interface More {
  /** Further lines. The last of them says what to do next, unless there is a `hint`. */
  readonly detail?: string;
  /** For a detail that ends with something else, such as a caret; undefined when nothing helps. */
  readonly hint?: string | undefined;
  /** What was probably meant: `(did you mean NEAR?)` is put behind the message, and is the hint. */
  readonly near?: string | undefined;
}

/** An error of the usual kind. */
export abstract class ExplainedError extends Error implements Explained {
  abstract readonly problem: Problem;
  abstract readonly exit: number;
  /** May be empty. */
  readonly detail: string;
  readonly hint: string | undefined;

  /** `message` is made one line; a text for `more` is the detail. */
  constructor(message: string, more: string | More = '') {
    const { detail = '', near, ...given } = typeof more === 'string' ? { detail: more } : more;
    const guess = near === undefined ? undefined : `did you mean ${near}?`;
    super(messageLine(guess === undefined ? message : `${message} (${guess})`));
    this.detail = detail;
    this.hint = guess ?? ('hint' in given ? given.hint : lastLine(detail));
  }
}

function lastLine(text: string): string | undefined {
  return text.split('\n').at(-1)?.trim() || undefined;
}

/** There is no room for a WebAssembly memory: each reserves 4 GiB of addresses, of which it uses little. */
export class AddressesError extends ExplainedError {
  override readonly name = 'AddressesError';
  readonly problem = 'system';
  readonly exit = Exit.data;

  /** @param cause the RangeError of `new WebAssembly.Memory` */
  constructor(cause: RangeError) {
    super(`there are not enough addresses for an engine's memory (${cause.message})`, {
      detail: 'See: ulimit -v',
      hint: 'ulimit -v',
    });
  }
}
