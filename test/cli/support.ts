/**
 * main() with the process replaced: output is collected, signals are an object, the run is a function of the test's.
 */

import { main } from '../../src/cli/main.ts';
import type { StoreApi } from '../../src/cli/store/api.ts';
import type { DescribePlugin, TerminalSize, World } from '../../src/cli/world.ts';
import type { RunSettings, SelectSettings, StoreSettings, WriteSettings } from '../../src/config/settings.ts';
import type { RunHost, RunOutcome, StopSignal } from '../../src/graph/host.ts';
import { flat } from '../support/settings.ts';

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What the run was asked to do; undefined when it never began. */
  readonly settings: SelectSettings | undefined;
  /** The same of `slung run`. */
  readonly runSettings: RunSettings | undefined;
  /** The same of `slung store write`. */
  readonly writeSettings: WriteSettings | undefined;
  /** Signals that main raised again. */
  readonly raised: readonly StopSignal[];
}

export interface Scene {
  readonly environment?: Record<string, string>;
  /** Which descriptors are terminals; none by default. */
  readonly terminals?: readonly (0 | 1 | 2)[];
  readonly files?: readonly string[];
  readonly run?: (settings: SelectSettings, host: RunHost, signals: FakeSignals) => Promise<RunOutcome>;
  readonly runPlugins?: (settings: RunSettings, host: RunHost) => Promise<RunOutcome>;
  readonly describe?: DescribePlugin;
  readonly runStoreWrite?: (settings: WriteSettings, host: RunHost) => Promise<RunOutcome>;
  /** What a command asks of the store; asking for anything else fails the test. */
  readonly store?: Partial<StoreApi>;
  readonly openStore?: (settings: StoreSettings) => void;
  readonly terminalSize?: TerminalSize;
  /** How many pieces of data the reader takes before it goes away. */
  readonly taken?: number;
  /** The working directory for plugins; one that does not exist by default. */
  readonly directory?: string;
  readonly changes?: Partial<World>;
}

/** Signal handlers as the process would keep them. */
export class FakeSignals {
  readonly raised: StopSignal[] = [];
  readonly #handlers: [StopSignal, () => void][] = [];

  on(signal: StopSignal, handler: () => void): void {
    this.#handlers.push([signal, handler]);
  }

  off(signal: StopSignal, handler: () => void): void {
    const at = this.#handlers.findIndex(([name, known]) => name === signal && known === handler);
    if (at >= 0) this.#handlers.splice(at, 1);
  }

  raise(signal: StopSignal): void {
    this.raised.push(signal);
  }

  /** As if the signal arrived from outside. Without handlers, the process would be dead: the result is false. */
  arrive(signal: StopSignal): boolean {
    const known = this.#handlers.filter(([name]) => name === signal);
    for (const [, handler] of known) handler();
    return known.length > 0;
  }

  get handlerCount(): number {
    return this.#handlers.length;
  }
}

/** 2026-11-21T09:00:00Z */
export const nowUs = 1_795_251_600_000_000n;

export async function slung(argv: readonly string[], scene: Scene = {}): Promise<Result> {
  const written = { 1: '', 2: '' };
  const signals = new FakeSignals();
  let seen: SelectSettings | undefined;
  let seenByPlugins: RunSettings | undefined;
  let seenByWrite: WriteSettings | undefined;
  let pieces = 0;
  const code = await main(argv, {
    environment: scene.environment ?? {},
    isTTY: (fd) => scene.terminals?.includes(fd) ?? false,
    write: (fd, text) => {
      written[fd] += text;
    },
    writeData: (text) => {
      if (pieces++ === scene.taken) return false;
      written[1] += text;
      return true;
    },
    terminalSize: () => scene.terminalSize,
    nowUs: () => nowUs,
    loadStore: async () => scene.store as StoreApi,
    loadOpenStore: async () => (settings) => {
      scene.openStore?.(settings);
      return {
        seriesId: () => 0,
        append: () => {},
        position: () => undefined,
        setAdding: () => {},
        replaced: { points: 0, changed: 0 },
        ...{ syncDueMs: undefined, sync: () => {} },
        close: () => {},
      };
    },
    loadRunStoreWrite: async () => async (settings, host) => {
      seenByWrite = settings;
      return scene.runStoreWrite === undefined ? { kind: 'done', code: 0 } : await scene.runStoreWrite(settings, host);
    },
    fileExists: (path) => scene.files?.includes(path) ?? false,
    directory: () => scene.directory ?? '/nowhere',
    cores: () => 6,
    identity: () => ({ host: 'machine', pid: 17 }),
    clockMs: () => 0,
    signals,
    loadRunSelect: async () => async (settings, host) => {
      seen = settings;
      return scene.run === undefined ? { kind: 'done', code: 0 } : await scene.run(settings, host, signals);
    },
    loadRunPlugins: async () => async (settings, host) => {
      seenByPlugins = settings;
      return scene.runPlugins === undefined ? { kind: 'done', code: 0 } : await scene.runPlugins(settings, host);
    },
    loadDescribePlugin: async () => scene.describe ?? (async () => undefined),
    ...scene.changes,
  });
  const settings = { settings: seen, runSettings: seenByPlugins, writeSettings: seenByWrite };
  return { code, out: written[1], err: written[2], ...settings, raised: signals.raised };
}

/** The settings of a run, by key; fails the test when the line is refused. */
export async function settingsOf(argv: readonly string[], environment: Record<string, string> = {}) {
  const { settings, err } = await slung(['select', ...argv], { environment });
  if (settings === undefined) throw new Error(`no run: ${err}`);
  return flat(settings);
}
