/**
 * Lists of fields as text, through their parser and the engine, against the model of the records: names, and values
 * byte for byte; csv and tsv as strict readers find them. A difference is shown with the seed, which gives all of it
 * again.
 */
import { expect, test } from 'vitest';
import { splitFields } from '../../src/config/fields.ts';
import { buildPlan } from '../../src/engine/plan.ts';
import type { Column } from '../../src/engine/program.ts';
import { parsePath } from '../../src/selector/index.ts';
import { headerLine } from '../../src/stage/select/columns.ts';
import { readCsv, readTsv } from '../support/delimited.ts';
import { sized } from '../support/full.ts';
import { type Chance, chanceOf } from '../support/mutate.ts';
import { type AskedPath, randomPath } from '../support/random-paths.ts';
import {
  cellText,
  KEYS,
  once,
  pick,
  randomRecord,
  randomShape,
  stringText,
  type Value,
} from '../support/random-records.ts';
import { expectSame } from '../support/same.ts';
import { createEngine, everything, processBytes } from './harness.ts';

const RECORDS = 60;

interface AskedField {
  readonly text: string;
  readonly name: string;
  readonly path: AskedPath;
}

/** A path, with its own name or another one; undefined when a column has that name already. */
function randomField(chance: Chance, path: AskedPath, taken: ReadonlySet<string>): AskedField | undefined {
  if (once(chance, 2)) return taken.has(path.name) ? undefined : { text: path.text, name: path.name, path };
  const name = once(chance, 2) ? `n${taken.size}` : pick(chance, KEYS);
  if (taken.has(name)) return undefined;
  const text = /^\w+$/.test(name) ? name : stringText(chance, name);
  return { text: `${text}${pick(chance, ['=', ' = '])}${path.text}`, name, path };
}

function randomFields(chance: Chance, records: readonly Value[], keys: readonly string[]): AskedField[] {
  const fields: AskedField[] = [];
  const taken = new Set<string>();
  for (let left = 1 + chance(once(chance, 8) ? 30 : 6); left > 0; left--) {
    const field = randomField(chance, randomPath(chance, pick(chance, records), keys), taken);
    if (field === undefined) continue;
    taken.add(field.name);
    fields.push(field);
  }
  return fields;
}

interface Made {
  readonly records: readonly Value[];
  readonly fields: readonly AskedField[];
  readonly columns: readonly Column[];
  readonly where: object;
}

function make(seed: number): Made {
  const chance = chanceOf(seed);
  const shape = randomShape(chance);
  const records = Array.from({ length: RECORDS }, () => randomRecord(chance, shape));
  const fields = randomFields(chance, records, shape.keys);
  const list = fields.map(({ text }) => text).join(pick(chance, [',', ', ', ' , ']));
  const where = { seed, list };
  const columns = splitFields(list, '-f').map(({ name, path }) => ({ name, path: parsePath(path) }));
  const namesOf = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  expectSame(where, namesOf(columns), namesOf(fields));
  return { records, fields, columns, where };
}

function project(to: 'ndjson' | 'csv' | 'tsv', { records, columns }: Made): { text: string; rejected: number } {
  const engine = createEngine(buildPlan(everything, { to, columns }), {
    blockBytes: 1 << 18,
    objectsOnly: to !== 'ndjson',
  });
  const { out, counts } = processBytes(engine, Buffer.from(records.map(({ text }) => `${text}\n`).join('')));
  return { text: out.toString(), rejected: counts.rejected };
}

test('random projections keep names and every byte of values', () => {
  for (let seed = 0; seed < sized(25, 2000); seed++) {
    const made = make(seed);
    const lines = project('ndjson', made).text.split('\n').slice(0, -1);
    const expected = made.records.map((record) => {
      const members = made.fields.map(({ name, path }) => [name, path.find(record)?.text] as const);
      return `{${members.flatMap(([name, text]) => (text === undefined ? [] : [`${JSON.stringify(name)}:${text}`])).join(',')}}`;
    });
    made.records.forEach((record, i) => {
      expectSame({ ...made.where, record: record.text }, lines[i], expected[i]);
    });
    expect(lines.length).toBe(expected.length);
  }
}, 600_000);

test.each([
  ['csv', readCsv, 1_000_000],
  ['tsv', readTsv, 2_000_000],
] as const)(
  'a strict reader of %s finds the names and values of the records',
  (to, read, firstSeed) => {
    for (let seed = firstSeed; seed < firstSeed + sized(25, 1000); seed++) {
      const made = make(seed);
      const objects = made.records.filter(({ kind }) => kind === 'object');
      const { text, rejected } = project(to, made);
      const [names, ...rows] = read(headerLine(to, made.columns) + text);
      expectSame(
        made.where,
        names,
        made.fields.map(({ name }) => name),
      );
      expectSame(made.where, rejected, made.records.length - objects.length);
      objects.forEach((record, i) => {
        const cells = made.fields.map(({ path }) => cellText(path.find(record)));
        expectSame({ ...made.where, record: record.text }, rows[i], cells);
      });
      expect(rows.length).toBe(objects.length);
    }
  },
  600_000,
);
