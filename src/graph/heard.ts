/**
 * A graph that listens for signals: the first signal ends it in good order, and at once in a long call of the engine.
 */
import { onLongCall } from '../engine/engine.ts';
import type { Graph } from './graph.ts';
import type { RunHost, StopSignal } from './host.ts';

/**
 * Executes a graph that ends in good order when there is a signal.
 * @param stop what a signal does, when that is something else
 */
export async function executeHeard(
  graph: Graph,
  host: RunHost,
  stop: (signal: StopSignal) => void = (signal) => graph.stop(signal),
): Promise<void> {
  const unlisten = host.onSignal(stop);
  onLongCall(() => host.onLongCall?.());
  try {
    await graph.execute();
  } finally {
    unlisten();
  }
}
