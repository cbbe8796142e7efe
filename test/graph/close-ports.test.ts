/** The order in which ports end, and the time that each has. */
import { expect, test } from 'vitest';
import { closePorts } from '../../src/graph/close-ports.ts';
import { Port } from '../../src/graph/port.ts';
import { SinkError } from '../../src/io/index.ts';
import { HeldOutlet } from './outlet.ts';

/** Of which nothing is confirmed before its time is over. */
class StuckOutlet extends HeldOutlet {
  withinMs: number | undefined;
  readonly log: string[];
  readonly label: string;

  constructor(label: string, log: string[]) {
    super();
    this.label = label;
    this.log = log;
  }

  override async close(withinMs: number) {
    this.withinMs = withinMs;
    this.log.push(this.label);
    while (this.open.length > 0) this.settle(new SinkError(this.label, 'ETIMEDOUT', `${this.label} is stuck`, 0));
    return this.report();
  }
}

test('what others fail into ends after them, and has time left then', async () => {
  const log: string[] = [];
  const outlets = ['dead', 'middle', 'first', 'alone'].map((name) => new StuckOutlet(name, log));
  const ports: Port[] = [];
  const options = { whenFull: 'wait', clockMs: () => 0 } as const;
  for (const [i, outlet] of outlets.entries()) {
    const to = i === 1 || i === 2 ? ports[i - 1]! : 'stop';
    ports.push(new Port(outlet, { ...options, name: outlet.label, onFailure: to }));
  }
  ports[2]!.offer({ segments: [Buffer.from('1\n')], records: 1, receipts: [], id: undefined }, {});
  const ends = await closePorts(ports, { withinMs: 1000, isWhole: true, clockMs: () => 0 });
  expect(log).toEqual(['first', 'alone', 'middle', 'dead']);
  expect(outlets.map(({ withinMs }) => withinMs)).toEqual([1000, 875, 750, 750]);
  expect(ends.map(({ name, isWhole, failure }) => [name, isWhole, failure?.message])).toEqual([
    ['dead', false, 'dead is stuck'],
    ['middle', true, undefined],
    ['first', true, undefined],
    ['alone', true, undefined],
  ]);
  expect(ends[1]!.words).toEqual(['middle: 1 record was sent to dead instead; the first time: middle is stuck']);
});
