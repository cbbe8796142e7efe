/**
 * --sample: which records are in a sample. That is decided by a hash of where a record lies in its source, so that the
 * same input gives the same sample whatever the batches and lanes are; its length and some of its bytes are in it,
 * too, so that files of equal lines do not give the same lines.
 */
import { B_INPUT } from '../layout';
import { B_SOURCE_AT } from '../select-layout';

/** A record whose hash is below this is in it; 0: there is no sample. */
export let sampleBelow: u32 = 0;
let seed: u32 = 0;
/** What is added to an address in the block for the place in the source, modulo 2^32. */
let shift: u32 = 0;

export function setSample(below: u32, seedOfRun: u32): void {
  sampleBelow = below;
  seed = seedOfRun;
}

export function beginSample(block: usize): void {
  shift = load<u32>(block, B_SOURCE_AT) - load<u32>(block, B_INPUT);
}

/** Whether the record in [from, to) is in the sample. */
export function isSampled(from: usize, to: usize): bool {
  let hash = (<u32>from + shift) * 0x9e3779b1 + seed;
  const bytes = <u32>(to - from);
  if (bytes >= 8) hash ^= (load<u32>(to - 4) + load<u32>(from + (bytes >>> 1) - 2)) * 0x85ebca77;
  hash = (hash ^ (hash >>> 16) ^ bytes) * 0x85ebca6b;
  hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
  return (hash ^ (hash >>> 16)) < sampleBelow;
}
