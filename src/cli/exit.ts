/**
 * What the exit codes mean (Exit in src/text/explained.ts). Help and the man pages print this table; main() returns
 * one of its numbers, and nothing calls process.exit.
 */
import type { StopSignal } from '../graph/host.ts';

export interface ExitRow {
  readonly code: string;
  readonly doc: string;
}

export const exitRows: readonly ExitRow[] = [
  { code: '0', doc: 'All went well; also when the reader of the output went away.' },
  {
    code: '1',
    doc: 'Some data was bad, a plugin or its test failed, a store is damaged, or a file could not be read or written.',
  },
  { code: '2', doc: 'The command line, a selector, a query or a setting is wrong; nothing was read.' },
  { code: '3', doc: 'A plugin cannot be found, built or loaded.' },
  { code: '4', doc: 'With --exit-status: nothing was output, or nothing found.' },
  { code: '128+N', doc: 'Ended by signal N, after writing what had been read.' },
];

/** POSIX numbers of the signals that are handled. */
const signalNumbers: Readonly<Record<StopSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** What a shell reports for a process that died of `signal`. */
export function signalExit(signal: StopSignal): number {
  return 128 + signalNumbers[signal];
}
