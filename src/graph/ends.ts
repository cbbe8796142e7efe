/**
 * Where a run's bytes come from and go to. The command line opens files; the library and the tests supply their own
 * ends, and the run does not see the difference. Types only.
 */
import type { RejectsWriter, Sink, Source } from '../io/index.ts';

export interface Ends {
  /** @throws SourceError */
  readonly openSource: (input: string) => Source;
  /** A file from a byte of it on, see io/file-at.ts. Undefined where inputs are no files. @throws SourceError */
  readonly openFileAt?: ((input: string, at: number) => Source | 'short' | undefined) | undefined;
  /** Undefined where nothing is output. */
  readonly sink: Sink | undefined;
  /** After the run: what the sink has kept to the end goes out. @throws SinkError */
  readonly finish?: (() => Promise<void>) | undefined;
  readonly rejects: RejectsWriter | undefined;
  /** The first bad lines are shown as warnings. False where `rejects` reports each. */
  readonly showsBadLines: boolean;
  /** Gives memory back after a very long record. Undefined where the process is not ours to stop for it. */
  readonly collectGarbage: (() => Promise<void>) | undefined;
}
