/** What an error that ended the program is: its kind, its words and its exit code. For people they become text, for programs one JSON object. */
import { PluginFileError, UsageError } from '../config/errors.ts';
import { StoreError } from '../store/errors.ts';
import type { Command } from './commands.ts';
import { Exit } from './exit.ts';

/** `internal` is a mistake in slung. */
export type FailureKind = 'usage' | 'query' | 'plugin' | 'store' | 'system' | 'internal';

export interface Failure {
  readonly kind: FailureKind;
  /** One line, unless it is a trace. */
  readonly message: string;
  /** Further lines: the text with a caret, what was expected. May be empty. */
  readonly detail: string;
  /** What to do, in one line, when that is known: for programs that show it. */
  readonly hint: string | undefined;
  /** Where to read on: `See: slung help select`. May be empty. */
  readonly next: string;
  readonly code: number;
}

/** The last line of a detail is what helps, unless it is the end of a picture. */
function lastHint(message: string, detail: string): string | undefined {
  const inMessage = /\((did you mean .*\?)\)$/.exec(message)?.[1];
  const last = detail.split('\n').at(-1)?.trim() ?? '';
  return inMessage ?? (last === '' || /^[\^ ]*$/.test(last) ? undefined : last);
}

/** Undefined for an error of another kind. */
export function failureOf(error: unknown, command: Command | undefined): Failure | undefined {
  if (error instanceof UsageError || error instanceof PluginFileError) {
    const { message, detail } = error;
    const isUsage = error instanceof UsageError;
    const topic = command === undefined ? 'slung help' : `slung help ${command.name}`;
    const next = isUsage ? `See: ${topic}` : '';
    const kind = isUsage ? 'usage' : 'plugin';
    return { kind, message, detail, hint: lastHint(message, detail), next, code: isUsage ? Exit.usage : Exit.plugin };
  }
  if (error instanceof StoreError) {
    const { message, hint } = error;
    return { kind: 'store', message, detail: hint ?? '', hint, next: '', code: Exit.data };
  }
  // An error of the system (help into a full disk) is not a mistake in slung.
  if (error instanceof Error && 'syscall' in error) {
    const message = systemText(error as NodeJS.ErrnoException);
    return { kind: 'system', message, detail: '', hint: undefined, next: '', code: Exit.data };
  }
  // Each engine reserves 4 GiB of addresses, of which it uses little.
  if (error instanceof RangeError && /could not allocate memory/i.test(error.message)) {
    const message = `there are not enough addresses for an engine's memory (${error.message})`;
    return { kind: 'system', message, detail: '', hint: 'ulimit -v', next: 'See: ulimit -v', code: Exit.data };
  }
  return undefined;
}

/** A query that cannot be read. The renderer of its caret is loaded only for it. */
export async function queryFailure(error: unknown, command: Command | undefined): Promise<Failure | undefined> {
  if (!(error instanceof Error) || error.name !== 'QueryError') return undefined;
  const { QueryError, renderQueryError } = await import('../query/index.ts');
  if (!(error instanceof QueryError)) return undefined;
  const [message = '', ...more] = renderQueryError(error).split('\n');
  const detail = more.join('\n');
  const next = `See: slung help ${command?.name ?? 'query'}`;
  return { kind: 'query', message, detail, hint: lastHint(message, detail), next, code: Exit.usage };
}

export function internalFailure(error: unknown): Failure {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const next = 'This is a mistake in slung. Please report it with the output of: slung --version';
  return { kind: 'internal', message: `internal error: ${trace}`, detail: '', hint: next, next, code: Exit.data };
}

/** What a program gets beside `level` and `message`. */
export function factsOf({ kind, detail, hint, next, code }: Failure): Readonly<Record<string, unknown>> {
  return {
    kind,
    exitCode: code,
    ...(hint === undefined ? {} : { hint }),
    ...(detail === '' || detail === hint ? {} : { detail }),
    ...(next.startsWith('See: slung') ? { see: next.slice('See: '.length) } : {}),
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
