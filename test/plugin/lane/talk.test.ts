/** What a lane's thread tells: few and short notes, whatever the guest does, and a count of the rest. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { PluginError, Trap } from '../../../src/plugin/guest.ts';
import { causeOf } from '../../../src/plugin/lane/failure.ts';
import { LaneTalk } from '../../../src/plugin/lane/lane-talk.ts';
import * as T from '../../../src/plugin/lane/task.ts';

function setUp() {
  const ledger = new SharedArrayBuffer(T.LEDGER_BYTES);
  const { port1, port2 } = new MessageChannel();
  const notes = (): T.LaneNote[] => {
    const all: T.LaneNote[] = [];
    for (let got = receiveMessageOnPort(port2); got !== undefined; got = receiveMessageOnPort(port2))
      all.push(got.message);
    port1.close();
    return all;
  };
  const newTalk = () => new LaneTalk(ledger, port1, () => 0);
  return { counts: T.ledgerViews(ledger).counts, newTalk, notes };
}

describe('notes', () => {
  test('of faults: the first, also when a thread has taken the place of another', () => {
    const { newTalk, notes } = setUp();
    const fault = { block: 0, fromLine: 1, toLine: 2, cause: 'it failed' };
    for (let thread = 0; thread < 3; thread++) {
      const talk = newTalk();
      for (let i = 0; i < 1000; i++) talk.fault(fault);
    }
    expect(notes()).toEqual(Array(T.FAULTS_SHOWN).fill({ kind: 'fault', fault }));
  });

  test('of warnings: so many, cut, and the others counted', () => {
    const { counts, newTalk, notes } = setUp();
    const talk = newTalk();
    for (let i = 0; i < 1000; i++) talk.warn('x'.repeat(100_000));
    const told = notes();
    expect(told).toHaveLength(T.WARNINGS_SHOWN);
    expect(told[0]).toEqual({ kind: 'warn', text: `${'x'.repeat(T.WARNING_LENGTH)}…` });
    expect(counts[T.COUNT_WARNINGS_LEFT]).toBe(1000 - T.WARNINGS_SHOWN);
  });
});

test.each([new Trap('x'.repeat(1e6)), new PluginError('x'.repeat(1e6)), new Error('x'.repeat(1e6)), 'x'.repeat(1e6)])(
  'a cause is short',
  (error) => {
    expect(causeOf(error).length).toBeLessThan(420);
  },
);
