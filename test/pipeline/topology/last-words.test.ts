import { expect, test } from 'vitest';
import { LastWords } from '../../../src/pipeline/topology/last-words.ts';

test('what is said goes on, and the latest is kept once, with how often it was said', () => {
  const heard: string[] = [];
  const hear = (text: string): void => void heard.push(text);
  const talk = {
    error: hear,
    warn: hear,
    info: hear,
    guest: (_: string, line: string) => hear(line),
    verbose: () => {},
  };
  let nowMs = 0;
  const words = new LastWords(talk, () => nowMs);
  words.talk.warn('slow');
  words.talk.error('broken');
  nowMs = 1000;
  words.talk.warn('slow');
  words.talk.guest('geo', 'hello');
  words.talk.info('{}');
  nowMs = 1500;
  expect(heard).toEqual(['slow', 'broken', 'slow', 'hello', '{}']);
  expect(words.list()).toEqual([
    { level: 'plugin', text: 'geo: hello', times: 1, agoMs: 500 },
    { level: 'warning', text: 'slow', times: 2, agoMs: 500 },
    { level: 'error', text: 'broken', times: 1, agoMs: 1500 },
  ]);
  for (let i = 0; i < 1000; i++) words.talk.warn(`${i}`);
  expect(words.list()).toHaveLength(30);
  expect(words.list()[0]!.text).toBe('999');
});
