/**
 * Random edges of one node over random records, through a whole run in batches of any size, against what they mean
 * record by record: what goes along each edge, in which order, and what is counted. A difference is shown with the
 * seed.
 */
import { expect, test } from 'vitest';
import { compileExpressions } from '../../../src/selector/index.ts';
import type { RouteEdge } from '../../../src/stage/route/classes.ts';
import { GivenSource } from '../../graph/support.ts';
import { type Asked, type Ground, randomSelector } from '../../selector/random-selectors.ts';
import { sized } from '../../support/full.ts';
import { type Chance, chanceOf } from '../../support/mutate.ts';
import { type Form, randomForm, readForm, written } from '../../support/random-forms.ts';
import { once, pick, randomRecord, randomShape, type Value } from '../../support/random-records.ts';
import { expectSame } from '../../support/same.ts';
import { type RouteRun, runRoutes } from './support.ts';

const RECORDS = 60;

/** An edge and what it means. */
interface Asking {
  readonly asked: Asked;
  readonly form: Form;
  readonly group: number;
  readonly branch: number;
  readonly hasHeader: boolean;
  readonly takesAny: boolean;
}

interface Line {
  readonly text: string;
  /** undefined: blank or bad */
  readonly record: Value | undefined;
}

interface Made {
  readonly edges: readonly Asking[];
  readonly gate: Asked | undefined;
  readonly lines: readonly Line[];
  /** The first bad line ends the run. */
  readonly fails: boolean;
  readonly where: object;
}

const everything: Asked = { text: '', holds: () => true };

/** Selectors and forms are drawn from a few, so that edges have them in common. */
function randomEdges(ground: Ground): Asking[] {
  const { chance } = ground;
  const selectors = [everything, ...Array.from({ length: 1 + chance(5) }, () => randomSelector(ground, 2))];
  const forms = Array.from({ length: 1 + chance(3) }, () => randomForm(ground));
  const edge = (asked: Asked, group: number, branch: number): Asking => {
    const [hasHeader, takesAny] = [once(chance, 2), once(chance, 2)];
    return { asked, form: pick(chance, forms), group, branch, hasHeader, takesAny };
  };
  const plain = Array.from({ length: once(chance, 10) ? 50 : 2 + chance(5) }, () =>
    edge(pick(chance, selectors), -1, 0),
  );
  const grouped = Array.from({ length: chance(3) }, (_, group) =>
    Array.from({ length: 1 + chance(4) }, (_, branch) => {
      const asked = pick(chance, selectors);
      return Array.from({ length: 1 + chance(2) }, () => edge(asked, group, branch));
    }),
  ).flat(2);
  return shuffled(chance, [...plain, ...grouped]);
}

function shuffled<T>(chance: Chance, items: readonly T[]): T[] {
  const left = [...items];
  return items.map(() => left.splice(chance(left.length), 1)[0]!);
}

function make(chance: Chance, seed: number): Made {
  const shape = randomShape(chance);
  const records = Array.from({ length: RECORDS }, () => randomRecord(chance, shape));
  const ground = { chance, records, keys: shape.keys };
  const edges = randomEdges(ground);
  const gate = once(chance, 3) ? randomSelector(ground, 2) : undefined;
  const others = [' ', '', '{"a":', '{"a":1}}', 'nope'];
  const lines = records.flatMap((record): Line[] => [
    ...(once(chance, 8) ? [{ text: pick(chance, others), record: undefined }] : []),
    { text: record.text, record },
  ]);
  const shown = edges.map(({ asked, form, group, branch }) => `${group}.${branch} ${form.to} ${asked.text}`);
  return { edges, gate, lines, fails: once(chance, 6), where: { seed, edges: shown, gate: gate?.text } };
}

const wantsObjects = (edge: Asking): boolean => isDelimited(edge) && !edge.takesAny;
const isDelimited = ({ form: { to } }: Asking): boolean => to === 'csv' || to === 'tsv';

interface Meaning {
  readonly outs: readonly (readonly unknown[])[];
  readonly records: number;
  readonly matched: number;
  readonly unrouted: number;
  readonly rejected: number;
}

/** What it means, record by record. */
function meaning({ edges, gate, lines, fails }: Made): Meaning {
  const outs: unknown[][] = edges.map(() => []);
  const counts = { records: 0, matched: 0, unrouted: 0, rejected: 0 };
  for (const { text, record } of lines) {
    const takers = record === undefined || gate?.holds(record) === false ? [] : edges.filter(takes(edges, record));
    const isBad = record === undefined ? text.trim() !== '' : record.kind !== 'object' && takers.some(wantsObjects);
    if (isBad) counts.rejected++;
    if (isBad && fails) break;
    if (isBad || record === undefined) continue;
    counts.records++;
    if (takers.length > 0) counts.matched++;
    else if (gate?.holds(record) !== false) counts.unrouted++;
    for (const taker of takers) outs[edges.indexOf(taker)]!.push(written(taker.form, record));
  }
  return { outs, ...counts };
}

/** Of a group the edges of the first branch that holds; of the others those that hold. */
function takes(edges: readonly Asking[], record: Value): (edge: Asking) => boolean {
  return ({ asked, group, branch }) => {
    if (!asked.holds(record)) return false;
    return group < 0 || !edges.some((o) => o.group === group && o.branch < branch && o.asked.holds(record));
  };
}

const routeEdge = ({ asked, form, group, branch, hasHeader, takesAny }: Asking, i: number): RouteEdge => {
  const fields = form.paths.map(({ text }, n) => ({ name: `c${n}`, path: text }));
  const isWhole = form.to === 'lines';
  return {
    where: asked === everything ? undefined : { texts: [asked.text], lists: undefined },
    ...{ group, branch, path: `routes[${i}]` },
    projection: {
      format: form.to === 'lines' ? 'ndjson' : form.to,
      fields: isWhole || form.to === 'nothing' ? undefined : fields,
      header: hasHeader,
      takesAny,
    },
  };
};

async function runOf(chance: Chance, { edges, gate, lines, fails }: Made): Promise<RouteRun> {
  const bytes = Buffer.from(lines.map(({ text }) => `${text}\n`).join(''));
  const cuts = Array.from({ length: chance(6) }, () => chance(bytes.length)).sort((a, b) => a - b);
  const readings = [...cuts, bytes.length].map((to, i, all) => bytes.subarray(all[i - 1] ?? 0, to));
  const given = readings.flatMap((reading) => (once(chance, 3) ? (['dry', reading] as const) : [reading]));
  const changes = { batchBytes: pick(chance, [64, 300, 2000, 1 << 18]), onError: fails ? 'fail' : 'skip' } as const;
  const program = gate && compileExpressions([gate.text]);
  return await runRoutes(edges.map(routeEdge), () => new GivenSource(given), changes, { gate: program });
}

async function compare(seed: number): Promise<Meaning> {
  const chance = chanceOf(seed);
  const made = make(chance, seed);
  const expected = meaning(made);
  const { texts, counts, stats, stage } = await runOf(chance, made);
  expectSame(
    made.where,
    { records: stats.records, matched: stats.matched, unrouted: stage.unrouted, rejected: stats.rejected },
    { records: expected.records, matched: expected.matched, unrouted: expected.unrouted, rejected: expected.rejected },
  );
  made.edges.forEach((edge, i) => {
    const place = { ...made.where, edge: i };
    const wanted = expected.outs[i]!;
    expectSame(place, counts[i]!.records, wanted.length);
    const names = edge.form.paths.map((_, n) => `c${n}`);
    const header = edge.hasHeader && isDelimited(edge) ? [names] : [];
    expectSame(place, readForm(edge.form, texts[i]!), edge.form.to === 'nothing' ? [] : [...header, ...wanted]);
  });
  return expected;
}

test('random edges get the records that they should, in the order of the input', async () => {
  const runs = sized(60, 3000);
  const sums = { matched: 0, unrouted: 0, rejected: 0 };
  for (let seed = 0; seed < runs; seed++) {
    const { matched, unrouted, rejected } = await compare(seed);
    sums.matched += matched;
    sums.unrouted += unrouted;
    sums.rejected += rejected;
  }
  // All of it happens often enough to be tested.
  expect(Math.min(sums.matched, sums.unrouted, sums.rejected)).toBeGreaterThan(runs);
}, 600_000);
