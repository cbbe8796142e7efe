/** Keys that a plan does not know, as the engine collects them for a header. */
import { expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import { createEngine, everything, processBytes } from './harness.ts';

const collecting = () => createEngine(buildPlan(everything, { to: 'nothing' }, true));
const namesOf = ({ keys }: { readonly keys: readonly { readonly name: string }[] }) => keys.map(({ name }) => name);

test('they come in order of appearance, and those that are known can be left out', () => {
  const engine = collecting();
  processBytes(engine, Buffer.from('{"b":1,"a":{"x":1}}\n{"a":1}\n'));
  expect(engine.newKeys()).toEqual({
    keys: [
      { name: 'b', records: 1 },
      { name: 'a', records: 2 },
    ],
    overflow: 0,
  });
  processBytes(engine, Buffer.from('{"c":1,"a":1,"\\ud800":1}\n'));
  expect(namesOf(engine.newKeys(2))).toEqual(['c', '\ufffd']);
  expect(engine.newKeys(4).keys).toEqual([]);
  expect(namesOf(engine.newKeys())).toEqual(['b', 'a', 'c', '\ufffd']);
});

test('as many as there is room for; the rest is counted', () => {
  const engine = collecting();
  const names = Array.from({ length: 9000 }, (_, i) => `key ${i}`);
  processBytes(engine, Buffer.from(`{${names.map((name) => `"${name}":1`).join(',')}}\n`.repeat(2)));
  const found = engine.newKeys();
  expect(namesOf(found)).toEqual(names.slice(0, 8192));
  expect(found.keys.every(({ records }) => records === 2)).toBe(true);
  expect(found.overflow).toBe(2 * (9000 - 8192));
});
