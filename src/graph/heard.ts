/** A run with an ear for signals: the first one ends it in good order, and in a long call of the engine at once. */
import { onLongCall } from '../engine/engine.ts';
import type { RunHost, RunOutcome, StopSignal } from './host.ts';

/** What can be stopped. */
interface Stoppable {
  execute(): Promise<RunOutcome>;
  stop(signal: StopSignal): void;
}

/** Executes a run that ends in good order when there is a signal. */
export async function executeHeard(run: Stoppable, host: RunHost): Promise<RunOutcome> {
  const unlisten = host.onSignal((signal) => run.stop(signal));
  onLongCall(() => host.onLongCall?.());
  try {
    return await run.execute();
  } finally {
    unlisten();
  }
}
