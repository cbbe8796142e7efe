/** Units: whatever the batches, each is settled once, when all that came of it is, and not before. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UnitLedger, type UnitOptions, type UnitReceipt } from '../../src/graph/units.ts';
import type { Border, UnitOutcome, UnitSource } from '../../src/io/types.ts';
import { sized } from '../support/full.ts';

/** Units with ends; borders come when the test has read so far. */
class Told implements Pick<UnitSource, 'takeBorders' | 'settle' | 'idOf'> {
  readonly settled: [string, UnitOutcome][] = [];
  readBytes = 0;
  readonly #borders: Border[];
  readonly #isEarly: boolean;

  constructor(ends: readonly number[], isEarly = false) {
    this.#borders = ends.map((end, i) => ({ end, unit: { name: `u${i}` } }));
    this.#isEarly = isEarly;
  }

  takeBorders(): readonly Border[] {
    const known = this.#borders.findLastIndex(({ end }) => end <= this.readBytes) + 1;
    const begun = this.#borders[known - 1]?.end ?? 0;
    return this.#borders.splice(0, this.#isEarly && this.readBytes > begun ? known + 1 : known);
  }

  settle(unit: object, outcome: UnitOutcome): void {
    this.settled.push([(unit as { name: string }).name, outcome]);
  }

  idOf(unit: object): string {
    return (unit as { name: string }).name;
  }
}

function ledgerOf(told: Told, options: Partial<UnitOptions> = {}): UnitLedger {
  return new UnitLedger(told as unknown as UnitSource, { clockMs: () => 0, ...options });
}

/** Cuts a batch that ends before `end`, when that has been read. */
function cut(ledger: UnitLedger, told: Told, end: number): UnitReceipt {
  told.readBytes = Math.max(told.readBytes, end);
  return ledger.issue(end).receipt;
}

describe('a unit', () => {
  test('in three batches is settled when all three are and its border is known', () => {
    const told = new Told([10]);
    const ledger = ledgerOf(told);
    const [one, two] = [cut(ledger, told, 4), cut(ledger, told, 8)];
    one.release();
    two.release();
    expect(told.settled).toEqual([]);
    const three = cut(ledger, told, 10);
    expect(told.settled).toEqual([]);
    three.release();
    expect(told.settled).toEqual([['u0', 'ok']]);
  });

  test('shares its batch with others, and each is settled; the one that goes on later', () => {
    const told = new Told([2, 4, 6, 9]);
    const ledger = ledgerOf(told);
    const one = cut(ledger, told, 8);
    one.release();
    expect(told.settled).toEqual(['u0', 'u1', 'u2'].map((name) => [name, 'ok']));
    cut(ledger, told, 9).release();
    expect(told.settled.at(-1)).toEqual(['u3', 'ok']);
  });

  test('without bytes is settled without a batch, and with those around it', () => {
    const told = new Told([0, 3, 3, 5, 5]);
    const ledger = ledgerOf(told);
    ledger.noteBorders();
    expect(told.settled).toEqual([['u0', 'ok']]);
    const one = cut(ledger, told, 5);
    expect(told.settled.map(([name]) => name)).toEqual(['u0', 'u2', 'u4']);
    one.release();
    expect(told.settled.map(([name]) => name).sort()).toEqual(['u0', 'u1', 'u2', 'u3', 'u4']);
  });

  test('whose border comes after its bytes have been cut waits for it', () => {
    const told = new Told([5]);
    const ledger = ledgerOf(told);
    told.readBytes = 4;
    ledger.issue(5).receipt.release();
    expect(told.settled).toEqual([]);
    told.readBytes = 5;
    ledger.noteBorders();
    expect(told.settled).toEqual([['u0', 'ok']]);
  });

  test('of which one batch fails has failed, whatever becomes of the others; its neighbours have not', () => {
    const told = new Told([2, 6, 8]);
    const ledger = ledgerOf(told);
    const [one, two, three] = [cut(ledger, told, 4), cut(ledger, told, 6), cut(ledger, told, 8)];
    one.retain();
    one.release();
    two.fail();
    one.release();
    three.release();
    expect(told.settled).toEqual([
      ['u0', 'ok'],
      ['u1', 'failed'],
      ['u2', 'ok'],
    ]);
    expect(ledger.report()).toEqual({ units: 3, acked: 2, nacked: 1, inFlight: 0, ackMs: { p50: 0, p99: 0, max: 0 } });
  });

  test('that was read and never cut has failed when nothing more is cut, also in part', () => {
    const told = new Told([4, 8, 12]);
    const ledger = ledgerOf(told);
    const one = cut(ledger, told, 6);
    told.readBytes = 12;
    ledger.close();
    expect(told.settled).toEqual([['u2', 'failed']]);
    one.release();
    expect(told.settled.slice(1)).toEqual([
      ['u0', 'ok'],
      ['u1', 'failed'],
    ]);
  });
});

describe('kept apart', () => {
  test('a unit names its batches: alone by its own name, in parts by their numbers', () => {
    const told = new Told([4, 10, 12], true);
    const apart = ledgerOf(told, { apart: true });
    const ids: (string | undefined)[] = [];
    for (const end of [4, 6, 10, 12]) {
      told.readBytes = end;
      expect(apart.borderAfter(end - 1)).toBe(end === 6 ? 10 : end);
      ids.push(apart.issue(end).id);
    }
    expect(ids).toEqual(['u0', 'u1.1', 'u1.2', 'u2']);
  });

  test('what is in no batch alone has no name', () => {
    const told = new Told([4]);
    expect(ledgerOf(told).issue(4).id).toBeUndefined();
    expect(ledgerOf(new Told([4]), { apart: true }).issue(2).id).toBeUndefined();
  });
});

test('whatever the units and the batches are, each unit is settled once, after its last batch', () => {
  const sizes = fc.array(fc.nat(6), { minLength: 1, maxLength: 20 });
  const plan = fc.record({ units: sizes, cuts: sizes, order: fc.infiniteStream(fc.nat(9)), early: fc.boolean() });
  fc.assert(
    fc.property(plan, ({ units, cuts, order, early }) => {
      let total = 0;
      const ends = units.map((size) => (total += size));
      const told = new Told(ends, early);
      const ledger = ledgerOf(told);
      const next = (): number => order.next().value!;
      const open: { receipt: UnitReceipt; from: number; to: number; isBad: boolean }[] = [];
      const failed = new Set<string>();
      const overlaps = ({ from, to }: { from: number; to: number }, i: number): boolean =>
        Math.max(from, ends[i - 1] ?? 0) < Math.min(to, ends[i]!);
      const settleOne = (): void => {
        const [batch] = open.splice(next() % open.length, 1);
        if (batch!.isBad) {
          for (const i of ends.keys()) if (overlaps(batch!, i)) failed.add(`u${i}`);
          batch!.receipt.fail();
        } else batch!.receipt.release();
        const early = told.settled.filter(([name]) => open.some((other) => overlaps(other, Number(name.slice(1)))));
        expect(early).toEqual([]);
      };
      let at = 0;
      for (let i = 0; at < total; i++) {
        told.readBytes = Math.min(total, Math.max(told.readBytes, at + next()));
        if (next() < 3) ledger.noteBorders();
        const to = Math.min(total, at + 1 + (cuts[i % cuts.length] ?? 0));
        open.push({ receipt: cut(ledger, told, to), from: at, to, isBad: next() === 0 });
        at = to;
        if (next() < 4 && open.length > 0) settleOne();
      }
      ledger.noteBorders();
      while (open.length > 0) settleOne();
      ledger.close();
      expect(told.settled.map(([name]) => name).sort()).toEqual(ends.map((_, i) => `u${i}`).sort());
      expect(new Set(told.settled.flatMap(([name, outcome]) => (outcome === 'failed' ? [name] : [])))).toEqual(failed);
      expect(ledger.report().inFlight).toBe(0);
    }),
    { numRuns: sized(300, 20_000) },
  );
});
