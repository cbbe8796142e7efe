/**
 * READ THIS FIRST: one run of any command is one graph. Nodes read, process and deliver (node.ts); edges connect them
 * with each other and with the outputs (edge.ts, node-edge.ts). This loop lets each node do one thing in turn, so that
 * none starves the others, and waits when none can do anything.
 *
 * Everything happens on this thread, except the work of lanes that have their own. It is synchronous while there is
 * something to read and a sink to write to. It returns to the event loop when nothing can be done, and every few
 * milliseconds, so that signals and timers are noticed.
 */
import { setWhenDue } from '../io/late-flags.ts';
import type { RunHost, StopSignal } from './host.ts';
import type { Node } from './node.ts';
import { Waits } from './waits.ts';

/** The longest time that signals, timers and progress have to wait. */
const YIELD_MS = 10;

/** How a graph behaves as a whole. */
export interface GraphOptions {
  /** When a node ends before its input does, for a reason that fails the run, nothing more is read from outside. */
  readonly stopsTogether?: boolean;
}

export class Graph {
  readonly #nodes: readonly Node[];
  readonly #host: RunHost;
  readonly #stopsTogether: boolean;
  readonly #waits: Waits;
  readonly #startMs: number;
  #yieldedMs: number;
  #signal: StopSignal | undefined;
  #isCutShort = false;
  #giveUpMs = Number.POSITIVE_INFINITY;

  /** @param nodes in the order of their edges: none reads from one that comes after it */
  constructor(nodes: readonly Node[], host: RunHost, { stopsTogether = false }: GraphOptions = {}) {
    this.#nodes = nodes;
    this.#host = host;
    this.#stopsTogether = stopsTogether;
    this.#waits = new Waits(() => host.clockMs());
    this.#startMs = host.clockMs();
    this.#yieldedMs = this.#startMs;
  }

  /** What has stopped it. */
  get signal(): StopSignal | undefined {
    return this.#signal;
  }

  /** Since it was made. */
  get seconds(): number {
    return (this.#host.clockMs() - this.#startMs) / 1000;
  }

  /** Nothing more is read from outside; what has been read goes its way. */
  stop(signal: StopSignal): void {
    this.#signal = signal;
    for (const node of this.#nodes) if (node.isSource) node.stop(signal);
    this.#waits.wake();
  }

  /** Something has happened that a node does not wait for by itself, such as the failure of an output. */
  wake(): void {
    this.#waits.wake();
  }

  /** Nodes that have not ended in so many milliseconds are given up then, and what they owe to sources is not done. */
  giveUpAfter(ms: number): void {
    this.#giveUpMs = this.#host.clockMs() + ms;
    this.#waits.wake();
  }

  /** Runs until all nodes have ended. Called once. Errors that are no error of an input or output end all of them. */
  async execute(): Promise<void> {
    try {
      for (;;) {
        if (this.#isTooLate) this.giveUp();
        const state = this.#round();
        if (state === 'over') return;
        if (state === 'waits') await this.#wait();
        else if (this.#isDue) await this.#yield();
      }
    } catch (error) {
      for (const node of this.#nodes) node.giveUp();
      throw error;
    }
  }

  /** Ends what has not ended, at once and without any output. */
  giveUp(): void {
    for (const node of this.#nodes) node.giveUp();
  }

  /** Each node does one thing. */
  #round(): 'ran' | 'waits' | 'over' {
    let hasRun = false;
    let isOver = true;
    for (const node of this.#nodes) {
      const step = node.step();
      if (step === 'over') continue;
      if (this.#stopsTogether && node.end?.isBroken === true) this.#cutShort();
      isOver = false;
      if (step === 'ran') hasRun = true;
    }
    return isOver ? 'over' : hasRun ? 'ran' : 'waits';
  }

  #cutShort(): void {
    if (this.#isCutShort) return;
    this.#isCutShort = true;
    for (const node of this.#nodes) if (node.isSource) node.cutShort();
  }

  get #isTooLate(): boolean {
    return this.#giveUpMs !== Number.POSITIVE_INFINITY && this.#host.clockMs() >= this.#giveUpMs;
  }

  async #wait(): Promise<void> {
    if (this.#giveUpMs !== Number.POSITIVE_INFINITY) this.#waits.notAfter(this.#giveUpMs);
    for (const node of this.#nodes) if (node.end === undefined) node.waits(this.#waits);
    if (await this.#waits.any()) {
      this.#yieldedMs = this.#host.clockMs();
      // An input that is slow is always waited for, and never works long enough to yield.
      this.#showProgress(this.#yieldedMs);
      setWhenDue(this.#yieldedMs);
    } else if (this.#isDue) await this.#yield();
  }

  get #isDue(): boolean {
    return this.#host.clockMs() - this.#yieldedMs >= YIELD_MS;
  }

  async #yield(): Promise<void> {
    this.#showProgress(this.#host.clockMs());
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    this.#yieldedMs = this.#host.clockMs();
    setWhenDue(this.#yieldedMs);
  }

  #showProgress(nowMs: number): void {
    const { progress } = this.#host;
    if (progress === undefined) return;
    let [bytesRead, bytesTotal, records] = [0, 0, 0];
    for (const node of this.#nodes) {
      if (!node.isSource) continue;
      const its = node.progress;
      bytesRead += its.bytesRead;
      bytesTotal += its.bytesTotal;
      records += its.records;
    }
    const elapsedMs = nowMs - this.#startMs;
    progress.update({ bytesRead, bytesTotal: bytesTotal > 0 ? bytesTotal : undefined, records, elapsedMs });
  }
}
