/**
 * What `select` and `run` have in common around a run: the terminal, signal handlers that are installed only while it
 * is on, and the way from its outcome to an exit code.
 */
import type { SinkSettings, TalkSettings } from '../config/settings.ts';
import type { Progress, RunHost, RunOutcome } from '../graph/host.ts';
import { type ColorLevel, colorLevel } from './color.ts';
import { signalExit } from './exit.ts';
import { SignalWatch } from './signals.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import type { World } from './world.ts';

/** What decides how a run talks. */
interface HostedSettings {
  readonly talk: TalkSettings;
  /** Left out by a command without output: nothing but the progress line is on the terminal then. */
  readonly sink?: SinkSettings;
  /** What shows the run instead of the progress line. */
  readonly progress?: Progress | undefined;
}

/**
 * Calls `run` with a host over the world. Whatever happens, handlers and the progress line are gone afterwards.
 */
export async function hosted(
  settings: HostedSettings,
  world: World,
  run: (host: RunHost) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const terminal = await terminalFor(settings, world);
  const watch = new SignalWatch(world.signals, () => world.clockMs());
  try {
    return await run({
      talk: terminal.talk,
      progress: terminal.progress,
      onSignal: (listener) => watch.onSignal(listener),
      onUserSignal: (signal, listener) => userSignal(signal, listener, watch, world),
      beforeDeath: (clean) => watch.beforeDeath(clean),
      onLongCall: () => watch.lapse(),
      clockMs: () => world.clockMs(),
      takeThread: () => world.takeThread?.(),
      takeLaneThread: () => world.takeLaneThread?.(),
      shortInput: world.shortInput,
      ...(world.usage === undefined ? {} : { usage: () => world.usage!() }),
      openStore: async (store) => (await world.loadOpenStore())(store, (text) => terminal.talk.warn(text)),
    });
  } finally {
    watch.end();
    terminal.progress?.clear();
  }
}

/** A hangup has two meanings: when it comes because the terminal was closed, it ends the run all the same. */
function userSignal(signal: 'SIGHUP' | 'SIGUSR1', listener: () => void, watch: SignalWatch, world: World): () => void {
  const hear = (): void => {
    if (signal === 'SIGHUP' && world.isTerminalGone?.()) {
      end();
      world.signals.raise(signal);
    } else listener();
  };
  world.signals.on(signal, hear);
  const takeBack = signal === 'SIGHUP' ? watch.leave(signal) : undefined;
  const end = (): void => {
    takeBack?.();
    world.signals.off(signal, hear);
  };
  return end;
}

function terminalFor({ talk, sink, progress }: HostedSettings, world: World): Promise<Terminal> {
  const showsData = sink?.output === '-' && world.isTTY(1);
  return openTerminal({
    write: (text) => world.write(2, text),
    level: levelOfTalk(talk, world),
    quiet: talk.quiet,
    errors: talk.errors,
    verbose: talk.verbose,
    drawProgress: world.isTTY(2) && !showsData && world.environment.TERM !== 'dumb',
    columns: () => world.terminalSize(2)?.columns,
    progress,
  });
}

/** Whether to colour what goes to standard error. */
export function levelOfTalk({ color }: TalkSettings, world: World): ColorLevel {
  return colorLevel({ when: color, environment: world.environment, isTTY: world.isTTY(2) });
}

/** The exit code; after a signal, the process dies of it here. */
export function finish(outcome: RunOutcome, world: World): number {
  if (outcome.kind === 'done') return outcome.code;
  // Does not return, unless the signal is ignored by inheritance.
  world.signals.raise(outcome.signal);
  return signalExit(outcome.signal);
}
