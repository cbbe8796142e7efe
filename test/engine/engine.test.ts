/** The engine as a whole against JSON.parse: what it accepts, where values lie, and that the grid never shows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import type { Column, Path } from '../../src/engine/program.ts';
import { createEngine, everything, processBytes, run } from './harness.ts';

const key = (...keys: string[]): Path => ({
  text: keys.join('.'),
  wholeKey: keys.length > 1 ? keys.join('.') : undefined,
  steps: keys.map((name) => ({ kind: 'key', key: name })),
});
const column = (path: Path): Column => ({ name: path.text, path });
const project = (line: string, ...paths: Path[]): string =>
  run(`${line}\n`, everything, { to: 'ndjson', columns: paths.map(column) }).out.toString();

describe('lines', () => {
  it('passes good lines byte for byte and counts the rest', () => {
    const { out, counts, rejects } = run('{"a": 1 }\r\n\n{"a":}\n  \t\n[1,2]\n"x"\n-1.5e3\nnull\n');
    expect(out.toString()).toBe('{"a": 1 }\r\n[1,2]\n"x"\n-1.5e3\nnull\n');
    expect(counts).toEqual({ lines: 8, records: 5, matched: 5, blank: 2, rejected: 1 });
    expect(rejects[0]).toMatchObject({ code: 2, line: 2, column: 6 });
  });

  it('a bad line costs only itself', () => {
    const bad = [
      '{"a":"x',
      '"\\',
      '{"a":"b\\',
      '[',
      '{"a":1}}',
      '\u00e9',
      '{"a":"\t"}',
      '\0',
      '"\\u12"',
      '{"a" 1}',
      '[1,]',
    ];
    for (const line of bad) {
      const { out, rejects } = run(`{"ok":1}\n${line}\n{"ok":"\\n2"}\n`);
      expect(rejects.map(({ text }) => text.toString())).toEqual([line]);
      expect(out.toString()).toBe('{"ok":1}\n{"ok":"\\n2"}\n');
    }
  });

  it('counts nesting: the limit passes, one more is an error of that line', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    const objects = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    const { rejects, counts } = run(
      [nested(8), nested(9), objects(8), objects(9), '1'].map((line) => `${line}\n`).join(''),
      everything,
      { to: 'lines' },
      { maxDepth: 8 },
    );
    expect(counts.records).toBe(3);
    expect(rejects.map(({ code, line, column }) => ({ code, line, column }))).toEqual([
      { code: 15, line: 1, column: 9 },
      { code: 15, line: 3, column: 41 },
    ]);
  });

  it('a record longer than it may be is an error of its own', () => {
    const { rejects, out } = run('{"a":"0123456789"}\n{"a":1}\n', everything, { to: 'lines' }, { maxRecordBytes: 10 });
    expect(rejects.map(({ code, column }) => [code, column])).toEqual([[16, 11]]);
    expect(out.toString()).toBe('{"a":1}\n');
  });
});

describe('paths', () => {
  it('a whole key at the root wins over the steps, in either order', () => {
    expect(project('{"a":{"b":1},"a.b":2}', key('a', 'b'))).toBe('{"a.b":2}\n');
    expect(project('{"a.b":2,"a":{"b":1}}', key('a', 'b'))).toBe('{"a.b":2}\n');
    expect(project('{"a":{"b":1}}', key('a', 'b'))).toBe('{"a.b":1}\n');
  });

  it('the last of duplicate keys wins, with everything below it', () => {
    expect(project('{"a":{"b":1},"a":{"c":2}}', key('a', 'b'), key('a', 'c'))).toBe('{"a.c":2}\n');
    expect(project('{"a":1,"a":[2],"a":"3"}', key('a'))).toBe('{"a":"3"}\n');
    expect(project('{"a":{"b":1},"a":7}', key('a', 'b'), key('a'))).toBe('{"a":7}\n');
  });

  it('keys with escapes compare by value', () => {
    expect(project('{"\\u0061":1,"x\\n":2}', key('a'), key('x\n'))).toBe('{"a":1,"x\\n":2}\n');
    expect(project('{"\\ud83d\\ude00":1}', key('\u{1f600}'))).toBe('{"\u{1f600}":1}\n');
  });

  it('finds array elements, and nothing in scalars or root arrays', () => {
    const path: Path = {
      text: 'a[1].b',
      wholeKey: 'a[1].b',
      steps: [
        { kind: 'key', key: 'a' },
        { kind: 'index', index: 1 },
        { kind: 'key', key: 'b' },
      ],
    };
    expect(project('{"a":[{"b":0},{"b":[1, 2]},{"b":2}]}', path)).toBe('{"a[1].b":[1, 2]}\n');
    expect(project('{"a":[0]}', path)).toBe('{}\n');
    expect(project('[{"a":1}]', key('a'))).toBe('{}\n');
    expect(project('"a"', key('a'))).toBe('{}\n');
  });

  it('keys of every length are told apart', () => {
    const names = Array.from({ length: 80 }, (_, i) => 'k'.repeat(i + 1));
    const record = JSON.stringify(Object.fromEntries(names.map((name, i) => [name, i])));
    expect(project(record, ...names.map((name) => key(name)))).toBe(`${record}\n`);
    const others = names.map((name) => key(`${name.slice(0, -1)}x`));
    expect(project(record, ...others)).toBe('{}\n');
  });
});

describe('the grid', () => {
  const record =
    '{"s":"a\\"b\\\\","n":-12.5e+3,"t":true,"u":"\u00e9\u20ac\u{1f600}","o":{"x":[1,{"y":null}]},"e":"\\ud83d\\ude00\\n"}';
  const line = Buffer.from(`${record}\n`);
  const paths = [key('s'), key('n'), key('t'), key('u'), key('o', 'x'), key('e')];
  const expected = run(line, everything, { to: 'ndjson', columns: paths.map(column) }).out.toString();

  it('a line means the same at every offset from the 64-byte grid and the chunk border', () => {
    expect(JSON.parse(expected)).toMatchObject({ s: 'a"b\\', n: -12500, 'o.x': [1, { y: null }], e: '\u{1f600}\n' });
    const engine = createEngine(buildPlan(everything, { to: 'ndjson', columns: paths.map(column) }));
    for (let offset = 0; offset < 64; offset++) {
      expect(processBytes(engine, line, offset).out.toString()).toBe(expected);
    }
    for (let fill = 32768 - line.length - 2; fill <= 32768 + 2; fill++) {
      const filler = Buffer.from(`"${'x'.repeat(fill - 3)}"\n`);
      const { out, counts } = processBytes(engine, Buffer.concat([filler, line, line]));
      expect(out.toString()).toBe(`{}\n${expected}${expected}`);
      expect(counts.rejected).toBe(0);
    }
  });

  it('an error is on its own line wherever the line lies', () => {
    const engine = createEngine(buildPlan(everything, { to: 'lines' }));
    const good = Buffer.from('{"a":"b"}\n');
    const bad = [
      '"\xc3',
      '["\xf0\x90"',
      '"\xf0',
      '{"a":"\\',
      '"\\u00',
      '"\x01"',
      '"abc',
      '"\xe2\x82"]',
      '{"a":"\xc3"}',
      '"\xf0\x90\x80"',
    ];
    for (const text of bad) {
      const broken = Buffer.from(`${text}\n`, 'latin1');
      for (let offset = 0; offset < 130; offset++) {
        const filler = Buffer.from(offset < 3 ? '' : `"${'x'.repeat(offset - 3)}"\n`);
        const { rejects, counts } = processBytes(engine, Buffer.concat([filler, good, broken, good]));
        expect(rejects.map((reject) => reject.text.toString('latin1'))).toEqual([text]);
        expect(counts.records).toBe(offset < 3 ? 2 : 3);
      }
    }
  });
});

describe('values against JSON.parse', () => {
  const wanted = ['a', 'b', 'c', ''];
  const paths = [...wanted.map((name) => key(name)), ...wanted.map((name) => key('a', name))];
  const engine = createEngine(buildPlan(everything, { to: 'ndjson', columns: paths.map(column) }));
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('0', '-0', '1e5', '-12.75', '1E-3', '9007199254740993', '123456789012345678901234567890.5e-7'),
      fc.constantFrom('true', 'false', 'null', '""', '"a"', '"\\u0061\\n"', '"{\\"a\\":1}"', '[]', '{}', '[ ]', '{ }'),
      fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
      tie('object'),
    ),
    object: fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'a.b', '', 'x"y', 'longer key name'), tie('value')), {
        maxLength: 6,
      })
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)} : ${String(value)}`).join(',')}}`),
  }));

  it('every wanted value is where JSON.parse finds it', () => {
    fc.assert(
      fc.property(json.object, (text) => {
        const line = String(text);
        const record = JSON.parse(line) as Record<string, unknown>;
        const found: Record<string, unknown> = {};
        for (const path of paths) {
          const { wholeKey, steps } = path;
          let value: unknown = record;
          if (wholeKey !== undefined && Object.hasOwn(record, wholeKey)) value = record[wholeKey];
          else {
            for (const step of steps) {
              const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
              const name = step.kind === 'key' ? step.key : '';
              value =
                isObject && Object.hasOwn(value as object, name) ? (value as Record<string, unknown>)[name] : undefined;
            }
          }
          if (value !== undefined) found[path.text] = value;
        }
        const { out, counts } = processBytes(engine, Buffer.from(`${line}\n`));
        expect(counts.records).toBe(1);
        expect(JSON.parse(out.toString())).toEqual(found);
      }),
      { numRuns: 3000 },
    );
  });
});
