/**
 * The shape of `status.json`: the status of a run besides its figures. The names match the page (src/page) of the same
 * release. Types only.
 */
import type { Drawn } from '../../topology/draw.ts';
import type { SaidWords } from './last-words.ts';
import type { WorkerIdentity } from './report.ts';

export type Phase = 'starting' | 'running' | 'draining' | 'ended';

/** How an end of the topology is: `words` say why it is not `ok`. */
export interface EndState {
  readonly state: 'ok' | 'waiting' | 'away' | 'closed';
  readonly words: string;
}

export interface StatusReport {
  readonly worker: WorkerIdentity;
  /** That this is another run than before, for whoever asks again. */
  readonly run: string;
  readonly file: string;
  readonly phase: Phase;
  /** What it does in that phase, or how it has ended. */
  readonly words: string;
  /** Why it cannot do its work; empty when it can. */
  readonly unready: readonly string[];
  readonly graph: Drawn;
  readonly sources: Readonly<Record<string, EndState>>;
  readonly sinks: Readonly<Record<string, EndState & { readonly bufferBytes: number }>>;
  readonly said: readonly SaidWords[];
}
