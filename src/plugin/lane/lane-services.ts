/**
 * The services as a lane's guest gets them. Waiting for the network is not the guest's time, because a slow host must
 * not look like an endless loop; all such waits of one call together have a limit of their own. What never went out,
 * because it was refused or answered from memory, is the guest's time.
 */
import { Trap } from '../guest.ts';
import { PortClient, type ServicesClient } from '../services/client.ts';
import { noServices } from '../services/none.ts';
import type { LaneTalk } from './lane-talk.ts';
import type { PluginTask } from './task.ts';

/** Waiting for the main thread is not the guest's time, but asking it for ever is. */
const OWN_SEND_MS = 1;

export function servicesOf(task: PluginTask, talk: LaneTalk): ServicesClient {
  if (task.services === undefined) return noServices;
  const client = new PortClient(task.services);
  const limitMs = task.networkTimeLimitMs;
  const callBatch: ServicesClient['callBatch'] = (requests) => {
    const leftMs = limitMs - talk.networkMs;
    if (leftMs <= 0) throw new Trap(`its requests took ${limitMs} ms in one call (--network-time-limit)`);
    return talk.pause(
      () => client.callBatch(requests, leftMs),
      (responses, waitedMs) => {
        if (!responses.some(({ wasSent }) => wasSent)) return waitedMs;
        talk.networkMs += waitedMs;
        return 0;
      },
    );
  };
  return {
    callBatch,
    cacheGet: (key) => client.cacheGet(key),
    cacheSet: (key, value, ttlMs) => client.cacheSet(key, value, ttlMs),
    cacheDelete: (key) => client.cacheDelete(key),
    lockAcquire: (key) => client.lockAcquire(key),
    lockRelease: (key) => client.lockRelease(key),
    lockReleaseAll: () => client.lockReleaseAll(),
    sendToProducer: (producer, text) =>
      talk.pause(
        () => client.sendToProducer(producer, text),
        (_, waitedMs) => Math.min(waitedMs, OWN_SEND_MS),
      ),
  };
}
