/**
 * `poll_oneoff`: waits until one of the guest's subscriptions is ready. Clocks really wait, on the thread of the
 * guest, so that the time limit of a run bounds them as it does any other call.
 *
 * The surprising part: reading is always ready. Whether input is there is known only by taking it, and the guest that
 * is sent to read waits there instead. A guest cannot do something else while its input is slow; a filter has nothing
 * else to do.
 */
import * as C from './codes.ts';
import type { Descriptors } from './descriptors.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { WasiHost } from './world.ts';

/** As many as a process may have descriptors by default. */
const MAX_SUBSCRIPTIONS = 1024;

/** One subscription, read before the first event is written: the two arrays may overlap. */
interface Subscription {
  readonly userData: bigint;
  readonly type: number;
  /** An errno: of this subscription, not of the call. */
  readonly error: number;
  /** When it is ready, by the monotonic clock; undefined: at once. */
  readonly dueNs: bigint | undefined;
  readonly bytes: number;
  readonly flags: number;
}

/** @returns an errno. The number of events is stored at `resultAt`. */
export function pollOneoff(
  memory: GuestMemory,
  host: WasiHost,
  descriptors: Descriptors,
  [subscriptionsAt, eventsAt, count, resultAt]: readonly [number, number, number, number],
): number {
  memory.refresh();
  if (count <= 0 || count > MAX_SUBSCRIPTIONS) return C.EINVAL;
  if (!memory.has(subscriptionsAt, count * C.SUBSCRIPTION.size)) return C.EFAULT;
  if (!memory.has(eventsAt, count * C.EVENT.size) || !memory.has(resultAt, 4)) return C.EFAULT;
  const subscriptions: Subscription[] = [];
  for (let i = 0; i < count; i++) {
    const subscription = readSubscription(memory.view, subscriptionsAt + i * C.SUBSCRIPTION.size, host, descriptors);
    if (subscription === undefined) return C.EINVAL;
    subscriptions.push(subscription);
  }
  const now = waitForFirst(subscriptions, host);
  const ready = subscriptions.filter(({ dueNs }) => dueNs === undefined || dueNs <= now);
  ready.forEach((event, i) => {
    writeEvent(memory, eventsAt + i * C.EVENT.size, event);
  });
  memory.view.setUint32(resultAt, ready.length, true);
  return C.SUCCESS;
}

/** @returns undefined for one of a type that does not exist */
function readSubscription(
  view: DataView,
  at: number,
  host: WasiHost,
  descriptors: Descriptors,
): Subscription | undefined {
  const type = view.getUint8(at + C.SUBSCRIPTION.tag);
  const base = { userData: view.getBigUint64(at, true), type, error: C.SUCCESS, dueNs: undefined, bytes: 0, flags: 0 };
  if (type === C.EVENT_CLOCK) return { ...base, ...readClock(view, at, host) };
  const fd = view.getUint32(at + C.SUBSCRIPTION.fd, true);
  if (type === C.EVENT_FD_READ) {
    if (!descriptors.isReadable(fd)) return { ...base, error: C.EBADF };
    return { ...base, bytes: descriptors.inputBytes, flags: descriptors.isInputOver ? C.EVENT_HANGUP : 0 };
  }
  if (type === C.EVENT_FD_WRITE) return descriptors.isWritable(fd) ? base : { ...base, error: C.EBADF };
  return undefined;
}

function readClock(view: DataView, at: number, host: WasiHost): Pick<Subscription, 'error' | 'dueNs'> {
  const clock = view.getUint32(at + C.SUBSCRIPTION.clock, true);
  const timeout = view.getBigUint64(at + C.SUBSCRIPTION.timeout, true);
  const flags = view.getUint16(at + C.SUBSCRIPTION.clockFlags, true);
  if (clock !== C.CLOCK_REALTIME && clock !== C.CLOCK_MONOTONIC) return { error: C.EINVAL, dueNs: undefined };
  if ((flags & ~C.CLOCK_ABSTIME) !== 0) return { error: C.EINVAL, dueNs: undefined };
  const now = host.monotonicNs();
  if ((flags & C.CLOCK_ABSTIME) === 0) return { error: C.SUCCESS, dueNs: now + timeout };
  return { error: C.SUCCESS, dueNs: clock === C.CLOCK_MONOTONIC ? timeout : now + timeout - host.wallClockNs() };
}

/** @returns the time at which at least one of them is ready */
function waitForFirst(subscriptions: readonly Subscription[], host: WasiHost): bigint {
  let first: bigint | undefined;
  for (const { dueNs } of subscriptions) {
    if (dueNs === undefined) return host.monotonicNs();
    if (first === undefined || dueNs < first) first = dueNs;
  }
  let now = host.monotonicNs();
  for (; first !== undefined && now < first; now = host.monotonicNs()) host.sleep(first - now);
  return now;
}

function writeEvent({ bytes, view }: GuestMemory, at: number, event: Subscription): void {
  bytes.fill(0, at, at + C.EVENT.size);
  view.setBigUint64(at, event.userData, true);
  view.setUint16(at + C.EVENT.error, event.error, true);
  view.setUint8(at + C.EVENT.type, event.type);
  if (event.type === C.EVENT_CLOCK) return;
  view.setBigUint64(at + C.EVENT.bytes, BigInt(event.bytes), true);
  view.setUint16(at + C.EVENT.flags, event.flags, true);
}
