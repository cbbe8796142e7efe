/**
 * The status of a run besides its figures: how far it is, whether it can work now and why not, and its last messages.
 */
import type { RunHost, RunOutcome } from '../../graph/host.ts';
import type { Port } from '../../graph/port.ts';
import { excerpt } from '../../text/printable.ts';
import { drawnTopology } from '../../topology/draw.ts';
import type { Topology } from '../../topology/index.ts';
import type { OpenedEnds } from './ends.ts';
import { LastWords } from './last-words.ts';
import { STUCK_MS } from './patience.ts';
import type { TopologyReport, WorkerIdentity } from './report.ts';
import type { TopologySettings } from './settings.ts';
import type { EndState, Phase, StatusReport } from './status-report.ts';

/** What there is to look at when everything is open. */
export interface Looked {
  readonly ends: OpenedEnds;
  readonly report: () => TopologyReport;
}

const fine: EndState = { state: 'ok', words: '' };

export class RunStatus {
  /** Talks like the one it was made with, and remembers. */
  readonly host: RunHost;
  readonly #topology: Topology;
  readonly #worker: WorkerIdentity;
  readonly #said: LastWords;
  #phase: Phase = 'starting';
  #words = 'plugins are loading';
  #looked: Looked | undefined;

  constructor({ topology, worker }: Pick<TopologySettings, 'topology' | 'worker'>, host: RunHost) {
    this.#topology = topology;
    this.#worker = worker;
    this.#said = new LastWords(host.talk, () => host.clockMs());
    this.host = { ...host, talk: this.#said.talk };
  }

  /** Still starting, with the next thing. */
  start(words: string): void {
    this.#words = words;
  }

  run(looked: Looked): void {
    this.#looked = looked;
    this.#enter('running', '');
  }

  drain(words: string): void {
    if (this.#phase === 'running') this.#enter('draining', words);
  }

  end(outcome: RunOutcome | undefined): void {
    this.#enter('ended', endWords(outcome));
  }

  /** The figures; undefined while there are none. */
  report(): TopologyReport | undefined {
    return this.#looked?.report();
  }

  /** Why the run cannot do its work, in words; empty when it can. */
  unready(): readonly string[] {
    if (this.#phase !== 'running') return [`${this.#phase}: ${this.#words}`];
    const { sources, ports } = this.#looked!.ends;
    return [
      ...[...sources].map(([name, source]) => ['source', name, sourceState(source.waitsFor?.())] as const),
      ...[...ports].map(([name, port]) => ['sink', name, sinkState(port)] as const),
    ]
      .filter(([, , { state }]) => state !== 'ok')
      .map(([kind, name, { words }]) => `${kind} ${excerpt(name)}: ${words}`);
  }

  /** @param run names this run */
  status(run: string): StatusReport {
    const { file, sinks } = this.#topology;
    const ends = this.#looked?.ends;
    const buffers = new Map(sinks.map(({ name, bufferBytes }) => [name, bufferBytes]));
    return {
      worker: this.#worker,
      ...{ run, file, phase: this.#phase, words: this.#words, unready: this.unready() },
      graph: drawnTopology(this.#topology),
      sources: Object.fromEntries(
        [...(ends?.sources ?? [])].map(([name, { waitsFor }]) => [name, sourceState(waitsFor?.())]),
      ),
      sinks: Object.fromEntries(
        [...(ends?.ports ?? [])].map(([name, port]) => {
          const state = this.#phase === 'ended' ? fine : sinkState(port);
          return [name, { ...state, bufferBytes: buffers.get(name) ?? 0 }];
        }),
      ),
      said: this.#said.list(),
    };
  }

  #enter(phase: Phase, words: string): void {
    this.#phase = phase;
    this.#words = words;
  }
}

function endWords(outcome: RunOutcome | undefined): string {
  if (outcome === undefined) return 'it could not go on';
  if (outcome.kind === 'signal') return `by ${outcome.signal}, in good order`;
  return outcome.code === 0 ? 'all went well' : `with exit code ${outcome.code}`;
}

const sourceState = (waitsFor: string | undefined): EndState =>
  waitsFor === undefined ? fine : { state: 'away', words: waitsFor };

/** A sink whose other end does not take what it gets, or that everything waits for. */
function sinkState({ isOpen, waitsFor, counts: { waitingMs = 0 } }: Port): EndState {
  if (!isOpen) return { state: 'closed', words: 'it takes nothing any more' };
  if (waitingMs >= STUCK_MS) {
    const words = `stuck for ${Math.round(waitingMs / 1000)} s, its buffer is full`;
    return { state: 'waiting', words: waitsFor === undefined ? words : `${words}, ${waitsFor}` };
  }
  return waitsFor === undefined ? fine : { state: 'away', words: waitsFor };
}
