/**
 * The client's connection, which reads into memory of our own, so that messages are in one piece each
 * (whole-messages.ts). Where there is TLS, the client reads as it always does.
 */
import { createConnection, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
} from '@nats-io/transport-node';
import { NodeTransport, nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js';
import { WholeMessages } from './whole-messages.ts';

class Transport extends NodeTransport {
  /** As that of the client, but for where is read to. */
  override dial({ hostname: host, port }: { readonly hostname: string; readonly port: number }): Promise<Socket> {
    return new Promise((resolve, reject) => {
      let problem: Error | undefined;
      const whole = new WholeMessages();
      const callback = (count: number): boolean => {
        const bytes = whole.take(count);
        // Whoever listens does not know that the socket itself has nothing to give.
        if (bytes !== undefined) socket.emit('data', bytes);
        return true;
      };
      const socket = createConnection({ host, port, onread: { buffer: () => whole.room(), callback } }, () => {
        socket.removeAllListeners();
        resolve(socket);
      });
      socket.on('error', (error) => {
        problem = error;
      });
      socket.on('close', () => {
        socket.removeAllListeners();
        reject(problem);
      });
      socket.setNoDelay(true);
    });
  }
}

/** As `connect` of the client. */
export function connect(options: ConnectionOptions): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new Transport(), dnsResolveFn: nodeResolveHost });
  return NatsConnectionImpl.connect(options);
}
