/**
 * Closes all ports together, after all nodes have ended. A port whose failures go to another one closes before that
 * one does; the last quarter of the time is reserved for ports that receive what others could not deliver.
 */
import type { Port } from './port.ts';
import type { PortEnd } from './port-end.ts';

/** The share of the time that is left to the ports behind others. */
const RESERVED = 0.25;

export interface Closing {
  /** For all of them together. */
  readonly withinMs: number;
  /** All nodes have done what they were to do. */
  readonly isWhole: boolean;
  /** Milliseconds by a clock that never goes back. */
  readonly clockMs: () => number;
}

/** Closes each port once. @returns how each has ended, in the order of `ports` */
export async function closePorts(ports: readonly Port[], { withinMs, isWhole, clockMs }: Closing): Promise<PortEnd[]> {
  const startMs = clockMs();
  const depths = ports.map((port) => depthOf(port, ports));
  const last = Math.max(0, ...depths);
  const redirectMs = last === 0 ? 0 : (RESERVED * withinMs) / last;
  const ends: PortEnd[] = [];
  for (let depth = 0; depth <= last; depth++) {
    const limitMs = startMs + withinMs - redirectMs * (last - depth);
    const close = async (port: Port, i: number): Promise<void> => {
      if (depths[i] !== depth) return;
      ends[i] = await port.close({ withinMs: Math.max(0, limitMs - clockMs()), redirectMs, isWhole });
    };
    await Promise.all(ports.map(close));
  }
  return ends;
}

/** How many ports are before it, whose failures come to it in the end. There are no circles. */
function depthOf(port: Port, ports: readonly Port[]): number {
  const before = ports.filter(({ failuresTo }) => failuresTo === port);
  return before.length === 0 ? 0 : 1 + Math.max(...before.map((other) => depthOf(other, ports)));
}
