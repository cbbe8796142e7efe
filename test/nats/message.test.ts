/** The headers of a message, as bytes. */
import { expect, test } from 'vitest';
import { Backlog } from '../../src/io/backlog.ts';
import { headersOf } from '../../src/nats/message.ts';
import { delivery } from '../io/outlets.ts';

test('ids of sinks that differ in what a header cannot have differ, too', () => {
  const backlog = new Backlog({ limitBytes: 1000 });
  const texts = ['CLEAN.é', 'CLEAN.ü', 'CLEAN.a'].map((name) => {
    backlog.take(delivery('1\n', `LOGS.1.${name}`), 100);
    return headersOf([backlog.shift()!], true, false)!.toString('latin1');
  });
  expect(texts).toEqual(
    ['CLEAN.%u00e9', 'CLEAN.%u00fc', 'CLEAN.a'].map((name) => `NATS/1.0\r\nNats-Msg-Id: LOGS.1.${name}\r\n\r\n`),
  );
});

test('records of csv are rows', () => {
  const backlog = new Backlog({ limitBytes: 1000, isCsv: true });
  backlog.take(delivery('"a\n\n"\nb\nc\n'), 8);
  const piece = backlog.shift()!;
  expect([String(piece.bytes), headersOf([piece], false, true)!.toString('latin1')]).toEqual([
    '"a\n\n"\nb\n',
    'NATS/1.0\r\nSlung-Records: 2\r\n\r\n',
  ]);
});
