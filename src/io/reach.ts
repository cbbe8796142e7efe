/** Whether a server listens at an address. */
import { connect, type NetConnectOpts } from 'node:net';
import { describe } from './errors.ts';
import { socketPathProblem } from './socket-path.ts';

/** An address, or the path of a unix socket. */
export type ReachAt = { readonly host: string; readonly port: number } | { readonly path: string };

const CONNECT_MS = 10_000;

/** Connects and hangs up. Never rejects. @returns undefined when somebody is there, or why not */
export function unreachable(at: ReachAt): Promise<string | undefined> {
  const problem = 'path' in at ? socketPathProblem(at.path) : undefined;
  if (problem !== undefined) return Promise.resolve(problem);
  return new Promise((resolve) => {
    const options: NetConnectOpts = { ...at, timeout: CONNECT_MS };
    const socket = connect(options);
    const end = (why: string | undefined): void => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('no answer'));
    socket.once('error', (error) => end(describe(error)));
  });
}
