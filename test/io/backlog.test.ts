/** What an outlet has taken: whole lines in order, settled once each, and memory that is used again in time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Backlog, type Piece } from '../../src/io/backlog.ts';
import { SinkError } from '../../src/io/errors.ts';
import { delivery } from './outlets.ts';

const failure = new SinkError('out', 'EIO', 'it does not want it', 0);

function shiftAll(backlog: Backlog): Piece[] {
  const pieces: Piece[] = [];
  for (let piece = backlog.shift(); piece !== undefined; piece = backlog.shift()) pieces.push(piece);
  return pieces;
}

test('pieces are whole lines, as long as they fit, each with an id of its own', () => {
  const backlog = new Backlog({ limitBytes: 1000 });
  backlog.take(delivery(['{"n":0}\n', '{"n":1}\n{"n":2}\n', 'a line that is longer\n'], 'a'), 16);
  backlog.take(delivery('{"n":3}\n', 'b'), 16);
  expect(backlog.next?.bytes.toString()).toBe('{"n":0}\n{"n":1}\n');
  expect(shiftAll(backlog).map(({ bytes, id, isWhole }) => [String(bytes), id, isWhole])).toEqual([
    ['{"n":0}\n{"n":1}\n', 'a.0', false],
    ['{"n":2}\n', 'a.1', false],
    ['a line that is longer\n', 'a.2', false],
    ['{"n":3}\n', 'b', true],
  ]);
});

test('a piece of csv ends where a row does, and not within quotes', () => {
  const backlog = new Backlog({ limitBytes: 1000, isCsv: true });
  backlog.take(delivery('a,"b\nb"\n"c\n""c\n\n",d\ne,f\n'), 10);
  expect(shiftAll(backlog).map(({ bytes }) => String(bytes))).toEqual(['a,"b\nb"\n', '"c\n""c\n\n",d\n', 'e,f\n']);
});

test('what is given back goes first again, in its order', () => {
  const backlog = new Backlog({ limitBytes: 1000 });
  for (const text of ['0\n1\n2\n', '3\n']) backlog.take(delivery(text), 2);
  const sent = [backlog.shift()!, backlog.shift()!];
  expect(String(backlog.next?.bytes)).toBe('2\n');
  backlog.unshift(sent);
  expect(shiftAll(backlog).map(({ bytes }) => String(bytes))).toEqual(['0\n', '1\n', '2\n', '3\n']);
});

test('each delivery is settled once, and its failed lines are whole and in order, whatever goes wrong', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 12 }).map((text) => `${text}\n`);
  const sent = fc.record({ lines: fc.array(line, { maxLength: 8 }), labels: fc.boolean(), pieceBytes: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(sent, { maxLength: 12 }), fc.array(fc.nat(3)), fc.boolean(), (all, fates, reuses) => {
      const backlog = new Backlog({ limitBytes: 1 << 20, reuses });
      const arrived: string[] = [];
      let fate = 0;
      const deliveries = all.map(({ lines, labels, pieceBytes }) => {
        const one = delivery(lines);
        const names = labels ? lines.map((text) => text.slice(0, 1)) : undefined;
        expect(backlog.take(one, pieceBytes + 1, names)).toBe('taken');
        // Some are sent while more is taken, some fail, and some wait until the end.
        for (; (fates[fate] ?? 0) > 0; fate++) {
          const piece = backlog.shift();
          if (piece === undefined) break;
          const isLost = fates[fate] === 3;
          if (!isLost) arrived.push(...String(piece.bytes).split(/(?<=\n)/));
          backlog.settle(piece, isLost ? failure : undefined);
        }
        fate++;
        return one;
      });
      backlog.giveUp(failure);
      expect(deliveries.every(({ settled }) => settled === 1)).toBe(true);
      expect(backlog.bytes).toBe(0);
      const lost = deliveries.flatMap(({ lines = [] }) => lines.join('').split(/(?<=\n)/));
      const given = all.flatMap(({ lines }) => lines);
      expect([...arrived, ...lost].filter(Boolean).sort()).toEqual(given.sort());
    }),
  );
});

test('memory is used again when all of a delivery has arrived, and not before', () => {
  const text = (n: number): string => `${String(n).repeat(9999)}\n`;
  const backlog = new Backlog({ limitBytes: 1 << 20, reuses: true });
  backlog.take(delivery(text(1)), 1 << 20);
  const first = backlog.shift()!;
  backlog.take(delivery(text(2)), 1 << 20);
  expect(backlog.next!.bytes.buffer).not.toBe(first.bytes.buffer);
  expect(String(first.bytes)).toBe(text(1));
  backlog.settle(first, undefined);
  const failed = backlog.shift()!;
  backlog.take(delivery(text(3)), 1 << 20);
  const third = backlog.shift()!;
  expect(third.bytes.buffer).toBe(first.bytes.buffer);
  // Whoever gets the lines of a failure keeps them.
  backlog.settle(failed, failure);
  backlog.take(delivery(text(4)), 1 << 20);
  expect([failed, third, backlog.next!].map(({ bytes }) => String(bytes))).toEqual([text(2), text(3), text(4)]);
});
