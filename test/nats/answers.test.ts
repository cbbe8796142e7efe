/** When acknowledgements are sent: together, and over whatever connection there is. */
import { expect, test } from 'vitest';
import { Answers } from '../../src/nats/answers.ts';
import type { Link } from '../../src/nats/link.ts';

test('acknowledgements go together, and wait for a connection when there is none', () => {
  const sent: string[] = [];
  const link = { isUp: true, nc: { publish: (reply: string) => sent.push(reply) } };
  const answers = new Answers(link as unknown as Link, 16);
  answers.ack('a', 1);
  answers.ack('b', 2);
  expect([sent, answers.hasAcked(2)]).toEqual([[], true]);
  answers.flush();
  expect(sent).toEqual(['a', 'b']);
  link.isUp = false;
  answers.ack('c', 3);
  answers.flush();
  expect(sent).toEqual(['a', 'b']);
  link.isUp = true;
  answers.sendAgain();
  answers.flush();
  expect(sent).toEqual(['a', 'b', 'c']);
});
