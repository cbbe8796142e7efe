/**
 * The check of lines that are not an input gives the verdicts of an input: the same lines, codes, columns and numbers,
 * for any bytes, any place of the grid, and any room of its list.
 */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import * as L from '../../src/engine/layout.ts';
import { createMemory, type EngineOptions } from '../../src/engine/memory.ts';
import { buildPlan } from '../../src/engine/plan.ts';
import { RowEngine } from '../../src/engine/row-engine.ts';
import { compileExpressions, parseTangentPath } from '../../src/selector/index.ts';
import { isFull, sized } from '../support/full.ts';
import { corpus } from './conformance/corpus.ts';
import { createRandom, mutate } from './conformance/mutate.ts';
import { seedLines } from './conformance/seeds.ts';
import { createEngine, everything, processBytes } from './harness.ts';

const options: EngineOptions = {
  ...{ blockBytes: 1 << 20, blockCount: 1, maxDepth: 1024, maxRecordBytes: 1 << 19, keepRejects: false },
  strictKeys: false,
  rows: { forAll: false, tableBytes: 1 << 16, pinBytes: 1 << 16, longBlockBytes: 1 << 20 },
};
// A plan that looks for something: the check must not, and must leave it as it is.
const plan = buildPlan(compileExpressions(['before == 1']), {
  ...{ to: 'rows', fields: [parseTangentPath('a')], select: undefined },
});
/** With nothing learned about the lines before. */
function newEngine(): RowEngine {
  const { memory, map } = createMemory(plan, options);
  return new RowEngine(memory, map, options, plan);
}
let engine = newEngine();
const input = createEngine(buildPlan(everything, { to: 'lines' }), { maxRecordBytes: options.maxRecordBytes });

beforeAll(() => {
  Error.stackTraceLimit = 0;
});
beforeEach(() => {
  engine = newEngine();
});

interface Verdict {
  readonly line: number;
  readonly code: number;
  readonly column: number;
  readonly length: number;
}

/** Puts bytes out as a plugin would, and takes what the list says, as often as it is full. */
function verdictsOf(bytes: Uint8Array, before: number): { bad: Verdict[]; lines: number } {
  const bad: Verdict[] = [];
  engine.setWord(0, L.B_OUT_BYTES, 0);
  engine.setWord(0, L.B_OUT_START, 0);
  for (const word of [L.B_OUT_LISTED, L.B_OUT_LINES, L.B_OUT_REJECTED]) engine.setWord(0, word, 0);
  // What stands before is not looked at, and moves the rest against the grid.
  engine.appendOut(0, new Uint8Array(before).fill(0x22));
  engine.appendOut(0, bytes);
  for (let at = before; at < before + bytes.length; ) {
    at = engine.checkOut(0, at);
    const listed = engine.word(0, L.B_OUT_LISTED);
    for (let i = 0; i < listed; i++) {
      const { from, to, at: place, code, line } = engine.listedLine(0, i);
      if (code !== 0) bad.push({ line, code, column: place - from + 1, length: to - from });
    }
    if (listed === L.OUT_LIST_ENTRIES) engine.setWord(0, L.B_OUT_LISTED, 0);
  }
  expect(engine.word(0, L.B_OUT_REJECTED)).toBe(bad.length);
  return { bad, lines: engine.word(0, L.B_OUT_LINES) };
}

function compare(bytes: Uint8Array, before: number): void {
  const { rejects, counts } = processBytes(input, bytes);
  const expected = rejects.map(({ line, code, column, from, to }) => ({ line, code, column, length: to - from }));
  const { bad, lines } = verdictsOf(bytes, before);
  expect(bad).toEqual(expected);
  expect(lines).toBe(counts.lines);
}

const joined = (lines: readonly Uint8Array[]): Buffer =>
  Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));

test('the corpus, at several places of the grid', () => {
  const known = corpus.filter(({ bytes }) => bytes.length < options.maxRecordBytes).map(({ bytes }) => bytes);
  for (const before of [0, 1, 31, 63]) {
    for (let i = 0; i < known.length; i += 200) compare(joined(known.slice(i, i + 200)), before);
  }
});

test('mutated lines, thousands of them in one output', () => {
  const random = createRandom(7);
  for (let round = 0; round < 20; round++) {
    const lines = Array.from({ length: 500 }, () => mutate(random, seedLines));
    compare(joined(lines).subarray(0, 1 << 19), random.below(64));
  }
}, 60_000);

/** Three lines of a shape and one that is nearly of it, so that it is compared with theirs. */
const among = (good: Uint8Array, others: readonly Uint8Array[]): Buffer =>
  joined(others.flatMap((other) => [good, good, good, other]));

test('lines that are nearly of the shape of those before', () => {
  const random = createRandom(11);
  const shapes = [
    '{"message":"1gM14Ui0","seen":3,"duration":5.7992710613730049,"ok":true,"none":null,"tags":["beta","prod"]}',
    '{ "a" : [ 1 , -2.5e3 , {} , [] ] , "\\u00e9é" : false }',
    '"text"',
    '-0.5',
    `[${'1,'.repeat(254)}1]`,
    `[${'1,'.repeat(300)}1]`,
    `["${'","'.repeat(253)}"]`,
  ];
  for (const shape of shapes) {
    const good = Buffer.from(shape);
    const mutants = Array.from({ length: 500 }, () => mutate(random, [good]));
    compare(among(good, mutants).subarray(0, 1 << 19), random.below(64));
    // Any byte at any place: all that a token can become.
    const bytes = Array.from({ length: 128 }, (_, byte) =>
      Buffer.from(good).fill(byte, byte % good.length, (byte % good.length) + 1),
    );
    compare(among(good, bytes).subarray(0, 1 << 19), 0);
  }
});

/**
 * So many lines of a form pay for one that is not of it: each of those is compared with the form, and the next ones
 * are again.
 */
const PAID = 30;
const afterMany = (good: Uint8Array, others: readonly Uint8Array[]): Buffer =>
  joined(others.flatMap((other) => [...Array.from({ length: PAID }, () => good), other]));

const forms = [
  '{"message":"1gM14Ui0","seen":3,"duration":5.7992710613730049,"ok":true,"none":null,"tags":["beta","prod"],"z":[]}',
  '{"at":"2026-03-01T09:00:00.000Z","a name that is longer than a vector":-12,"\\u00e9é":"as long as two vectors, and more text"}',
  '[[{"a":{"b":[false,1e5,"",-0.5,""]}},12345678901234567890123],{}]',
  '"text"',
  '-10.25',
];
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isJson(line: Uint8Array): boolean {
  try {
    // The mark before a record (RFC 7464) is no part of it.
    JSON.parse(decoder.decode(line[0] === 0x1e ? line.subarray(1) : line));
    return true;
  } catch {
    return false;
  }
}

test.each(forms)(
  'any byte at any place of a line whose form is known: %s',
  (text) => {
    const good = Buffer.from(text);
    // Newlines make two lines of one.
    const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0x0a);
    const random = createRandom(5);
    for (let at = 0; at < good.length; at++) {
      const some = isFull ? bytes : bytes.filter((byte) => (byte >= 0x20 && byte < 0x7f) || random.below(8) === 0);
      const lines = some.map((byte) => Buffer.from(good).fill(byte, at, at + 1));
      const expected = lines.flatMap((line, i) => (isJson(line) ? [] : [(PAID + 1) * (i + 1) - 1]));
      const { bad } = verdictsOf(afterMany(good, lines), random.below(64));
      expect(
        bad.map(({ line }) => line),
        `byte ${at}`,
      ).toEqual(expected);
    }
  },
  600_000,
);

test('lines that are nearly of a form that is known: the verdicts of an input', () => {
  const random = createRandom(13);
  for (let round = 0; round < sized(30, 2000); round++) {
    const good = Buffer.from(forms[round % forms.length]!);
    const seeds = random.below(3) === 0 ? forms.map((form) => Buffer.from(form)) : [good];
    const mutants = Array.from({ length: 100 }, () => mutate(random, seeds));
    const bytes = afterMany(good, mutants);
    expect(bytes.length).toBeLessThan(1 << 19);
    compare(bytes, random.below(64));
  }
}, 600_000);

test('a form whose names, sizes, depth or end are others', () => {
  const line = (text: string): Buffer => Buffer.from(text);
  const good = line('{"a":"x","b":1}');
  compare(
    afterMany(
      good,
      [
        ...[
          '{"a":"x","c":1}',
          '{"a":"x","b":1}}',
          '{"a":"x","b":1',
          '{"a":"x","b":1,"c":2}',
          '{"a":"x","b":}',
          '{"a":"x"}',
        ],
        ...[
          '{"a":x,"b":1}',
          '{"a":"x","b":"1"}',
          ' {"a":"x","b":1}',
          '{"a":"x","b":1}\r',
          '{"a":"x", "b":1}',
          '',
          '\u001e',
        ],
        ...[
          '\ufeff{"a":"x","b":1}',
          '\u001e{"a":"x","b":1}',
          `{"a":"${'x'.repeat(40_000)}","b":1}`,
          '{"a":"\u007f","b":1}',
        ],
        ...[
          `{"a":"${'x'.repeat(options.maxRecordBytes - 14)}","b":1}`,
          '{"a":"x","b":0}',
          '{"a":"x","b":01}',
          '{"a":"","b":-}',
        ],
      ].map(line),
    ),
    3,
  );
});

test('a line of the form that is longer than a record may be', () => {
  const lengths = [0, 1].map((more) => Buffer.from(`{"a":"${'x'.repeat(options.maxRecordBytes - 14 + more)}","b":1}`));
  for (const line of lengths) {
    engine = newEngine();
    compare(afterMany(Buffer.from('{"a":"x","b":1}'), [line]), 0);
  }
});

test('no form is taken from a bad line', () => {
  const bad = [
    ...[
      '{"a":1,}',
      '{"a" "b"}',
      '{"a":01,"b":1}',
      '[1,2',
      '{"\\x":"y"}',
      '{"\t":"y"}',
      'x',
      '"a',
      '{"a":"b"}}',
      '[1,2]]',
    ],
    ...['\u001e{"a":1}', '\ufeff{"a":1}'],
  ].map((text) => Buffer.from(text));
  const notUtf8 = [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), Buffer.from([0x22, 0xc3, 0x22])];
  for (const line of [...bad, ...notUtf8]) {
    engine = newEngine();
    compare(joined([line, line, line, line, line]), 0);
  }
});

test('an output that ends in the middle of a form, before bytes that would complete it', () => {
  const good = Buffer.from('{"a":"x","b":1}\n');
  const many = Buffer.concat(Array.from({ length: 40 }, () => good));
  // What an output before left behind it.
  verdictsOf(many, 0);
  for (let cut = 1; cut < good.length - 1; cut++) {
    const bytes = Buffer.concat([many.subarray(0, 20 * good.length + cut), Buffer.from('\n')]);
    expect(verdictsOf(bytes, 0).bad.map(({ line }) => line)).toEqual([20]);
  }
});

test('numbers with about as many digits as a vector has bytes', () => {
  for (let digits = 13; digits < 20; digits++) {
    const tails = ['', 'e5', 'e', 'E-7', 'x', '.', '.5', '-', '"', ' 1', ':'];
    const heads = ['5.', '-0.', '0', '00.', '-', '.', '12345.'];
    const texts = heads.flatMap((head) => tails.map((tail) => `{"n":${head}${'7'.repeat(digits)}${tail}}`));
    const isBad = (text: string): boolean => {
      try {
        JSON.parse(text);
        return false;
      } catch {
        return true;
      }
    };
    const expected = texts.map(isBad).flatMap((bad, i) => (bad ? [4 * i + 3] : []));
    const good = Buffer.from('{"n":1.5}');
    const { bad } = verdictsOf(
      among(
        good,
        texts.map((text) => Buffer.from(text)),
      ),
      0,
    );
    expect(bad.map(({ line }) => line)).toEqual(expected);
  }
});

test('more bad lines than the list has room for', () => {
  compare(Buffer.from('x\n \n{}\n'.repeat(20_000)), 5);
});

test('between two steps of a block: the rows of the next one are what they were', () => {
  const text = '{"before":1,"a":"x"}\n{"before":1, "a":"y"}\n{"before":2}\n{"before":1,"a":"z"}\n';
  const from = engine.inputStart(0);
  engine.view(from, from + text.length).set(Buffer.from(text));
  engine.setWord(0, L.B_FROM, from);
  engine.setWord(0, L.B_TO, from + text.length);
  for (const word of [L.B_REJECT_COUNT, L.B_RECORDS, L.B_LINES]) engine.setWord(0, word, 0);
  const found: string[] = [];
  for (let at = from; at < from + text.length; ) {
    at = engine.collect(0, at, 1);
    if (engine.rowCount > 0) {
      const [start, to] = [engine.rowWord(0, L.ROW_FROM), engine.rowWord(0, L.ROW_TO)];
      found.push(Buffer.from(engine.view(start, to)).toString());
    }
    verdictsOf(Buffer.from('{"before":1, "a":"out"}\n'), 0);
  }
  expect(found).toEqual(['{"before":1,"a":"x"}', '{"before":1, "a":"y"}', '{"before":1,"a":"z"}']);
  expect(engine.word(0, L.B_LINES)).toBe(4);
});
