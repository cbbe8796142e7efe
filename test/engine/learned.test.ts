/**
 * Records that follow learned text, against the walk: the same output, rejects and counts, whatever stands where. Each
 * engine that learns has seen the form that a changed line is nearly of.
 */
import { expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { buildPlan, type Plan } from '../../src/engine/plan.ts';
import { compileExpressions, parsePath } from '../../src/selector/index.ts';
import { isFull, sized } from '../support/full.ts';
import { createRandom, mutate } from './conformance/mutate.ts';
import { seedLines } from './conformance/seeds.ts';
import { createEngine, processBytes } from './harness.ts';

const columns = ['ts', 'msg', 'd.ms', 'd', 'a[1]', 'a[2].x', 'é', 'n', 'id.orig_h'].map((name) => ({
  name,
  path: parsePath(name),
}));
const everything = compileExpressions([]);
const plans: Readonly<Record<string, Plan>> = {
  lines: buildPlan(everything, { to: 'lines' }),
  filter: buildPlan(compileExpressions(['d.ms >= 5 || msg ~ "a" || !has(ts)']), { to: 'lines' }),
  ndjson: buildPlan(everything, { to: 'ndjson', columns }),
  csv: buildPlan(everything, { to: 'csv', columns }),
  discovery: buildPlan(everything, { to: 'csv', columns: columns.slice(0, 3) }, true),
};

interface Pair {
  readonly learns: Engine;
  readonly walks: Engine;
}
const newPair = (plan: Plan): Pair => ({
  learns: createEngine(plan, { maxDepth: 80 }),
  walks: createEngine(plan, { maxDepth: 80, walkAll: true }),
});

function outcome(engine: Engine, bytes: Uint8Array, offset: number, isDiscovery: boolean) {
  const { out, rejects, counts } = processBytes(engine, bytes, offset);
  const bad = rejects.map(({ code, line, column, text }) => ({ code, line, column, length: text.length }));
  const keys = isDiscovery ? engine.newKeys() : undefined;
  return { out: out.toString('latin1'), bad, counts, keys };
}

/** Both engines say the same of these lines. @returns what they say */
function compare({ learns, walks }: Pair, lines: readonly Uint8Array[], offset: number, isDiscovery = false) {
  const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
  const expected = outcome(walks, bytes, offset, isDiscovery);
  expect(outcome(learns, bytes, offset, isDiscovery)).toEqual(expected);
  return expected;
}

const forms: readonly string[] = [
  '{"ts":"2026-01-05T08:00:00.000Z","msg":"caf\u00e9 \\"quoted\\" \\u00e9\ud83d\ude00","d":{"ms":5.25,"n":[]},"ok":true,"n":null,"a":[1,-20,{"x":"y"}],"é":0}',
  '{ "ts" : 1767600000.013 , "d" : { "ms" : -1.5e3 } , "id.orig_h" : "10.0.0.1" , "a" : [ "x" , "a string that is longer than a whole block of sixty-four bytes, and goes on" ] }\r',
  '{"d":{},"a":[[],{},[{"x":[false]}]],"a key that is as long as two vectors or more":"v","n":12345678901234567890}',
  '[["x",1],{"d":{"ms":1}},0.1234567890123456,"\\\\"]',
];
const nasty = [
  ...[0x00, 0x01, 0x09, 0x0a, 0x0d, 0x1f, 0x20, 0x22, 0x27, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x39, 0x3a],
  ...[0x45, 0x5b, 0x5c, 0x5d, 0x61, 0x65, 0x6e, 0x74, 0x75, 0x7b, 0x7d, 0x7f, 0x80, 0xa9, 0xbf, 0xc0, 0xc3, 0xe2],
  ...[0xed, 0xef, 0xf0, 0xf4, 0xff],
];

/** The line with each nasty byte at a place, without the byte there, and with it twice. */
function changed(line: Buffer, at: number): Buffer[] {
  const bytes = isFull ? Array.from({ length: 256 }, (_, byte) => byte) : nasty;
  return [
    ...bytes.map((byte) => Buffer.from(line).fill(byte, at, at + 1)),
    Buffer.concat([line.subarray(0, at), line.subarray(at + 1)]),
    Buffer.concat([line.subarray(0, at + 1), line.subarray(at)]),
  ];
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function isJson(line: Uint8Array): boolean {
  try {
    JSON.parse(decoder.decode(line));
    return true;
  } catch {
    return false;
  }
}

for (const [name, plan] of Object.entries(plans)) {
  test(`any byte at any place of a record whose texts are learned: ${name}`, () => {
    const random = createRandom(3);
    for (const form of forms) {
      const good = Buffer.from(form);
      for (let at = 0; at < good.length; at++) {
        // New ones, because lines that do not fit use up what may be spent on them.
        const pair = newPair(plan);
        compare(pair, [good, good, good], 0);
        const mutants = changed(good, at);
        const { bad } = compare(
          pair,
          mutants.flatMap((line) => [good, line]),
          random.below(64),
          name === 'discovery',
        );
        if (name !== 'lines') continue;
        // Lines that hold a newline are two, so only the others can be numbered.
        const whole = mutants.filter((line) => !line.includes(0x0a) && line[0] !== 0x1e);
        const verdicts = compare(pair, whole, random.below(64)).bad.map(({ line }) => line);
        const isBad = (line: Buffer): boolean => !isJson(line) && line.toString().trim() !== '';
        expect(verdicts, `byte ${at} of ${form}`).toEqual(whole.flatMap((line, i) => (isBad(line) ? [i] : [])));
        expect(bad.length).toBeGreaterThan(0);
      }
    }
  });
}

const turns: readonly string[] = [
  '{"ts":"t","a":["x"],"msg":"m","n":"e"}',
  '{"ts":"t","a":["x","y"],"msg":"m","d":{"ms":5}}',
  '{"ts":"t","a":["x","y","z",7],"msg":"","d":{"ms":"5"}}',
  '{"ts":"t","a":["x",7.5,"y"],"msg":"m"}',
];

test('any byte at any place of records whose texts come in turns', () => {
  const random = createRandom(5);
  const good = turns.map((form) => Buffer.from(form));
  for (const plan of [plans.ndjson!, plans.filter!]) {
    for (const [number, form] of good.entries()) {
      for (let at = 0; at < form.length; at++) {
        const others = [good[(number + 1 + random.below(3)) % 4]!, good[random.below(4)]!];
        const pair = newPair(plan);
        compare(pair, [form, ...others, form, ...others, form], 0);
        const lines = changed(form, at).flatMap((line) => [
          form,
          others[random.below(2)]!,
          line,
          others[random.below(2)]!,
        ]);
        compare(pair, lines, random.below(64));
      }
    }
  }
});

test('streams of random mutants of a few records', () => {
  const random = createRandom(19);
  const names = Object.keys(plans);
  for (let round = 0; round < sized(100, 10_000); round++) {
    const name = names[round % names.length]!;
    const pair = newPair(plans[name]!);
    const own = Array.from({ length: 1 + random.below(4) }, () => seedLines[random.below(seedLines.length)]!);
    const seeds = [...own, ...forms.map((form) => Buffer.from(form))];
    for (let block = 0; block < 3; block++) {
      const lines = Array.from({ length: 50 }, () =>
        random.below(3) === 0 ? mutate(random, seeds) : seeds[random.below(seeds.length)]!,
      );
      compare(pair, lines, random.below(64), name === 'discovery');
    }
  }
});

test('records longer than what is looked at at once, at every distance from its end', () => {
  const pair = newPair(plans.ndjson!);
  const record = (bytes: number): Buffer =>
    Buffer.from(`{"ts":1,"msg":"${'a\\n'.repeat(Math.floor(bytes / 3))}${'x'.repeat(bytes % 3)}","d":{"ms":2},"n":3}`);
  for (let round = 0; round < sized(40, 400); round++) {
    compare(pair, [8000 + round * 7, 100, 60_000, round, 8192 - 64 + round, 200].map(record), round % 64);
  }
});

test('more texts than there is room for, deeper than is learned, wider than a list', () => {
  const pair = newPair(plans.ndjson!);
  const numbers = Array.from({ length: 6000 }, (_, i) => i);
  compare(
    pair,
    numbers.map((i) => Buffer.from(`{"ts":${i},"key ${i}":{"d":"${i}"},"d":{"ms":${i}}}`)),
    0,
  );
  compare(
    pair,
    numbers.map((i) => Buffer.from(`{"ts":${i},"k${i % 60}":1,"d":{"ms":${i}}}`)),
    0,
  );
  for (const depth of [60, 64, 65, 79, 80, 81]) {
    const nested = Buffer.from(`{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)},"ts":1}`);
    compare(pair, [nested, nested, nested], 0);
  }
});

test('values that change their kind, and keys that come twice, in any order', () => {
  const random = createRandom(29);
  const values = [
    '1',
    '"s"',
    'null',
    '{"ms":7}',
    '{"ms":null}',
    '{}',
    '[]',
    '[1,{"x":2},3]',
    '["",[0],{"x":"z"}]',
    '-0',
    'true',
  ];
  const pick = (): string => values[random.below(values.length)]!;
  for (const name of ['filter', 'ndjson', 'discovery'] as const) {
    const pair = newPair(plans[name]!);
    for (let block = 0; block < sized(30, 1000); block++) {
      const lines = Array.from({ length: 40 }, () => {
        const keys = ['ts', 'd', 'a', 'msg', 'other', ...(random.below(4) === 0 ? ['d', '\\u0061'] : [])];
        return Buffer.from(`{${keys.map((key) => `"${key}":${pick()}`).join(',')}}`);
      });
      compare(pair, lines, random.below(64), name === 'discovery');
    }
  }
});

const numbers = [
  ...[
    '0',
    '-0',
    '7',
    '-31',
    '0.5',
    '-12.25',
    '1767600000.013',
    '0.0016014575958251953',
    '9007199254740993',
    '5e3',
    '-1.5E-7',
  ],
  ...['12345678901234567890123456789012', '0.1234567890123456789012345678901', '123456789012345678901234567890123.5'],
];
const noNumbers = ['01', '-', '1.', '.5', '1.2.3', '1/2', '--1', '1-', '+1', '1e', '00.5', '-01', '1,', '12x', '1.-2'];

test('numbers in every form, between texts that change from record to record', () => {
  const random = createRandom(11);
  const one = (list: readonly string[]): string => list[random.below(list.length)]!;
  for (const [name, plan] of Object.entries(plans)) {
    const pair = newPair(plan);
    for (let round = 0; round < 40; round++) {
      const lines = Array.from({ length: 40 }, () => {
        const value = (): string => one(random.below(60) === 0 ? noNumbers : numbers);
        // In containers that are wanted, a number and a text by turns; arrays, whose commas are followed by no quote.
        const inside = random.below(3) === 0 ? '"text"' : value();
        const last = random.below(2) === 0 ? `,"n":${value()}` : '';
        return Buffer.from(`{"ts":${value()},"d":{"ms":${inside}},"a":[${value()},${value()}]${last},"msg":"m"}`);
      });
      compare(pair, lines, random.below(64), name === 'discovery');
    }
  }
});
