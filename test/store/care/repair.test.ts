/** A damaged store: what verify tells, what opening refuses, and what repair saves. */
import { describe, expect, test } from 'vitest';
import { repairStore } from '../../../src/store/care/repair.ts';
import { verifyStore } from '../../../src/store/care/verify.ts';
import type { StoreError } from '../../../src/store/errors.ts';
import { openSnapshot } from '../../../src/store/snapshot.ts';
import { MemoryFiles, seededRandom } from '../../support/files.ts';
import { sized } from '../../support/full.ts';
import { addPoint, appendPoints, differenceOf, type History, historyOf, testStore } from '../../support/histories.ts';

const SERIES = 6;
const BATCHES = 20;

/** Two segments and a log with five batches; and what is in it. */
function damagedStore(): { files: MemoryFiles; model: History } {
  const files = new MemoryFiles();
  const store = testStore(files);
  const model: History = new Map();
  for (let batch = 0; batch < BATCHES; batch++) {
    const points = Array.from({ length: 60 }, (_, i) => ({
      ...{ name: `s${i % SERIES}`, tags: ['a=1'], timeUs: BigInt(batch * 1_000_000 + i), value: batch + i / 100 },
    }));
    appendPoints(store, points);
    for (const point of points) addPoint(model, point);
    if (batch === 7 || batch === 14) store.flush();
  }
  return { files: files.afterKill(), model };
}

const pointsIn = (history: History): number => [...history.values()].reduce((sum, { size }) => sum + size, 0);

/** Whether everything in `part` is in `whole`, bit for bit. */
function isPartOf(part: History, whole: History): boolean {
  return [...part].every(([text, points]) => [...points].every(([at, bits]) => whole.get(text)?.get(at) === bits));
}

function flip(files: MemoryFiles, name: string, at: number): void {
  const bytes = files.bytesOf(name);
  bytes[at]! ^= 0x10;
  files.put(name, bytes);
}

const namesOf = (files: MemoryFiles, ending: string) => files.names().filter((name) => name.endsWith(ending));

function findingsOf(files: MemoryFiles): StoreError[] {
  const findings: StoreError[] = [];
  verifyStore(files, (finding) => findings.push(finding));
  return findings;
}

test('a store that is whole is left as it is', () => {
  const { files, model } = damagedStore();
  const before = files.names();
  expect(findingsOf(files)).toEqual([]);
  expect(repairStore(files, { isDryRun: false })).toMatchObject({ actions: [], pointsLost: 0 });
  expect(files.names()).toEqual(before);
  expect(differenceOf(historyOf(openSnapshot(files)), model)).toBeUndefined();
});

test('without a manifest, one is made from the files', () => {
  const { files, model } = damagedStore();
  files.remove('MANIFEST');
  expect(() => openSnapshot(files)).toThrow('MANIFEST: it is missing');
  expect(() => testStore(files)).toThrow('MANIFEST: it is missing');
  expect(findingsOf(files)).toHaveLength(1);
  const { actions, pointsLost } = repairStore(files, { isDryRun: false });
  expect(actions).toEqual(['MANIFEST is missing; it is made again from the files that are there']);
  expect(pointsLost).toBe(0);
  expect(differenceOf(historyOf(openSnapshot(files)), model)).toBeUndefined();
  expect(findingsOf(files)).toEqual([]);
});

test('a segment that is gone is told with its points, and the rest is there', () => {
  const { files, model } = damagedStore();
  const [name] = namesOf(files, '.seg');
  files.remove(name!);
  expect(() => openSnapshot(files)).toThrow(expect.objectContaining({ kind: 'damaged', file: name }));
  const { actions, points, pointsLost } = repairStore(files, { isDryRun: false });
  expect(actions[0]).toMatch(new RegExp(`^${name}: .*its 480 points are lost$`));
  expect([points, pointsLost]).toEqual([pointsIn(model) - 480, 480]);
  expect(isPartOf(historyOf(openSnapshot(files)), model)).toBe(true);
});

test('a dry run changes nothing', () => {
  const { files } = damagedStore();
  flip(files, namesOf(files, '.seg')[0]!, 40);
  flip(files, namesOf(files, '.log')[0]!, 200);
  const before = files.names().map((name) => [name, files.bytesOf(name).toString('hex')]);
  const { actions } = repairStore(files, { isDryRun: true });
  expect(actions.length).toBeGreaterThan(1);
  expect(files.names().map((name) => [name, files.bytesOf(name).toString('hex')])).toEqual(before);
});

test('damage in the middle of the log stops opening, with the place; repair keeps the other batches', () => {
  const { files, model } = damagedStore();
  const [name] = namesOf(files, '.log');
  flip(files, name!, 2000);
  for (const open of [() => testStore(files), () => openSnapshot(files)]) {
    expect(open).toThrow(
      expect.objectContaining({ kind: 'damaged', file: name, hint: expect.stringMatching('repair') }),
    );
  }
  const { actions, points } = repairStore(files, { isDryRun: false });
  expect(actions[0]).toMatch(/: 4 whole batches are saved, \d+ bytes are none, at least 1 batches are lost$/);
  expect(points).toBe(pointsIn(model) - 60);
  expect(files.names()).toContain(`${name}.damaged`);
  const found = historyOf(testStore(files).snapshot());
  expect(pointsIn(found)).toBe(points);
  expect(isPartOf(found, model)).toBe(true);
});

describe('any bit of any file', () => {
  const cases = sized(60, 400);
  test(`${cases} stores with one to three flipped bits: told or harmless, repaired, and nothing is invented`, () => {
    let told = 0;
    for (let seed = 1; seed <= cases; seed++) {
      const random = seededRandom(seed);
      const { files, model } = damagedStore();
      const names = files.names().filter((name) => name !== 'LOCK');
      for (let i = 0; i <= random() * 3; i++) {
        const name = names[Math.floor(random() * names.length)]!;
        flip(files, name, Math.floor(random() * files.bytesOf(name).length));
      }
      const findings = findingsOf(files).length;
      if (findings > 0) told += 1;
      const { points, pointsLost, actions } = repairStore(files, { isDryRun: false });
      const found = historyOf(openSnapshot(files));
      expect(isPartOf(found, model), `seed ${seed}`).toBe(true);
      expect(pointsIn(found), `seed ${seed}`).toBe(points);
      expect(pointsIn(found) + pointsLost, `seed ${seed}: ${actions}`).toBeLessThanOrEqual(pointsIn(model));
      expect(findingsOf(files), `seed ${seed}`).toEqual([]);
      testStore(files).close();
    }
    expect(told).toBeGreaterThan(cases / 2);
  });
});
