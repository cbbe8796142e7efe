/**
 * A writer that is stopped before any of its operations, for so long that another one takes the lock over, writes, and
 * ends; then the first goes on until it notices. Whatever either of them has acknowledged is there, and nothing is
 * damaged.
 */
import { describe, expect, test } from 'vitest';
import { repairStore } from '../../../src/store/care/repair.ts';
import { verifyStore } from '../../../src/store/care/verify.ts';
import { StoreError } from '../../../src/store/errors.ts';
import type { Files, OpenFile, OpenMode, WriterLock } from '../../../src/store/files/files.ts';
import { openSnapshot } from '../../../src/store/snapshot.ts';
import { MemoryFiles } from '../../support/files.ts';
import { isFull } from '../../support/full.ts';
import {
  addPoint,
  appendPoints,
  differenceOf,
  type History,
  historyOf,
  type ModelPoint,
  testStore,
} from '../../support/histories.ts';

/** The files of one of two writers over the same disk. */
class WriterFiles implements Files {
  readonly directory = '/memory';
  readonly #disk: MemoryFiles;
  /** Called before each operation, with its number from 1. */
  readonly #before: (operation: number) => void;
  /** Whose lock it is; the same object for both. */
  readonly #owner: { now: WriterFiles | undefined };
  operations = 0;

  constructor(
    disk: MemoryFiles,
    owner: { now: WriterFiles | undefined },
    before: (operation: number) => void = () => {},
  ) {
    this.#disk = disk;
    this.#owner = owner;
    this.#before = before;
  }

  #step(): MemoryFiles {
    this.#before(++this.operations);
    return this.#disk;
  }

  open(name: string, mode: OpenMode): OpenFile {
    const file = this.#step().open(name, mode);
    const step = <R>(work: () => R): R => {
      this.#step();
      return work();
    };
    return {
      readAt: (into, position) => step(() => file.readAt(into, position)),
      writeAt: (bytes, position) => step(() => file.writeAt(bytes, position)),
      size: () => file.size(),
      truncate: (size) => step(() => file.truncate(size)),
      sync: () => step(() => file.sync()),
      close: () => file.close(),
    };
  }

  list = (): string[] => this.#step().list();
  rename = (from: string, to: string): void => this.#step().rename(from, to);
  remove = (name: string): void => this.#step().remove(name);
  syncDirectory = (): void => this.#step().syncDirectory();

  lock(): WriterLock {
    this.#step();
    const isDisputed = this.#owner.now !== undefined;
    this.#owner.now = this;
    const release = () => {
      if (this.#owner.now === this) this.#owner.now = undefined;
    };
    return { isDisputed, release };
  }

  checkLock(): void {
    this.#step();
    if (this.#owner.now !== this) throw new StoreError('failed', 'another process has taken over', { file: 'LOCK' });
  }
}

const batch = (writer: string, number: number): ModelPoint[] =>
  Array.from({ length: 5 }, (_, i) => ({
    ...{ name: writer, tags: [`i=${i % 2}`], timeUs: BigInt(number * 1_000_000 + i * 10), value: number + i / 10 },
  }));

/**
 * Writes batches, flushing and opening anew in between. @returns whether it was stopped by an error, which is to be
 * final
 */
function write(files: Files, writer: string, batches: number, acknowledged: History): 'stopped' | 'done' {
  try {
    let store = testStore(files, { flushPoints: 15 });
    for (let number = 0; number < batches; number++) {
      const points = batch(writer, number);
      appendPoints(store, points);
      for (const point of points) addPoint(acknowledged, point);
      if (number % 5 !== 4) continue;
      store.close();
      store = testStore(files, { flushPoints: 15 });
    }
    store.close();
    return 'done';
  } catch (error) {
    if (error instanceof StoreError && ['failed', 'missing', 'io'].includes(error.kind)) return 'stopped';
    throw error;
  }
}

function begun(): MemoryFiles {
  const disk = new MemoryFiles();
  const store = testStore(disk, { flushPoints: 15 });
  for (let number = 0; number < 4; number++) appendPoints(store, batch('old', number));
  store.close();
  return disk;
}

function expectAll(disk: MemoryFiles, acknowledged: History, where: string): void {
  const snapshot = openSnapshot(disk);
  const found = historyOf(snapshot);
  snapshot.close();
  for (const [series, points] of acknowledged) {
    for (const [timeUs, bits] of points)
      expect(found.get(series)?.get(timeUs), `${where}: ${series} ${timeUs}`).toBe(bits);
  }
  const findings: string[] = [];
  verifyStore(disk, ({ message }) => findings.push(message));
  expect(findings, where).toEqual([]);
}

const FIRST_BATCHES = 12;
/** The full run stops before every operation. */
const STEP = isFull ? 1 : 5;
const operations = (() => {
  const files = new WriterFiles(begun(), { now: undefined });
  write(files, 'first', FIRST_BATCHES, new Map());
  return files.operations;
})();

describe('two writers', () => {
  test(`stopped before ${isFull ? 'each' : 'some'} of ${operations} operations while another writes, the first loses and damages nothing`, () => {
    let stopped = 0;
    let cases = 0;
    for (let at = 1; at <= operations; at += STEP) {
      cases += 1;
      const disk = begun();
      const owner: { now: WriterFiles | undefined } = { now: undefined };
      const acknowledged: History = new Map();
      for (let number = 0; number < 4; number++)
        for (const point of batch('old', number)) addPoint(acknowledged, point);
      const first = new WriterFiles(disk, owner, (operation) => {
        if (operation !== at) return;
        const hadLock = owner.now === first;
        const second = new WriterFiles(disk, owner);
        expect(write(second, 'second', 7, acknowledged), `at ${at}`).toBe('done');
        // It has ended. Had the first one not had the lock, it would be had in peace now.
        if (hadLock) owner.now ??= second;
      });
      if (write(first, 'first', FIRST_BATCHES, acknowledged) === 'stopped') stopped += 1;
      expectAll(disk, acknowledged, `stopped at ${at}`);
      owner.now = undefined;
      expect(write(new WriterFiles(disk, owner), 'third', 3, acknowledged)).toBe('done');
      expectAll(disk, acknowledged, `stopped at ${at}, opened again`);
    }
    expect(stopped).toBeGreaterThan(cases * 0.5);
  });

  test('a writer whose lock was taken over acknowledges nothing, and says why', () => {
    const files = new MemoryFiles();
    const store = testStore(files);
    appendPoints(store, batch('a', 0));
    files.isTakenOver = true;
    const refused = expect.objectContaining({ kind: 'failed', message: expect.stringContaining('taken over') });
    expect(() => appendPoints(store, batch('a', 1))).toThrow(refused);
    expect(() => appendPoints(store, batch('a', 2))).toThrow(refused);
    expect(() => store.flush()).toThrow(refused);
    const before = files.trace.length;
    store.close();
    expect(files.trace.slice(before)).toEqual([]);
  });

  test('a writer whose unfinished segment was removed by the new owner says why, too', () => {
    const files = new MemoryFiles();
    const store = testStore(files);
    appendPoints(store, batch('a', 0));
    const rename = files.rename.bind(files);
    files.rename = (from, to) => {
      files.remove(from);
      files.isTakenOver = true;
      rename(from, to);
    };
    expect(() => store.flush()).toThrow(
      expect.objectContaining({ kind: 'failed', message: expect.stringContaining('taken over') }),
    );
    store.close();
  });

  test.each(['none', 'interval'] as const)('nor with --durability %s', (durability) => {
    const files = new MemoryFiles();
    const store = testStore(files, { durability });
    files.isTakenOver = true;
    expect(() => appendPoints(store, batch('a', 1))).toThrow('taken over');
  });

  test('a repair under a disputed lock takes numbers that nobody else takes', () => {
    const files = begun();
    files.isDisputed = true;
    files.remove('MANIFEST');
    repairStore(files, { isDryRun: false });
    const numbers = files.list().flatMap((name) => /^(\d+)\./.exec(name)?.[1] ?? []);
    testStore(files).close();
    expect(Math.max(...numbers.map(Number))).toBeLessThan(100);
    const history: History = new Map();
    for (let number = 0; number < 4; number++) for (const point of batch('old', number)) addPoint(history, point);
    const snapshot = openSnapshot(files);
    expect(differenceOf(historyOf(snapshot), history)).toBeUndefined();
    expect(snapshot.manifest.nextNumber).toBeGreaterThan(1000);
  });
});
