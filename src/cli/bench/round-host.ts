/** What a round gives a run in the place of the process: nothing is shown, what is said is kept, and time is taken. */
import type { RunHost, StopSignal, Talk } from '../../graph/host.ts';
import type { Sink, Source } from '../../io/index.ts';
import { callTimesSum } from '../../plugin/lane/call-times.ts';
import { Checksum } from './checksum.ts';
import type { BenchInput } from './input.ts';
import { BenchError, type Round } from './rounds.ts';

/** What time and memory are asked of. */
export interface Meter {
  clockMs(): number;
  /** User and system time of all threads, in seconds. */
  cpuSeconds(): number;
  rssBytes(): number;
}

/** What a report has of a round. */
export type Counts = Pick<Round, 'records' | 'calls' | 'faults' | 'rejects' | 'ackMs'>;

/** One round: its host, its source, its sinks, and what was measured. */
export class RoundRun {
  readonly host: RunHost;
  readonly #name: string;
  readonly #meter: Meter;
  readonly #beganMs: number;
  readonly #sums = new Map<string, Checksum>();
  readonly #errors: string[] = [];
  #readMs: number | undefined;
  #readCpu = 0;
  #outMs = 0;
  #outCpu = 0;
  #report = '';
  readonly #listeners = new Set<(signal: StopSignal) => void>();
  #isOver = false;
  #callTimes: Uint32Array | undefined;

  /** @param said what the last run of each side has warned of */
  constructor(name: string, meter: Meter, said: Map<string, string[]>) {
    this.#name = name;
    this.#meter = meter;
    this.#beganMs = meter.clockMs();
    const warnings: string[] = [];
    said.set(name, warnings);
    const talk: Talk = {
      error: (text) => this.#errors.push(text),
      warn: (text) => warnings.push(text),
      info: (text) => {
        this.#report = text;
      },
      guest: () => {},
      verbose: () => {},
    };
    this.host = {
      talk,
      progress: undefined,
      onSignal: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      clockMs: () => meter.clockMs(),
      onPluginCalls: (times) => {
        this.#callTimes = this.#callTimes === undefined ? times : callTimesSum([this.#callTimes, times]);
      },
    };
  }

  /** The input, whose first read ends the start. */
  source(input: BenchInput, bytes: number): Source {
    return input.source(bytes, () => this.begin());
  }

  /** The start is over. Called again, it does nothing. */
  begin(): void {
    if (this.#readMs !== undefined) return;
    this.#readMs = this.#meter.clockMs();
    this.#readCpu = this.#meter.cpuSeconds();
  }

  /** All is done of a source that has no end of its own: what time and processor are asked of is over. */
  finish(): void {
    this.#isOut();
    this.#isOver = true;
    this.stop();
  }

  /** Ends the run as a signal would. */
  stop(): void {
    for (const listener of this.#listeners) listener('SIGTERM');
  }

  /** A sink that counts and sums up. */
  sink(name: string): Sink & { begin(): void } {
    const sum = new Checksum();
    this.#sums.set(name, sum);
    const end = (): void => this.#isOut();
    return {
      name,
      closed: false,
      isTTY: false,
      writeNow: (bytes) => {
        sum.add(bytes);
        return bytes.length;
      },
      writeAll: async (bytes) => sum.add(bytes),
      begin: () => {},
      commit: end,
      abort: end,
    };
  }

  #isOut(): void {
    if (this.#isOver) return;
    this.#outMs = this.#meter.clockMs();
    this.#outCpu = this.#meter.cpuSeconds();
  }

  /**
   * What the round was, when the run has ended with an exit code.
   * @param countsOf reads them from the report of --stats=json
   * @throws BenchError when the run failed for another reason than bad records
   */
  round(code: number, bytesIn: number, countsOf: (report: string) => Counts): Round {
    if (this.#readMs === undefined || this.#report === '' || (code !== 0 && this.#errors.length > 0)) {
      const [first = `it ended with exit code ${code} before it had read anything`] = this.#errors;
      throw new BenchError(`${this.#name} failed: ${first}`, this.#errors.slice(1).join('\n'));
    }
    const sums = [...this.#sums.values()];
    return {
      ...countsOf(this.#report),
      bytesIn,
      bytesOut: sums.reduce((total, sum) => total + sum.total, 0),
      checksum: sums.map((sum) => sum.text()).join('-'),
      seconds: (this.#outMs - this.#readMs) / 1000,
      startMs: this.#readMs - this.#beganMs,
      cpuSeconds: this.#outCpu - this.#readCpu,
      rssBytes: this.#meter.rssBytes(),
      callTimes: this.#callTimes,
    };
  }
}
