/** Searches below the value of a path, as the engine reads them (asm/deep.ts). */
import * as L from './layout.ts';
import type { Writer } from './plan-writer.ts';
import type { Path, StepBelow } from './program.ts';

const encoder = new TextEncoder();

/** @returns where the steps begin */
export function writeSteps(writer: Writer, steps: readonly StepBelow[]): number {
  const at = writer.reserve(steps.length * L.DEEP_STEP_BYTES);
  steps.forEach((step, i) => {
    const place = at + i * L.DEEP_STEP_BYTES;
    const kinds = { key: L.STEP_KEY, index: L.STEP_INDEX, any: L.STEP_ANY, json: L.STEP_JSON } as const;
    writer.i32(place + L.DS_KIND, kinds[step.kind]);
    if (step.kind === 'index') writer.i32(place + L.DS_DATA, step.index);
    if (step.kind !== 'key') return;
    const key = encoder.encode(step.key);
    writer.i32(place + L.DS_DATA, writer.put(key));
    writer.i32(place + L.DS_LENGTH, key.length);
  });
  return at;
}

/** A slot that is filled by a search, and the slots of the path that it begins with. */
export interface Found {
  readonly slot: number;
  readonly whole: number;
  readonly steps: number;
  readonly below: readonly StepBelow[];
}

/** @returns where the list of them begins */
export function writeFound(writer: Writer, list: readonly Found[]): number {
  const at = writer.reserve(list.length * L.FOUND_BYTES);
  list.forEach(({ slot, whole, steps, below }, i) => {
    const place = at + i * L.FOUND_BYTES;
    writer.i32(place + L.FD_SLOT, slot);
    writer.i32(place + L.FD_PATH + L.PATH_WHOLE, whole);
    writer.i32(place + L.FD_PATH + L.PATH_STEPS, steps);
    writer.i32(place + L.FD_STEPS, writeSteps(writer, below));
    writer.i32(place + L.FD_STEP_COUNT, below.length);
  });
  return at;
}

/** How deep the paths look into JSON in JSON; 0: not at all. */
export function jsonLevels(paths: readonly Path[]): number {
  const levels = paths.map(({ below = [] }) => below.filter(({ kind }) => kind === 'json').length);
  return levels.reduce((most, each) => Math.max(most, each), 0);
}
