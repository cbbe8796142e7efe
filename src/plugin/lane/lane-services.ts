/**
 * The services as a lane's guest gets them. Waiting for the network is not time in the guest: requests have limits of
 * their own, and a slow host must not look like an endless loop.
 */
import { PortClient, type ServicesClient } from '../services/client.ts';
import { noServices } from '../services/none.ts';
import type { LaneTalk } from './lane-talk.ts';
import type { PluginTask } from './task.ts';

export function servicesOf(task: PluginTask, talk: LaneTalk): ServicesClient {
  if (task.services === undefined) return noServices;
  const client = new PortClient(task.services);
  return {
    cacheGet: (key) => client.cacheGet(key),
    cacheSet: (key, value, ttlMs) => client.cacheSet(key, value, ttlMs),
    cacheDelete: (key) => client.cacheDelete(key),
    lockAcquire: (key) => client.lockAcquire(key),
    lockRelease: (key) => client.lockRelease(key),
    lockReleaseAll: () => client.lockReleaseAll(),
    callBatch: (requests) => talk.outOfGuest(() => client.callBatch(requests)),
    sendToProducer: (producer, text) => client.sendToProducer(producer, text),
  };
}
