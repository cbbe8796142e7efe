/**
 * What an error that ended the program is: its kind, its words and its exit code. For people they become text, for
 * programs one JSON object.
 */
import { Exit, type Explained, isExplained, type Problem } from '../text/explained.ts';
import type { Command } from './commands.ts';

export interface Failure {
  /** `internal` is a mistake in slung. */
  readonly kind: Problem | 'internal';
  /** One line, unless it is a trace. */
  readonly message: string;
  /** Further lines: the text with a caret, what was expected. May be empty. */
  readonly detail: string;
  /** What to do, in one line, when that is known: for programs that show it. */
  readonly hint: string | undefined;
  /** Where to read on: `slung help select`. */
  readonly see: string | undefined;
  readonly code: number;
}

/** What was asked for is left out of this bundle (build.mjs). */
export function isNotInBundle(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'NOT_IN_BUNDLE';
}

/** @param command the one that the line names */
export function failureOf(error: unknown, command: Command | undefined): Failure {
  if (isExplained(error)) return explainedFailure(error, command);
  // An error of the system (help into a full disk) is not a mistake in slung.
  if (error instanceof Error && 'syscall' in error) {
    const message = systemText(error as NodeJS.ErrnoException);
    return { kind: 'system', message, detail: '', hint: undefined, see: undefined, code: Exit.data };
  }
  return internalFailure(error);
}

function explainedFailure({ message, problem, detail = '', hint, exit }: Explained, command?: Command): Failure {
  const topic = command === undefined ? 'slung help' : `slung help ${command.name}`;
  // What is wrong with what was typed, help can say.
  const see = problem === 'usage' || problem === 'query' ? topic : undefined;
  return { kind: problem, message, detail, hint, see, code: exit };
}

function internalFailure(error: unknown): Failure {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const next = 'This is a mistake in slung. Please report it with the output of: slung --version';
  const message = `internal error: ${trace}`;
  return { kind: 'internal', message, detail: next, hint: next, see: undefined, code: Exit.data };
}

/** For people. */
export function textOf({ message, detail, see }: Failure): string {
  const next = see === undefined ? '' : `See: ${see}`;
  return [message, detail, next].filter((part) => part !== '').join('\n');
}

/** What a program gets beside `level` and `message`. */
export function factsOf({ kind, detail, hint, see, code }: Failure): Readonly<Record<string, unknown>> {
  return {
    kind,
    exitCode: code,
    ...(hint === undefined ? {} : { hint }),
    ...(detail === '' || detail === hint ? {} : { detail }),
    ...(see === undefined ? {} : { see }),
  };
}

/** As runs say it of their output (io/errors.ts). Only standard output is written to here. */
function systemText(error: NodeJS.ErrnoException): string {
  const known = process
    .getBuiltinModule('node:util')
    .getSystemErrorMap()
    .get(error.errno ?? 0);
  const isOutput = error.syscall === 'write' && known !== undefined;
  return isOutput ? `cannot write <stdout>: ${known[1]} (${error.code})` : error.message;
}
