/** The WASI of a lane: what was granted to the plugin, on the clocks and the chance of the lane's thread. */
import { sleepNs, type WasiHost } from '../wasi/world.ts';
import type { LaneWorld } from './lane-world.ts';
import type { PluginTask } from './task.ts';

const NS_PER_MS = 1e6;

/** Milliseconds with fractions as nanoseconds. */
const toNs = (ms: number): bigint => BigInt(Math.floor(ms)) * 1_000_000n + BigInt(Math.round((ms % 1) * NS_PER_MS));

export function wasiHostOf(task: PluginTask, world: LaneWorld): WasiHost {
  return {
    args: [task.name, ...task.args],
    environment: task.environment,
    stderr: (bytes) => world.writeStderr(bytes),
    wallClockNs: () => toNs(world.nowMs()),
    monotonicNs: () => toNs(world.monotonicMs()),
    fillRandom: (bytes) => world.fillRandom(bytes),
    sleep: sleepNs,
  };
}
