/**
 * Random classes, groups and gates over random records, cut into batches anywhere, against what they mean: for each
 * record the classes that take it, and for each class its bytes. A difference is shown with the seed, which gives all
 * of it again.
 */
import { expect, test } from 'vitest';
import { buildClassPlan } from '../../src/engine/plan.ts';
import type { Projection } from '../../src/engine/program.ts';
import { compileExpressions, parsePath } from '../../src/selector/index.ts';
import { type Asked, type Ground, randomEquality, randomSelector } from '../selector/random-selectors.ts';
import { sized } from '../support/full.ts';
import { type Chance, chanceOf } from '../support/mutate.ts';
import { type Form, randomForm, readForm, written } from '../support/random-forms.ts';
import { type AskedPath, randomPath } from '../support/random-paths.ts';
import { once, pick, randomRecord, randomShape, type Value } from '../support/random-records.ts';
import { expectSame } from '../support/same.ts';
import { createEngine, processBytes } from './harness.ts';

const RECORDS = 60;

interface Wanted extends Form {
  readonly selector: Asked;
  readonly follows?: number;
}

const everything: Asked = { text: '', holds: () => true };

/** @param places that many classes look at, or none */
function randomClass(ground: Ground, places: readonly AskedPath[] = []): Wanted {
  const { chance } = ground;
  const isByValue = places.length > 0 && !once(chance, 6);
  const selector = isByValue
    ? randomEquality(ground, pick(chance, places))
    : once(chance, 8)
      ? everything
      : randomSelector(ground, 2);
  return { selector, ...randomForm(ground) };
}

const programOf = ({ text }: Asked) => compileExpressions(text === '' ? [] : [text]);

function projectionOf({ to, paths }: Form): Projection {
  if (to === 'lines' || to === 'nothing') return { to };
  return { to, columns: paths.map(({ text }, i) => ({ name: `c${i}`, path: parsePath(text) })) };
}

/** Some of the classes in lists, each once, in any order. */
function randomGroups(chance: Chance, count: number): number[][] {
  const left = [...Array(count).keys()];
  const groups: number[][] = [];
  while (left.length > 0 && !once(chance, 3)) {
    const group: number[] = [];
    for (let size = 1 + chance(6); size > 0 && left.length > 0; size--)
      group.push(...left.splice(chance(left.length), 1));
    groups.push(group);
  }
  return groups;
}

interface Line {
  readonly text: string;
  /** undefined: blank or bad */
  readonly record: Value | undefined;
}

interface Made {
  readonly wanted: readonly Wanted[];
  readonly groups: readonly (readonly number[])[];
  readonly gate: Asked | undefined;
  readonly objectsOnly: boolean;
  readonly lines: readonly Line[];
  readonly where: object;
}

function make(chance: Chance, seed: number): Made {
  const shape = randomShape(chance);
  const records = Array.from({ length: RECORDS }, () => randomRecord(chance, shape));
  const ground = { chance, records, keys: shape.keys };
  const place = (): AskedPath => randomPath(chance, pick(chance, records), shape.keys);
  const places = Array.from({ length: chance(3) }, place);
  const count = once(chance, 10) ? 40 : 2 + chance(6);
  const leaders = Array.from({ length: count }, () => randomClass(ground, places));
  const groups = randomGroups(chance, leaders.length);
  const followers = Array.from({ length: once(chance, 2) ? 0 : chance(4) }, (): Wanted => {
    const follows = chance(leaders.length);
    return { ...randomClass(ground), selector: leaders[follows]!.selector, follows };
  });
  const wanted = [...leaders, ...followers];
  const gate = once(chance, 3) ? randomSelector(ground, 2) : undefined;
  const others = [' ', '', '{"a":', '{"a":1}}', 'nope'];
  const lines = records.flatMap((record): Line[] => [
    ...(once(chance, 6) ? [{ text: pick(chance, others), record: undefined }] : []),
    { text: record.text, record },
  ]);
  const where = { seed, classes: wanted.map(({ selector, to }) => `${to} ${selector.text}`), groups, gate: gate?.text };
  return { wanted, groups, gate, objectsOnly: once(chance, 2), lines, where };
}

interface Result {
  readonly counts: Record<'blank' | 'rejected' | 'records' | 'matched' | 'unrouted' | 'unmatched', number>;
  /** For each class what it wrote, one entry for each record that it took, and how many these were. */
  readonly outs: readonly (readonly unknown[])[];
  readonly taken: readonly number[];
  /** Records that went to several classes. */
  readonly shared: number;
}

const noCounts = (): Result['counts'] => ({ blank: 0, rejected: 0, records: 0, matched: 0, unrouted: 0, unmatched: 0 });

/** What it means. */
function meaning({ wanted, groups, gate, objectsOnly, lines }: Made): Result {
  const alone = [...wanted.keys()].filter((i) => wanted[i]!.follows === undefined && !groups.flat().includes(i));
  const withFollowers = (number: number) => [
    number,
    ...[...wanted.keys()].filter((other) => wanted[other]!.follows === number),
  ];
  const outs: unknown[][] = wanted.map(() => []);
  const counts = noCounts();
  let shared = 0;
  for (const { text, record } of lines) {
    if (record === undefined) {
      counts[text.trim() === '' ? 'blank' : 'rejected']++;
      continue;
    }
    const holds = (number: number): boolean => wanted[number]!.selector.holds(record);
    const isIn = gate === undefined || gate.holds(record);
    const leaders = isIn ? [...alone.filter(holds), ...groups.flatMap((group) => group.find(holds) ?? [])] : [];
    const chosen = leaders.flatMap(withFollowers);
    const isDelimited = chosen.some((number) => ['csv', 'tsv'].includes(wanted[number]!.to));
    if (isDelimited && objectsOnly && record.kind !== 'object') {
      counts.rejected++;
      continue;
    }
    counts.records++;
    counts[isIn ? (chosen.length > 0 ? 'matched' : 'unrouted') : 'unmatched']++;
    if (chosen.length > 1) shared++;
    for (const number of chosen) outs[number]!.push(written(wanted[number]!, record));
  }
  return { counts, outs, taken: outs.map(({ length }) => length), shared };
}

/** What the engine does, a batch at a time. */
function outcome(chance: Chance, { wanted, groups, gate, objectsOnly, lines, where }: Made): Omit<Result, 'shared'> {
  const classes = wanted.map((one) => ({
    // Of a follower the program does not matter.
    program: programOf(one.follows === undefined ? one.selector : everything),
    projection: projectionOf(one),
    follows: one.follows,
  }));
  const plan = buildClassPlan(classes, { groups, ...(gate && { gate: programOf(gate) }) });
  const engine = createEngine(plan, { blockBytes: 1 << 18, objectsOnly });
  const texts = wanted.map(() => '');
  const taken = wanted.map(() => 0);
  const counts = noCounts();
  for (let at = 0, to = 0; at < lines.length; at = to) {
    to = Math.min(lines.length, at + 1 + chance(once(chance, 2) ? 4 : lines.length));
    const bytes = Buffer.from(
      lines
        .slice(at, to)
        .map(({ text }) => `${text}\n`)
        .join(''),
    );
    const { counts: block } = processBytes(engine, bytes, chance(64));
    expectSame(where, block.lines, to - at);
    for (const name of ['blank', 'rejected', 'records', 'matched'] as const) counts[name] += block[name];
    counts.unrouted += engine.unrouted(0);
    counts.unmatched += block.records - block.matched - engine.unrouted(0);
    for (const number of wanted.keys()) {
      taken[number]! += engine.taken(0, number);
      const segments = Array.from({ length: engine.segmentCount(0, number) }, (_, i) => engine.segment(0, i, number));
      texts[number] += Buffer.concat(segments).toString();
    }
  }
  return { counts, taken, outs: wanted.map((one, number) => readForm(one, texts[number]!)) };
}

function compare(seed: number): { shared: number; unrouted: number; unmatched: number } {
  const chance = chanceOf(seed);
  const made = make(chance, seed);
  const expected = meaning(made);
  const found = outcome(chance, made);
  expectSame(made.where, found.counts, expected.counts);
  made.wanted.forEach(({ to }, number) => {
    const place = { ...made.where, number };
    expectSame(place, found.taken[number], expected.taken[number]);
    expectSame(place, found.outs[number], to === 'nothing' ? [] : expected.outs[number]);
  });
  return { ...expected.counts, shared: expected.shared };
}

test('random classes get the records that they should, as they should', () => {
  const runs = sized(80, 5000);
  const sums = { shared: 0, unrouted: 0, unmatched: 0 };
  for (let seed = 0; seed < runs; seed++) {
    const { shared, unrouted, unmatched } = compare(seed);
    sums.shared += shared;
    sums.unrouted += unrouted;
    sums.unmatched += unmatched;
  }
  // All of it happens often enough to be tested.
  expect(Math.min(sums.shared, sums.unrouted, sums.unmatched)).toBeGreaterThan(runs);
}, 600_000);
