/**
 * Selectors as text, through parser, compiler and engine, against what they mean: random selectors over random
 * records. A difference is shown as one selector, one record and the seed, which gives both again.
 */
import { expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import { compileExpressions } from '../../src/selector/index.ts';
import { type Asked, randomSelector } from '../selector/random-selectors.ts';
import { sized } from '../support/full.ts';
import { chanceOf } from '../support/mutate.ts';
import { once, randomRecord, randomShape, type Value } from '../support/random-records.ts';
import { createEngine, processBytes } from './harness.ts';

const RECORDS = 60;

const bytesOf = (records: readonly Value[]): Buffer => Buffer.from(records.map(({ text }) => `${text}\n`).join(''));

function passing(selectors: readonly Asked[], records: readonly Value[]): string {
  const plan = buildPlan(compileExpressions(selectors.map(({ text }) => text)), { to: 'lines' });
  const { out, counts } = processBytes(createEngine(plan, { blockBytes: 1 << 18 }), bytesOf(records));
  expect(counts).toMatchObject({ records: records.length, rejected: 0 });
  return out.toString();
}

/** @returns how many of the records passed */
function compare(seed: number): number {
  const chance = chanceOf(seed);
  const shape = randomShape(chance);
  const records = Array.from({ length: RECORDS }, () => randomRecord(chance, shape));
  const ground = { chance, records, keys: shape.keys };
  const selectors = Array.from({ length: once(chance, 10) ? 2 : 1 }, () => randomSelector(ground, 3));
  const wanted = records.filter((record) => selectors.every(({ holds }) => holds(record)));
  const where = { seed, selector: selectors.map(({ text }) => text) };
  let out: string;
  try {
    out = passing(selectors, records);
  } catch (error) {
    throw new Error(`${JSON.stringify(where)} is refused`, { cause: error });
  }
  if (out !== bytesOf(wanted).toString()) {
    for (const record of records) {
      const passes = passing(selectors, [record]) !== '';
      expect({ ...where, record: record.text, passes }).toEqual({
        ...where,
        record: record.text,
        passes: wanted.includes(record),
      });
    }
    expect({ ...where, out }).toEqual({ ...where, out: bytesOf(wanted).toString() });
  }
  return wanted.length;
}

test('random selectors pass the records that they should', () => {
  const runs = sized(80, 5000);
  let passed = 0;
  for (let seed = 0; seed < runs; seed++) passed += compare(seed);
  // Neither all of them nor hardly any, or little would be tested.
  expect(passed).toBeGreaterThan((runs * RECORDS) / 5);
  expect(passed).toBeLessThan((runs * RECORDS * 4) / 5);
}, 600_000);
