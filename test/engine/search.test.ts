/**
 * Lines that are passed over by the look of them (--unchecked) against the engine that reads every line: the same
 * output of the same records, whatever is escaped in them, and the same places of bad lines that are looked at.
 */
import { expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import { searchImage } from '../../src/engine/search-image.ts';
import { compileExpressions, requiredTexts } from '../../src/selector/index.ts';
import { randomSelector } from '../selector/random-selectors.ts';
import { sized } from '../support/full.ts';
import { chanceOf } from '../support/mutate.ts';
import { once, pick, randomRecord, randomShape } from '../support/random-records.ts';
import { createEngine, type Outcome, processBytes } from './harness.ts';

const placesOf = ({ rejects }: Outcome): string[] =>
  rejects.map(({ line, code, column }) => `${line} ${code} ${column}`);

test('what is passed over would not have been output', () => {
  let [searches, skipped, matched] = [0, 0, 0];
  for (let seed = 0; seed < sized(200, 20_000); seed++) {
    const chance = chanceOf(seed);
    const shape = randomShape(chance);
    const records = Array.from({ length: 120 }, () => randomRecord(chance, shape));
    const lines = records.map(({ text }) =>
      once(chance, 25) ? pick(chance, ['', ' ', text.slice(1), `${text}\r`]) : text,
    );
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    const where = [randomSelector({ chance, records, keys: shape.keys }, 2).text];
    const search = requiredTexts(where);
    if (search === undefined) continue;
    searches++;
    const plan = buildPlan(compileExpressions(where), { to: 'lines' });
    const all = processBytes(createEngine(plan), bytes);
    const offset = chance(70);
    const engine = createEngine(plan, { search: searchImage(search) });
    const some = processBytes(engine, bytes, offset);
    const about = `seed ${seed}: ${where.join()}`;
    expect(some.out.equals(all.out), about).toBe(true);
    const passed = engine.skipped(0);
    const { lines: counted, records: read, blank, rejected } = some.counts;
    expect([counted, read + blank + rejected + passed, some.counts.matched], about).toEqual([
      lines.length,
      lines.length,
      all.counts.matched,
    ]);
    const places = new Set(placesOf(all));
    expect(
      placesOf(some).filter((place) => !places.has(place)),
      about,
    ).toEqual([]);
    skipped += passed;
    matched += some.counts.matched;
  }
  expect(searches).toBeGreaterThan(80);
  expect(skipped).toBeGreaterThan(1000);
  expect(matched).toBeGreaterThan(400);
});

/** The lines of `input` that are looked at. */
function lookedAt(where: string, input: readonly string[], offset = 0): number {
  const search = requiredTexts([where]);
  const plan = buildPlan(compileExpressions([where]), { to: 'lines' });
  const engine = createEngine(plan, { search: searchImage(search!) });
  const { counts } = processBytes(engine, Buffer.from(`${input.join('\n')}\n`), offset);
  expect(counts.lines).toBe(input.length);
  return counts.lines - engine.skipped(0);
}

test('a text is found at every place of a line, at every place of the grid', () => {
  for (let length = 0; length < 200; length++) {
    const filler = 'x'.repeat(length);
    const lines = [
      '{}',
      `{"f":"${filler}","l":"error"}`,
      'not looked at',
      `{"l":"error","f":"${filler}"}`,
      `"${filler}"`,
    ];
    expect(lookedAt('l == "error"', lines, length % 64), `length ${length}`).toBe(2);
    expect(lookedAt('l in ["error", "warn"]', lines, length % 64), `length ${length}`).toBe(2);
  }
});

test('newlines are counted in long stretches without a text', () => {
  for (const count of [0, 1, 63, 64, 4095, 4096, 20_000]) {
    const lines = [...Array.from({ length: count }, (_, i) => 'y'.repeat(i % 7)), '{"l":"error"', 'z'];
    expect(lookedAt('l == "error"', lines, count % 64)).toBe(1);
  }
});

test('an escape is looked at when a text may be spelled with it', () => {
  const looked = (where: string, line: string): boolean => lookedAt(where, ['{"a":1}', line]) === 1;
  expect(looked('l == "error"', String.raw`{"l":"\u0065rror"}`)).toBe(true);
  expect(looked('l == "error"', String.raw`{"\u006C":"warn"}`)).toBe(true);
  expect(looked('l == "error"', String.raw`{"l":"\u00e9"}`)).toBe(true);
  expect(looked('l == "error"', String.raw`{"l":"\u20ac \n \" \\ \/ \t"}`)).toBe(false);
  expect(looked('l == "caf\u00e9"', String.raw`{"l":"\u20ac"}`)).toBe(true);
  expect(looked('l == "a/b"', String.raw`{"l":"a\/b"}`)).toBe(true);
  expect(looked('l == "a/b"', String.raw`{"l":"\n"}`)).toBe(false);
  expect(looked(String.raw`l == "a\nb"`, String.raw`{"l":"\t"}`)).toBe(true);
  expect(looked(String.raw`l == "a\nb"`, '{"l":"a b"}')).toBe(false);
});
