/**
 * Random records against random queries: what the engine matches and writes, against JSON.parse and the evaluation of
 * src/query. Keys, tags and series are spelled with and without escapes, lists and objects have white space in them.
 */
import { expect, test } from 'vitest';
import { matchesTags, parseQuery } from '../../../src/query/index.ts';
import { script } from './support.ts';

/** A fixed sequence of numbers below `limit` (mulberry32). */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

const names = ['a', 'b=1', 'host=x', 'ü=2', 'long-tag-of-more-than-sixteen-bytes=1', 'n=1.50', 'ok=true', 'q"=\\'];
const series = ['cpu', 'größe', 'a-series-of-exactly-32-bytes-here'];

test('8000 records, 60 queries', () => {
  const roll = dice(5);
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)]!;
  /** A JSON string in which some characters are escapes. */
  const spell = (text: string): string => {
    const characters = [...text].map((character) =>
      roll(6) === 0
        ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
        : JSON.stringify(character).slice(1, -1),
    );
    return `"${characters.join('')}"`;
  };
  const space = (): string => pick(['', '', '', ' ', '\t ']);
  const list = (items: readonly string[], open: string, close: string): string =>
    `${open}${space()}${items.join(`${space()},${space()}`)}${space()}${close}`;
  const tags = (): { text: string; tags: string[] } => {
    const chosen = names.filter(() => roll(3) === 0);
    if (roll(2)) return { text: list(chosen.map(spell), '[', ']'), tags: chosen };
    const members = chosen.filter((tag) => tag.includes('='));
    const texts = members.map((tag) => {
      const at = tag.indexOf('=');
      const value = tag.slice(at + 1);
      const bare = /^(?:true|1\.50|[0-9])$/.test(value) && roll(2) === 0;
      return `${spell(tag.slice(0, at))}${space()}:${space()}${bare ? value : spell(value)}`;
    });
    if (roll(4) === 0) texts.push(`"gone"${space()}:${space()}null`);
    return { text: list(texts, '{', '}'), tags: members };
  };
  const records = Array.from({ length: 8000 }, (_, i) => {
    const made = tags();
    const name = pick(series);
    const value = pick(['1', '-2.50', '3e2', '0', '12345678901234567890']);
    const text = list(
      [`"timestamp":${i}`, `"value":${value}`, `"series":${spell(name)}`, `"tags":${made.text}`],
      '{',
      '}',
    );
    return { text: `${text}\n`, series: name, value, tags: made.tags, timestamp: i };
  });
  let delivered = 0;
  for (let round = 0; round < 60; round++) {
    const term = (depth: number): string => {
      if (depth > 0 && roll(3) === 0)
        return `(${term(depth - 1)} ${pick(['AND', 'OR NOT', 'NOT'])} ${term(depth - 1)})`;
      return roll(4) ? pick(names) : pick(['host!=x', 'b in (1, 2)', 'host not in (x, y)', '"host=x"']);
    };
    const words = [term(2)];
    for (let i = roll(4); i > 0; i--) words.push(pick(['AND', 'OR', 'NOT', 'AND NOT', 'OR NOT']), term(2));
    const text = `SUM:${pick(series)}:[${roll(2) ? 'NOT ' : ''}${words.join(' ')}]`;
    const query = parseQuery(text);
    const part = records.slice(roll(4000), 4000 + roll(4000)).filter((_, i) => i % 8 === round % 8);
    const expected = part.filter((one) => one.series === query.series && matchesTags(query.tags, new Set(one.tags)));
    const { lines, error } = script([`live|${text}`, 'loop|1'], { input: part.map((one) => one.text).join('') });
    expect(error).toBeUndefined();
    let sum = 0;
    const payloads = expected.map(({ timestamp, value, tags: own, series: name }) => {
      sum += Number(value);
      return { timestamp, value: Number(value), tags: own, producers: [0], series: name, aggregate: sum };
    });
    expect(lines.slice(1).map((line) => JSON.parse(line))).toEqual(payloads);
    delivered += payloads.length;
  }
  // Neither nothing nor everything.
  expect(delivered).toBeGreaterThan(2000);
  expect(delivered).toBeLessThan(12000);
});
