/** The WASI of a lane: what was granted to the plugin, on the clocks and the chance of the lane's thread. */
import { sleepNs, type WasiHost } from '../wasi/world.ts';
import type { LaneTalk } from './lane-talk.ts';
import type { LaneWorld } from './lane-world.ts';
import type { PluginTask } from './task.ts';

const NS_PER_MS = 1e6;

/** Milliseconds with fractions as nanoseconds. */
const toNs = (ms: number): bigint => BigInt(Math.floor(ms)) * 1_000_000n + BigInt(Math.round((ms % 1) * NS_PER_MS));

/** Waiting for who reads what the guest says is not the guest's time, but saying things for ever is. */
const OWN_STDERR_MS = 1;

export function wasiHostOf(task: PluginTask, talk: LaneTalk, world: LaneWorld): WasiHost {
  return {
    args: [task.name, ...task.args],
    environment: task.environment,
    // Only a filter has files, even if there are none.
    ...(task.kind === 'wasi' ? { directories: task.directories } : {}),
    stderr: (bytes) =>
      talk.pause(
        () => world.writeStderr(bytes),
        (_, waitedMs) => Math.min(waitedMs, OWN_STDERR_MS),
      ),
    wallClockNs: () => toNs(world.nowMs()),
    monotonicNs: () => toNs(world.monotonicMs()),
    fillRandom: (bytes) => world.fillRandom(bytes),
    sleep: sleepNs,
  };
}
