/**
 * `slung select`: flags → settings → run → exit code. Signal handlers are installed only while the run is on.
 */
import { resolveLayers } from '../config/layers.ts';
import { selectSettings } from '../config/select.ts';
import type { SelectSettings } from '../config/settings.ts';
import type { RunOutcome } from '../pipeline/host.ts';
import { colorLevel, paintFor } from './color.ts';
import { commandOf } from './commands.ts';
import { Exit, signalExit } from './exit.ts';
import { flagsOf } from './flags.ts';
import { parseFlags } from './parse.ts';
import { SignalWatch } from './signals.ts';
import { defaultLayer, environmentLayer, flagLayer } from './sources.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import type { World } from './world.ts';

/** The exit code of one run. @throws UsageError */
export async function selectCommand(argv: readonly string[], world: World): Promise<number> {
  const flags = flagsOf('select');
  const typed = parseFlags(argv, flags);
  const resolved = resolveLayers([
    flagLayer(typed.flags),
    environmentLayer(flags, world.environment),
    defaultLayer(flags, { lanes: world.cores() }),
  ]);
  const settings = selectSettings(resolved, typed.operands);
  if (typed.operands.length === 0 && world.isTTY(0)) return await helpInsteadOfHanging(settings, world);
  return await finish(await run(settings, world), world);
}

/** Nobody typed NDJSON into a terminal on purpose: say what to do instead of waiting for input. */
async function helpInsteadOfHanging(settings: SelectSettings, world: World): Promise<number> {
  const { helpText } = await import('./help.ts');
  const paint = await paintFor(levelOfTalk(settings, world));
  world.write(2, helpText('brief', commandOf('select'), paint));
  return Exit.usage;
}

async function run(settings: SelectSettings, world: World): Promise<RunOutcome> {
  const [runSelect, terminal] = await Promise.all([world.loadRunSelect(), terminalFor(settings, world)]);
  const watch = new SignalWatch(world.signals);
  try {
    return await runSelect(settings, {
      talk: terminal.talk,
      progress: terminal.progress,
      onSignal: (listener) => watch.onSignal(listener),
      clockMs: () => world.clockMs(),
    });
  } finally {
    watch.end();
    terminal.progress?.clear();
  }
}

function terminalFor(settings: SelectSettings, world: World): Promise<Terminal> {
  const showsData = settings.output === '-' && world.isTTY(1);
  return openTerminal({
    write: (text) => world.write(2, text),
    level: levelOfTalk(settings, world),
    quiet: settings.quiet,
    errors: settings.errors,
    verbose: settings.verbose,
    drawProgress: world.isTTY(2) && !showsData && world.environment.TERM !== 'dumb',
  });
}

function levelOfTalk(settings: SelectSettings, world: World) {
  return colorLevel({ when: settings.color, environment: world.environment, isTTY: world.isTTY(2) });
}

function finish(outcome: RunOutcome, world: World): number {
  if (outcome.kind === 'done') return outcome.code;
  // Does not return, unless the signal is ignored by inheritance (nohup does that to SIGHUP, some shells to SIGINT).
  world.signals.raise(outcome.signal);
  return signalExit(outcome.signal);
}
