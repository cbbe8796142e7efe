/** `--listen`: events come from WebSocket clients, the producers that a Slung program can answer. */
import type { ListenSettings } from '../config/settings.ts';
import type { RunHost } from '../graph/host.ts';
import type { Source } from '../io/index.ts';

export interface Listening {
  readonly source: Source;
  readonly send: (producer: number, text: string) => boolean;
  /** Takes no more; what was taken can still be read, and answered. */
  stop(): void;
}

/** Listens when that was asked for. @throws SourceError when it cannot */
export async function listenFor(listen: ListenSettings | undefined, host: RunHost): Promise<Listening | undefined> {
  if (listen === undefined) return undefined;
  const { openListen } = await import('../io/listen.ts');
  const { url, token, origins } = listen;
  const source = await openListen(url, { token, origins, warn: (text) => host.talk.warn(text) });
  tellAddress(source, listen, host);
  return { source, send: (producer, text) => source.send(producer, text), stop: () => source.stop() };
}

/** Where it listens, when that cannot be known; and that others reach it, which nobody should learn later. */
function tellAddress(
  { port, isPublic }: { readonly port: number; readonly isPublic: boolean },
  { url, token }: ListenSettings,
  { talk }: RunHost,
): void {
  const address = url.replace(/:0+(\/?)$/, `:${port}$1`);
  if (address !== url) talk.warn(`listening on ${address}`, { port });
  else talk.verbose(1, `listening on ${address}`);
  if (!isPublic) return;
  const who =
    token === undefined
      ? 'anybody who reaches it can send records: --listen-token lets in only those who show a token. What they send'
      : 'what producers send, the token as well,';
  talk.warn(`${address} can be reached from other machines; ${who} is not encrypted (a proxy in front can do that)`);
}
