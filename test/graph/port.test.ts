/** What becomes of deliveries and of what is owed for them: each settled once, and nothing lost without a word. */
import { describe, expect, test } from 'vitest';
import { Port, type PortOptions } from '../../src/graph/port.ts';
import type { Receipt } from '../../src/graph/receipt.ts';
import type { Shipment } from '../../src/graph/shipment.ts';
import { SinkError } from '../../src/io/index.ts';
import { eventually } from '../support/eventually.ts';
import { HeldOutlet } from './outlet.ts';

/** A receipt of a batch that the test holds. */
class Owed implements Receipt {
  readonly position = undefined;
  readonly input = undefined;
  holders = 1;
  hasFailed = false;

  retain(): void {
    this.holders++;
  }

  release(): void {
    if (--this.holders < 0) throw new Error('settled twice');
  }

  fail(): void {
    this.hasFailed = true;
    this.release();
  }
}

const ship = (text: string, receipts: readonly Receipt[] = []): Shipment => ({
  segments: [Buffer.from(text)],
  records: text.split('\n').length - 1,
  receipts,
  id: undefined,
});

function portTo(outlet: HeldOutlet, options: Partial<PortOptions> = {}): Port {
  return new Port(outlet, {
    name: 'p',
    whenFull: 'wait',
    onFailure: 'stop',
    clockMs: () => performance.now(),
    ...options,
  });
}

const broken = new SinkError('held', 'EIO', 'cannot write held: broken (EIO)', 0);
const edge = {};
const closing = { withinMs: 100_000, redirectMs: 100_000, isWhole: true };

describe('receipts', () => {
  test('are held until the outlet has settled the delivery', () => {
    const outlet = new HeldOutlet();
    const port = portTo(outlet);
    const owed = new Owed();
    expect(port.offer(ship('1\n', [owed]), edge)).toBe('taken');
    expect(owed.holders).toBe(2);
    outlet.settle();
    expect([owed.holders, owed.hasFailed]).toEqual([1, false]);
    expect(port.counts.report()).toMatchObject({ records: 1, batches: 1, failed: 0 });
  });

  test('are not held for what was refused', () => {
    const outlet = new HeldOutlet();
    outlet.room_ = 0;
    const owed = new Owed();
    expect(portTo(outlet).offer(ship('1\n', [owed]), edge)).toBe('full');
    expect(owed.holders).toBe(1);
  });
});

describe('a failure that stops', () => {
  test('fails the receipts, halts the outlet, wakes, and is thrown once, in a later turn', async () => {
    const outlet = new HeldOutlet();
    const port = portTo(outlet);
    let woken = 0;
    port.watch(() => woken++);
    const all = [new Owed(), new Owed()];
    for (const owed of all) port.offer(ship('1\n', [owed]), edge);
    outlet.settle(broken);
    expect(all.map(({ holders, hasFailed }) => [holders, hasFailed])).toEqual([
      [1, true],
      [1, true],
    ]);
    expect([outlet.halted, port.takeFailure(), port.isClosed, port.offer(ship('2\n'), edge)]).toEqual([
      broken,
      undefined,
      false,
      'full',
    ]);
    await port.room();
    expect([woken, port.takeFailure(), port.takeFailure(), port.isClosed]).toEqual([1, broken, undefined, true]);
    const late = new Owed();
    expect([port.offer(ship('3\n', [late]), edge), late.holders, late.hasFailed]).toEqual(['taken', 1, true]);
    expect(outlet.taken).toEqual(['1\n', '1\n']);
    expect(await port.close(closing)).toMatchObject({ isWhole: false, failure: undefined });
    expect(outlet.closedAs).toBe(false);
  });

  test('that nobody has asked for is reported at the end', async () => {
    const outlet = new HeldOutlet();
    const port = portTo(outlet);
    port.offer(ship('1\n2\n'), edge);
    outlet.settle(broken);
    const { isWhole, failure, words } = await port.close(closing);
    expect([isWhole, failure, words]).toEqual([false, broken, ['p: 2 records were not delivered']]);
  });
});

test('a failure that drops releases the receipts, counts, and goes on', async () => {
  const outlet = new HeldOutlet();
  const port = portTo(outlet, { onFailure: 'drop' });
  const owed = new Owed();
  port.offer(ship('1\n', [owed]), edge);
  outlet.settle(broken);
  expect([owed.holders, owed.hasFailed, port.offer(ship('2\n'), edge)]).toEqual([1, false, 'taken']);
  outlet.settle();
  const { isWhole, words } = await port.close(closing);
  expect([isWhole, words]).toEqual([
    true,
    ['p: 1 record was dropped after failures; the first time: cannot write held: broken (EIO)'],
  ]);
  expect(port.counts.report()).toMatchObject({ records: 1, failed: 1, dropped: 1, dead: 0 });
});

describe('a failure that goes to another port', () => {
  const pair = (options: Partial<PortOptions> = {}) => {
    const [first, second] = [new HeldOutlet(), new HeldOutlet()];
    const dead = portTo(second, { name: 'dead', ...options });
    return { first, second, dead, port: portTo(first, { onFailure: dead }) };
  };

  test('takes the lines and the receipts along, which are settled there', () => {
    const { first, second, dead, port } = pair();
    const owed = new Owed();
    port.offer(ship('1\n2\n', [owed]), edge);
    first.settle(broken);
    expect([second.taken, owed.holders, owed.hasFailed]).toEqual([['1\n2\n'], 2, false]);
    second.settle();
    expect([owed.holders, owed.hasFailed]).toEqual([1, false]);
    expect([port.counts.report(), dead.counts.report()]).toMatchObject([
      { records: 0, failed: 2, dead: 2 },
      { records: 2, failed: 0 },
    ]);
  });

  test('waits for room there, and holds back what comes next', async () => {
    const { first, second, port } = pair();
    second.room_ = 1;
    const owed = [new Owed(), new Owed()];
    for (const one of owed) port.offer(ship('1\n', [one]), edge);
    for (const _ of owed) first.settle(broken);
    expect([second.taken.length, port.offer(ship('2\n'), edge)]).toEqual([1, 'full']);
    second.settle();
    await port.room();
    expect([second.taken.length, port.offer(ship('2\n'), edge)]).toEqual([2, 'taken']);
    second.settle();
    expect(owed.map(({ holders, hasFailed }) => [holders, hasFailed])).toEqual([
      [1, false],
      [1, false],
    ]);
  });

  test('that has failed itself stops both', async () => {
    const { first, second, dead, port } = pair();
    const owed = [new Owed(), new Owed()];
    for (const one of owed) port.offer(ship('1\n', [one]), edge);
    first.settle(broken);
    second.settle(broken);
    first.settle(broken);
    expect(owed.map(({ holders, hasFailed }) => [holders, hasFailed])).toEqual([
      [1, true],
      [1, true],
    ]);
    await eventually(() => port.takeFailure() === broken);
    expect(dead.takeFailure()).toBe(broken);
  });

  test('that takes nothing until the end is given up then', async () => {
    const { first, second, port } = pair();
    second.room_ = 0;
    const owed = new Owed();
    port.offer(ship('1\n', [owed]), edge);
    first.settle(broken);
    const { isWhole, failure } = await port.close({ ...closing, redirectMs: 5 });
    expect([isWhole, failure, owed.holders, owed.hasFailed]).toEqual([false, broken, 1, true]);
  });
});

test('a reader that has gone is no failure, but what it has not read has not arrived', async () => {
  const outlet = new HeldOutlet();
  const port = portTo(outlet);
  const owed = new Owed();
  port.offer(ship('1\n', [owed]), edge);
  outlet.isClosed = true;
  outlet.settle(broken);
  expect([port.isClosed, port.takeFailure(), owed.holders, owed.hasFailed]).toEqual([true, undefined, 1, true]);
  expect(await port.close(closing)).toMatchObject({ failure: undefined, words: [] });
});

test('with when-full drop, what has no room is counted, and nothing waits', async () => {
  const outlet = new HeldOutlet();
  outlet.room_ = 1;
  const port = portTo(outlet, { whenFull: 'drop' });
  const owed = new Owed();
  expect([port.offer(ship('1\n'), edge), port.offer(ship('2\n3\n', [owed]), edge), owed.holders]).toEqual([
    'taken',
    'taken',
    1,
  ]);
  expect(port.counts.report()).toMatchObject({ droppedFull: 2, waitedForMs: 0 });
  outlet.settle();
  expect((await port.close(closing)).words).toEqual(['p: 2 records were dropped, because the buffer was full']);
});

test('who was refused first has its turn before others, unless it leaves', () => {
  const outlet = new HeldOutlet();
  outlet.room_ = 1;
  const port = portTo(outlet);
  const [first, other] = [{}, {}];
  port.offer(ship('0\n'), other);
  expect(port.offer(ship('1\n'), first)).toBe('full');
  outlet.settle();
  expect([port.offer(ship('2\n'), other), port.offer(ship('1\n'), first)]).toEqual(['full', 'taken']);
  outlet.settle();
  expect(port.offer(ship('2\n'), other)).toBe('taken');
  expect(port.offer(ship('3\n'), first)).toBe('full');
  outlet.settle();
  port.leave(first);
  expect(port.offer(ship('4\n'), other)).toBe('taken');
});

test('one header for all edges', () => {
  const port = portTo(new HeldOutlet());
  const header = Buffer.from('a,b\n');
  expect([port.takesHeader(header), port.takesHeader(Buffer.from('a,b\n'))]).toEqual([true, false]);
  expect(() => port.takesHeader(Buffer.from('b,a\n'))).toThrow('routes to it have different columns');
});

test.each([
  [true, false, true, []],
  [false, false, false, ['p was not written, because the run did not finish']],
  [false, true, true, ['p has only what was acknowledged, because the run did not finish']],
])(
  'what is all or nothing, of a whole run: %s, with something acknowledged: %s',
  async (isWhole, isOwed, isKept, words) => {
    const outlet = new HeldOutlet(true);
    const port = portTo(outlet);
    port.offer(ship('1\n', isOwed ? [new Owed()] : []), edge);
    outlet.settle();
    const end = await port.close({ ...closing, isWhole });
    expect([outlet.closedAs, end.words]).toEqual([isKept, words]);
  },
);
