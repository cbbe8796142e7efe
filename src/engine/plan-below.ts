/** Searches below the value of a path, as the engine reads them (asm/deep.ts). */
import * as B from './below-layout.ts';
import * as L from './layout.ts';
import * as O from './origin-layout.ts';
import type { Writer } from './plan-writer.ts';
import type { Path, StepBelow } from './program.ts';

const encoder = new TextEncoder();

/** @returns where the steps begin */
export function writeSteps(writer: Writer, steps: readonly StepBelow[]): number {
  const at = writer.reserve(steps.length * B.DEEP_STEP_BYTES);
  steps.forEach((step, i) => {
    const place = at + i * B.DEEP_STEP_BYTES;
    const kinds = { key: B.STEP_KEY, index: B.STEP_INDEX, any: B.STEP_ANY, json: B.STEP_JSON } as const;
    writer.i32(place + B.DS_KIND, kinds[step.kind]);
    if (step.kind === 'index') writer.i32(place + B.DS_DATA, step.index);
    if (step.kind !== 'key') return;
    const key = encoder.encode(step.key);
    writer.i32(place + B.DS_DATA, writer.put(key));
    writer.i32(place + B.DS_LENGTH, key.length);
  });
  return at;
}

/** A slot that is filled by a search, and the slots of its path; or by where the record is from. */
export interface Found {
  readonly slot: number;
  readonly whole: number;
  readonly steps: number;
  readonly below: readonly StepBelow[];
  readonly origin: Path['origin'];
}

const origins = { file: O.ORIGIN_FILE, line: O.ORIGIN_LINE } as const;

/** @returns where the list of them begins */
export function writeFound(writer: Writer, list: readonly Found[]): number {
  const at = writer.reserve(list.length * B.FOUND_BYTES);
  list.forEach(({ slot, whole, steps, below, origin }, i) => {
    const place = at + i * B.FOUND_BYTES;
    writer.i32(place + B.FD_SLOT, slot);
    writer.i32(place + B.FD_PATH + L.PATH_WHOLE, whole);
    writer.i32(place + B.FD_PATH + L.PATH_STEPS, steps);
    writer.i32(place + B.FD_STEPS, writeSteps(writer, below));
    writer.i32(place + B.FD_STEP_COUNT, below.length);
    writer.i32(place + O.FD_ORIGIN, origin === undefined ? O.ORIGIN_NONE : origins[origin]);
  });
  return at;
}

/** How deep the paths look into JSON in JSON; 0: not at all. */
export function jsonLevels(paths: readonly Path[]): number {
  const levels = paths.map(({ below = [] }) => below.filter(({ kind }) => kind === 'json').length);
  return levels.reduce((most, each) => Math.max(most, each), 0);
}
