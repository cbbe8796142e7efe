/**
 * Names the sink that everything is waiting for: after five seconds, and then every minute. If nothing more is read,
 * that is a sink that retries its deliveries.
 */
import type { RunHost } from '../../graph/host.ts';
import type { Port } from '../../graph/port.ts';
import { excerpt } from '../../text/printable.ts';

const LOOK_MS = 500;
/** So long may be waited for a sink before that is odd. */
export const STUCK_MS = 5_000;
const NEXT_MS = 60_000;

export class PatienceWatch {
  readonly #timer: NodeJS.Timeout;
  readonly #ports: readonly Port[];
  readonly #host: RunHost;
  /** When a port is named again. */
  readonly #againMs = new Map<Port, number>();
  #drainedSinceMs: number | undefined;

  constructor(ports: readonly Port[], host: RunHost, lookMs = LOOK_MS) {
    this.#ports = ports;
    this.#host = host;
    this.#timer = setInterval(() => this.look(), lookMs);
    this.#timer.unref();
  }

  /** Looks at all ports now. */
  look(): void {
    for (const port of this.#ports) {
      const waitingMs = port.counts.waitingMs ?? this.#drainingMs(port);
      if (waitingMs === undefined) this.#againMs.delete(port);
      else if (waitingMs >= (this.#againMs.get(port) ?? STUCK_MS)) {
        this.#againMs.set(port, waitingMs + NEXT_MS);
        this.#host.talk.warn(waitWords(port, waitingMs));
      }
    }
  }

  /** From now on nothing is left but what sinks have. */
  drain(): void {
    this.#drainedSinceMs ??= this.#host.clockMs();
  }

  #drainingMs({ counts, waitsFor }: Port): number | undefined {
    const isTrying = counts.owed > 0 && waitsFor !== undefined;
    return this.#drainedSinceMs === undefined || !isTrying ? undefined : this.#host.clockMs() - this.#drainedSinceMs;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

function waitWords({ name, counts, waitsFor }: Port, waitingMs: number): string {
  const full = counts.waitingMs === undefined ? [] : ['its buffer is full'];
  const why = [...full, ...(waitsFor === undefined ? [] : [waitsFor])].join(', ');
  return `waiting for sink ${excerpt(name)}: ${Math.round(waitingMs / 1000)} s, ${why}`;
}
