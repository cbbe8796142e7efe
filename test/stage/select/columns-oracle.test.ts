/**
 * csv and tsv whose columns are found in the data: a strict reader finds the keys and values of the records, whole
 * runs long.
 */
import { expect, test } from 'vitest';
import { selectBatches } from '../../../src/index.ts';
import { readCsv, readTsv } from '../../support/delimited.ts';
import { sized } from '../../support/full.ts';
import { chanceOf } from '../../support/mutate.ts';
import { cellText, memberOf, once, randomObject, randomShape } from '../../support/random-records.ts';
import { expectSame } from '../../support/same.ts';

const RECORDS = 100;

async function compare(seed: number): Promise<void> {
  const chance = chanceOf(seed);
  const shape = randomShape(chance);
  const records = Array.from({ length: RECORDS }, () =>
    randomObject(chance, shape, once(chance, 10) ? 0 : 1 + chance(8)),
  );
  const keys = new Set(records.flatMap((one) => (one.kind === 'object' ? one.members.map(({ key }) => key) : [])));
  const to = once(chance, 3) ? 'tsv' : 'csv';
  const out: Buffer[] = [];
  const lines = records.map(({ text }) => `${text}\n`).join('');
  for await (const bytes of selectBatches(lines, { to })) out.push(bytes);
  const [names, ...rows] = (to === 'csv' ? readCsv : readTsv)(Buffer.concat(out).toString());
  expectSame({ seed }, names, [...keys]);
  records.forEach((record, i) => {
    const cells = [...keys].map((key) => cellText(memberOf(record, key)));
    expectSame({ seed, record: record.text }, rows[i], cells);
  });
  expect(rows.length).toBe(records.length);
}

test('columns are the keys of the records, in the order of their first', async () => {
  for (let seed = 0; seed < sized(15, 600); seed++) await compare(seed);
}, 600_000);
