/**
 * Files of a store that are gone, empty, or of zeros: each is missed by its name, by verify and by whoever opens the
 * store, and repair goes on with the others. And the end of a log: what is torn there, and what is damaged.
 */
import { describe, expect, test } from 'vitest';
import { repairStore } from '../../src/store/care/repair.ts';
import { verifyStore } from '../../src/store/care/verify.ts';
import type { StoreError } from '../../src/store/errors.ts';
import { decodeManifest, encodeManifest } from '../../src/store/files/manifest.ts';
import { openSnapshot } from '../../src/store/snapshot.ts';
import { MemoryFiles } from '../support/files.ts';
import {
  addPoint,
  appendPoints,
  differenceOf,
  type History,
  historyOf,
  type ModelPoint,
  testStore,
} from '../support/histories.ts';

const POINTS = 60;

function batch(number: number): ModelPoint[] {
  return Array.from({ length: POINTS }, (_, i) => ({
    ...{ name: `s${i % 3}`, tags: [], timeUs: BigInt(number * 1_000_000 + i), value: number + (i + 1) / 100 },
  }));
}

/** Eight batches in two segments, four in the log; as a crash has left it. */
function made(): { files: MemoryFiles; flushed: History; all: History } {
  const files = new MemoryFiles();
  const store = testStore(files);
  const [flushed, all]: [History, History] = [new Map(), new Map()];
  for (let number = 0; number < 12; number++) {
    appendPoints(store, batch(number));
    for (const point of batch(number)) {
      addPoint(all, point);
      if (number < 8) addPoint(flushed, point);
    }
    if (number === 3 || number === 7) store.flush();
  }
  return { files: files.afterKill(), flushed, all };
}

const nameOf = (files: MemoryFiles, ending: string) => files.names().find((name) => name.endsWith(ending))!;

function findingsOf(files: MemoryFiles): StoreError[] {
  const findings: StoreError[] = [];
  verifyStore(files, (finding) => findings.push(finding));
  return findings;
}

function expectMissed(files: MemoryFiles, file: string, message: RegExp): void {
  const error = expect.objectContaining({ kind: 'damaged', file, message: expect.stringMatching(message) });
  expect(findingsOf(files)).toEqual([expect.objectContaining({ file, message: expect.stringMatching(message) })]);
  expect(() => openSnapshot(files)).toThrow(error);
  expect(() => testStore(files)).toThrow(error);
}

function expectHas(files: MemoryFiles, expected: History): void {
  expect(findingsOf(files)).toEqual([]);
  expect(differenceOf(historyOf(openSnapshot(files)), expected)).toBeUndefined();
  const store = testStore(files);
  appendPoints(store, batch(20));
  store.close();
  expect(findingsOf(files)).toEqual([]);
}

describe('the log', () => {
  test('that is gone is missed, and repair goes on without it', () => {
    const { files, flushed } = made();
    const log = nameOf(files, '.log');
    files.remove(log);
    expectMissed(files, log, new RegExp(`^${log}: `));
    const { actions } = repairStore(files, { isDryRun: false });
    expect(actions).toEqual([`${log} is gone; the batches that were only in it are lost`]);
    expectHas(files, flushed);
  });

  test.each([0, 31])('of %i bytes, which had a header, is damaged', (size) => {
    const { files, flushed } = made();
    const log = nameOf(files, '.log');
    files.put(log, files.bytesOf(log).subarray(0, size));
    expectMissed(files, log, /its header is not there/);
    const { actions } = repairStore(files, { isDryRun: false });
    expect(actions[0]).toContain(`${log}: 0 whole batches are saved`);
    expectHas(files, flushed);
  });

  test('that begins later than the segments end is missed a part of', () => {
    const { files, all } = made();
    const log = nameOf(files, '.log');
    const manifest = decodeManifest(files.bytesOf('MANIFEST'));
    files.put('MANIFEST', encodeManifest({ ...manifest, sequence: manifest.sequence - 3 }));
    expectMissed(files, log, /it begins with batch 9; batches 6 to 8 are in no file/);
    const { actions } = repairStore(files, { isDryRun: false });
    expect(actions[0]).toContain('batches 6 to 8 are in no file');
    expectHas(files, all);
  });

  test('of a store that was closed, and of one of version 1, need not be there', () => {
    const { files, all } = made();
    testStore(files).close();
    expect(files.names().filter((name) => name.endsWith('.log'))).toEqual([]);
    expectHas(files, all);
    const first = made();
    const log = nameOf(first.files, '.log');
    const manifest = decodeManifest(first.files.bytesOf('MANIFEST'));
    first.files.put('MANIFEST', encodeManifest(manifest, 1));
    expectHas(first.files, first.all);
    const other = made();
    other.files.put('MANIFEST', encodeManifest(manifest, 1));
    other.files.remove(log);
    expectHas(other.files, other.flushed);
  });

  test('with any byte of its last frame changed is damaged, and cut within it is torn', () => {
    const { files } = made();
    const log = nameOf(files, '.log');
    const bytes = files.bytesOf(log);
    const frameBytes = (bytes.length - 32) / 4;
    expect(frameBytes % 8).toBe(0);
    const last = bytes.length - Math.floor(frameBytes);
    let torn = 0;
    for (let at = last; at < bytes.length; at += 17) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x24;
      files.put(log, changed);
      const findings = findingsOf(files);
      if (findings.length === 0) torn += 1;
      else
        expect(findings[0]).toMatchObject({ kind: 'damaged', file: log, message: expect.stringContaining('frame 12') });
      files.put(log, bytes.subarray(0, at));
      let unfinishedBytes = 0;
      expect(() => {
        ({ unfinishedBytes } = verifyStore(files, (finding) => {
          throw finding;
        }));
      }).not.toThrow();
      expect(unfinishedBytes, `cut at ${at}`).toBeGreaterThanOrEqual(0);
    }
    // A frame may end with zeros that are alone in their sector.
    expect(torn).toBeLessThan(frameBytes / 17 / 10);
    files.put(log, Buffer.concat([bytes.subarray(0, -1), Buffer.of(bytes.at(-1)! ^ 1)]));
    const { actions, pointsLost } = repairStore(files, { isDryRun: false });
    expect(actions[0]).toContain('3 whole batches are saved');
    expect(pointsLost).toBe(0);
    testStore(files).close();
  });

  test('of eleven hundred zeros behind the last frame is torn, as a disk leaves it', () => {
    const { files, all } = made();
    const log = nameOf(files, '.log');
    files.put(log, Buffer.concat([files.bytesOf(log), Buffer.alloc(1100)]));
    expect(verifyStore(files, () => {})).toMatchObject({ findings: 0, unfinishedBytes: 1100 });
    expectHas(files, all);
  });
});

test.each([0, 1, 300, 70_000])('a manifest of %i zeros is made again, as an empty or a missing one is', (size) => {
  const { files, all } = made();
  files.put('MANIFEST', Buffer.alloc(size));
  expectMissed(files, 'MANIFEST', /^MANIFEST: /);
  const { actions } = repairStore(files, { isDryRun: false });
  expect(actions[0]).toContain('it is made again from the files that are there');
  expectHas(files, all);
});

test('a segment that is gone or empty is missed by its name', () => {
  for (const size of [undefined, 0, 100]) {
    const { files } = made();
    const name = nameOf(files, '.seg');
    if (size === undefined) files.remove(name);
    else files.put(name, files.bytesOf(name).subarray(0, size));
    const missed = expect.objectContaining({ kind: 'damaged', file: name });
    expect(findingsOf(files)).toMatchObject([{ file: name }]);
    expect(() => openSnapshot(files)).toThrow(missed);
    if (size === undefined) expect(() => testStore(files)).toThrow(missed);
    expect(repairStore(files, { isDryRun: false }).pointsLost).toBe(240);
    expect(findingsOf(files)).toEqual([]);
  }
});
