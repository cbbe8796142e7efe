/**
 * The services of a plugin that imports none: nothing is started for it, and nothing can be asked. A plugin whose file
 * does not name an interface cannot import it, so this is never seen by a guest.
 */
import { ServiceFailure, type ServicesClient } from './client.ts';

function refuse(): never {
  throw new ServiceFailure('there are no services for this plugin');
}

export const noServices: ServicesClient = {
  cacheGet: refuse,
  cacheSet: refuse,
  cacheDelete: refuse,
  lockAcquire: refuse,
  lockRelease: refuse,
  lockReleaseAll: () => {},
  callBatch: refuse,
  sendToProducer: refuse,
};

const interfaces = ['tangent:logs/cache@', 'tangent:logs/lock@', 'tangent:logs/remote@', 'u_writeback_'];

/** Whether a plugin's file names an interface that the services answer. */
export function namesServices(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return interfaces.some((name) => file.includes(name));
}
