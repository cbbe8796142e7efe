/** `--listen`: events come from WebSocket clients, which are the producers that a Slung program can answer. */
import type { RunSettings } from '../config/settings.ts';
import type { Source } from '../io/index.ts';
import type { RunHost } from './host.ts';

export interface Listening {
  readonly source: Source;
  readonly send: (producer: number, text: string) => boolean;
  /** Takes no more; what was taken can still be read, and answered. */
  stop(): void;
}

/** Listens when that was asked for. @throws SourceError when it cannot */
export async function listenFor(settings: RunSettings, host: RunHost): Promise<Listening | undefined> {
  if (settings.listen === undefined) return undefined;
  const { openListen } = await import('../io/listen.ts');
  const source = await openListen(settings.listen, { warn: (text) => host.talk.warn(text) });
  return { source, send: (producer, text) => source.send(producer, text), stop: () => source.stop() };
}
