/** Makes a server listen, whatever it serves. */
import type { AddressInfo, Server } from 'node:net';
import { isLoopback } from './who-asks.ts';

/** Port 0: one that is free. A host has no brackets. */
export type BindAt = { readonly host: string; readonly port: number } | { readonly socket: string };

/** Where a server listens really. */
export interface Bound {
  /** 0 for a unix socket. */
  readonly port: number;
  /** Other machines can reach it. */
  readonly isPublic: boolean;
}

/**
 * Resolves when somebody can connect.
 * @param onLater gets an error that arises when the server is listening already
 * @throws the system's error
 */
export async function bind(server: Server, at: BindAt, onLater: (error: unknown) => void): Promise<Bound> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen('socket' in at ? { path: at.socket } : { host: at.host, port: at.port }, resolve);
  });
  server.removeAllListeners('error');
  server.on('error', onLater);
  if ('socket' in at) return { port: 0, isPublic: false };
  const { address, port } = server.address() as AddressInfo;
  return { port, isPublic: !isLoopback(address) };
}
