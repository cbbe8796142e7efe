/** What a server sends comes out as it is, however it was read, and with every message in one piece. */
import { Parser } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { WholeMessages } from '../../src/nats/whole-messages.ts';
import { seededRandom } from '../support/disk.ts';

const message = (size: number, reply = ''): string => `MSG _INBOX.a.1 7 ${reply}${size}\r\n${'x'.repeat(size)}\r\n`;
const withHeaders = (size: number): string =>
  `HMSG LOGS.a 3 $JS.ACK.LOGS.c.1.2.3.4.5 12 ${size + 12}\r\nNATS/1.0\r\n\r\n${'\n'.repeat(size)}\r\n`;

/** Reads all of it in pieces of the given sizes, the last one again and again. */
function readAll(sent: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const whole = new WholeMessages();
  const out: Buffer[] = [];
  for (let at = 0, i = 0; at < sent.length; i++) {
    const room = whole.room();
    if (room.length === 0) throw new Error('there is no room for a read');
    const count = Math.min(room.length, sizes[Math.min(i, sizes.length - 1)]!, sent.length - at);
    room.set(sent.subarray(at, at + count));
    at += count;
    const bytes = whole.take(count);
    // What was given out is not written over by later reads: it is looked at in the end.
    if (bytes !== undefined) out.push(bytes as Buffer);
  }
  return out;
}

/** The sizes of messages as the client's parser has them; it must not have to collect any. */
function parsed(pieces: readonly Buffer[]): readonly number[] {
  const sizes: number[] = [];
  const parser = new Parser({
    push: (event) => {
      if ('msg' in event && event.msg !== undefined) sizes.push(event.data!.length);
    },
  });
  for (const piece of pieces) {
    parser.parse(piece);
    if (parser.msgBuf !== undefined || parser.argBuf !== undefined) throw new Error('a message is in two pieces');
  }
  return sizes;
}

test.each([[[1, 2, 3, 500]], [[7]], [[1000]], [[65_536]], [[1 << 20]], [[3, 100_000, 1]]])(
  'reads of %j bytes',
  (sizes) => {
    const payloads = [0, 1, 300, 70_000, 5, 300_000, 2];
    const text = payloads.map((size, i) => (i % 2 === 0 ? message(size) : withHeaders(size))).join('PING\r\n+OK\r\n');
    const sent = Buffer.from(`INFO {"server_id":"a"}\r\n${text}PONG\r\n`);
    const pieces = readAll(sent, sizes);
    expect(Buffer.concat(pieces).equals(sent)).toBe(true);
    expect(parsed(pieces)).toEqual(payloads.map((size, i) => (i % 2 === 0 ? size : size + 12)));
  },
);

test('messages without end, read by chance, are whole and are the same', () => {
  const random = seededRandom(7);
  const payloads = Array.from({ length: 300 }, () => Math.floor(random() ** 4 * 200_000));
  const sent = Buffer.from(payloads.map((size) => message(size, '$JS.ACK.S.c.1.22.3.4.5 ')).join(''));
  const sizes = Array.from({ length: 5000 }, () => 1 + Math.floor(random() ** 3 * 300_000));
  const pieces = readAll(sent, sizes);
  expect(Buffer.concat(pieces).equals(sent)).toBe(true);
  expect(parsed(pieces)).toEqual(payloads);
});

test.each([
  'MSG a 1 none\r\nx',
  'MSG a 1 99999999999999\r\nx\r\n',
  'M\n',
  '\r\n\r\n',
  'HTTP/1.1 400 Bad Request\r\n\r\n',
])('what is no message goes on as it is: %j', (text) => {
  const sent = Buffer.from(`${text}\r\n`);
  expect(Buffer.concat(readAll(sent, [2])).toString()).toBe(`${text}\r\n`);
});
