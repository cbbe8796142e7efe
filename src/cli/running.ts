/**
 * What `select` and `run` have in common around a run: the terminal, signal handlers that are installed only while it is on,
 * and the way from its outcome to an exit code.
 */
import type { SelectSettings } from '../config/settings.ts';
import type { RunHost, RunOutcome } from '../graph/host.ts';
import { type ColorLevel, colorLevel } from './color.ts';
import { signalExit } from './exit.ts';
import { SignalWatch } from './signals.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import type { World } from './world.ts';

/**
 * Calls `run` with a host over the world. Without output, nothing but the progress line is on the terminal. Whatever happens, handlers and the progress line are gone afterwards.
 */
export async function hosted(
  settings: SelectSettings,
  world: World,
  run: (host: RunHost) => Promise<RunOutcome>,
  hasOutput = true,
): Promise<RunOutcome> {
  const terminal = await terminalFor(settings, world, hasOutput);
  const watch = new SignalWatch(world.signals);
  try {
    return await run({
      talk: terminal.talk,
      progress: terminal.progress,
      onSignal: (listener) => watch.onSignal(listener),
      onLongCall: () => watch.lapse(),
      clockMs: () => world.clockMs(),
      takeThread: () => world.takeThread?.(),
      openStore: async (store) => (await world.loadOpenStore())(store, (text) => terminal.talk.warn(text)),
    });
  } finally {
    watch.end();
    terminal.progress?.clear();
  }
}

function terminalFor(settings: SelectSettings, world: World, hasOutput: boolean): Promise<Terminal> {
  const showsData = hasOutput && settings.output === '-' && world.isTTY(1);
  return openTerminal({
    write: (text) => world.write(2, text),
    level: levelOfTalk(settings, world),
    quiet: settings.quiet,
    errors: settings.errors,
    verbose: settings.verbose,
    drawProgress: world.isTTY(2) && !showsData && world.environment.TERM !== 'dumb',
    columns: () => world.terminalSize(2)?.columns,
  });
}

/** Whether to colour what goes to standard error. */
export function levelOfTalk(settings: SelectSettings, world: World): ColorLevel {
  return colorLevel({ when: settings.color, environment: world.environment, isTTY: world.isTTY(2) });
}

/** The exit code; after a signal, the process dies of it here. */
export function finish(outcome: RunOutcome, world: World): number {
  if (outcome.kind === 'done') return outcome.code;
  // Does not return, unless the signal is ignored by inheritance (nohup does that to SIGHUP, some shells to SIGINT).
  world.signals.raise(outcome.signal);
  return signalExit(outcome.signal);
}
