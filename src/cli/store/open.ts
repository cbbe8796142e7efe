/**
 * Opens a store for writing, for runs that record. Apart from code.ts, so that `select` has to read nothing of
 * queries when it starts.
 */
import type { StoreSettings } from '../../config/settings.ts';
import { NodeFiles } from '../../store/files/node-files.ts';
import { type StoreOptions, storeOptions } from '../../store/options.ts';
import { openStore, type Store } from '../../store/store.ts';

/** What a store that is written to asks of the world. */
export interface StoreClock {
  clockMs(): number;
  nowUs(): bigint;
}

/** The options of a store. @param warn gets what is odd and no error */
export function optionsOf(
  { durability, retainMs, sameTime }: Omit<StoreSettings, 'directory'>,
  clock: StoreClock,
  warn: (text: string) => void,
): StoreOptions {
  const clocks = { clockMs: () => clock.clockMs(), nowUs: () => clock.nowUs() };
  return storeOptions({ durability, retainMs, sameTime, warn, ...clocks });
}

/** Opens a store for writing; it is made when there is none. @throws StoreError */
export function openForWriting(settings: StoreSettings, clock: StoreClock, warn: (text: string) => void): Store {
  return openStore(NodeFiles.open(settings.directory, { create: true }), optionsOf(settings, clock, warn));
}
