/** What the beginnings of inputs are taken for; and that this does not depend on how they came. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Source } from '../../src/io/index.ts';
import { CheckedSource } from '../../src/pipeline/checked-source.ts';
import { encodingOf, SHAPE_BYTES, shapeOf } from '../../src/pipeline/shape.ts';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const tar = Buffer.alloc(1024);
tar.write('a.ndjson');
tar.write('ustar', 257);
tar.write('{"a":1}\n', 512);

const shapes: readonly (readonly [what: string, input: Uint8Array])[] = [
  ['one JSON array', bytesOf('[\n  {"a":1},\n  {"a":2}\n]\n')],
  ['one JSON array', bytesOf('[{"a":1},\n{"a":2}]\n')],
  ['one JSON array', bytesOf('\n  [ {"a":1}, {"a":2} ]')],
  ['one JSON array', bytesOf('[{"a":1}]\n\n')],
  ['one JSON array', bytesOf(`[\n${'{"a":1},\n'.repeat(10_000)}`)],
  ['JSON over several lines', bytesOf('\ufeff{\n  "a": "}{",\n  "b": [1, -2.5e3, null]\n}\n{\n}\n')],
  ['JSON over several lines', bytesOf('{"a":\n{"b":2}}\n')],
  ['several JSON values on one line', bytesOf('{"a":1}{"a":2}\n')],
  ['several JSON values on one line', bytesOf('{"a":"\\""} {"a":2} {"a":3}')],
  ['several JSON values on one line', bytesOf('[1][2]\n')],
  ['several JSON values on one line', bytesOf('{"a":1}'.repeat(20_000))],
  ['commas between them', bytesOf('{"a":1}, \n{"a":2}\n')],
  ['text before the JSON', bytesOf('svc-1  | {"a":1}\nsvc-2  | {"a":{"b":2}}\nsvc-1  | {}\nother\n')],
  ['text before the JSON', bytesOf('svc-1  | {"a":1}')],
  ['CSV', bytesOf('time,level,msg\r\n2026-03-14,info,x\r\n2026-03-15,warn,y\r\n')],
  ['CSV', bytesOf('a,b\n1,2\n')],
  ['CSV', bytesOf('"a","b b"\n1,\n,2\n')],
  ['text, not JSON: it begins with "[Sun Dec 04"', bytesOf('[Sun Dec 04\n[2026-03-14 10:00:00] x\nthe end\n')],
  ['text, not JSON', bytesOf(`${'2026-03-14 10:00:00 started\n'.repeat(30)}{"a":1}\n`)],
  ['a SQLite database', bytesOf('SQLite format 3\0')],
  ['compressed with compress', Buffer.from('1f9d90', 'hex')],
  ['compressed with bzip2', Buffer.from('425a6839314159265359', 'hex')],
  ['compressed with xz', Buffer.from('fd377a585a000004', 'hex')],
  ['compressed with lz4', Buffer.from('04224d186440a7', 'hex')],
  ['compressed with gzip twice', gzipSync('{"a":1}\n')],
  ['a zip archive', Buffer.from('504b030414000000', 'hex')],
  ['a tar archive', tar],
  ['text in UTF-16', Buffer.from('\ufeff{"a":1}\n', 'utf16le')],
  ['text in UTF-16', Buffer.from('\ufeff{"a":1}\n', 'utf16le').swap16()],
  ['text in UTF-16', Buffer.from('{"a":1}\n', 'utf16le')],
  ['text in UTF-16', Buffer.from('[1]\n', 'utf16le').swap16()],
];

/** Inputs of lines, some of them bad, which are reported one by one. */
const lines: readonly Uint8Array[] = [
  '',
  '\n \n',
  '{"a":1}\n{"a":2}\n',
  '{"a":1}',
  '[1,2]\n',
  '[{"a":1}]\n[{"a":2}]\n',
  '1\n"x"\n',
  '"text {"\n',
  '"a{}"\n"b{}"\n"c{}"\n',
  '{"a":1\n{"a":2}\n',
  '{"a":\n{"a":2}\n{"a":3}\n',
  '{"a":"cut\n{"a":2}\n',
  '[1,\n{"a":2}\n{"a":3}\n',
  '{"a":1} x\n',
  '{"a":1}}\n{"a":2}\n',
  'banner\n{"a":1}\n',
  `${'banner\n'.repeat(15)}{"a":1}\n`,
  'one\ntwo\n',
  '[1,2\n[true\n[null\n[-3,4\n',
  'banner, of a service\n{"a":1}\n',
  'a,b\n1,2\n{"a":1}\n',
  'a,b\n',
  '"a, b"\n"c, d"\n"e, f"\n',
  'starting with {"a":1}\n{"a":2}\n{"a":3}\n',
  '\x1e{"a":1}\n\x1e{"a":2}\n',
  `${'x'.repeat(2 * SHAPE_BYTES)}\n`,
  `[${'{"a":1},'.repeat(SHAPE_BYTES)}1]\n`,
].map(bytesOf);

const finalOf = (input: Uint8Array) => shapeOf(input.subarray(0, SHAPE_BYTES), input.length < SHAPE_BYTES);

describe('shapeOf', () => {
  test.each(shapes)('%s', (what, input) => {
    expect(finalOf(input)).toMatchObject({ what: expect.stringContaining(what) });
  });

  test.each(lines.map((input) => [Buffer.from(input.subarray(0, 60)).toString(), input] as const))(
    'lines: %j',
    (_, input) => {
      expect(finalOf(input)).toBe('lines');
    },
  );

  test('the same however much of the input is there, once it says anything', () => {
    for (const input of [...shapes.map(([, bytes]) => bytes), ...lines]) {
      const final = finalOf(input);
      const step = Math.max(1, input.length >> 9);
      for (let length = 0; length < Math.min(input.length, SHAPE_BYTES); length += step) {
        const verdict = shapeOf(input.subarray(0, length), false);
        if (verdict !== 'undecided') expect({ length, verdict }).toEqual({ length, verdict: final });
      }
    }
  });

  test('of text that need not be JSON, only the encoding counts', () => {
    expect(encodingOf(bytesOf('a,b\n1,2\n'), true)).toBe('lines');
    expect(encodingOf(bytesOf('[\n1,\n'), true)).toBe('lines');
    expect(encodingOf(Buffer.from('\ufeffa,b\n', 'utf16le'), true)).toMatchObject({ what: 'text in UTF-16' });
  });
});

describe('CheckedSource', () => {
  /** Gives the parts one by one, and would block before each. */
  const inParts = (parts: readonly string[]): Source => {
    const rest = parts.map(bytesOf);
    let isDry = true;
    return {
      ...{ name: 'in', sizeBytes: undefined, wait: async () => {}, close: () => {} },
      readNow: (target) => {
        isDry = !isDry;
        if (!isDry) return -1;
        const part = rest.shift() ?? new Uint8Array(0);
        target.set(part.subarray(0, target.length));
        if (part.length > target.length) rest.unshift(part.subarray(target.length));
        return Math.min(part.length, target.length);
      },
    };
  };
  const all = (source: Source, targetBytes: number): string => {
    const chunks: Buffer[] = [];
    const target = new Uint8Array(targetBytes);
    for (let bytes = source.readNow(target); bytes !== 0; bytes = source.readNow(target)) {
      if (bytes > 0) chunks.push(Buffer.from(target.slice(0, bytes)));
    }
    return Buffer.concat(chunks).toString();
  };

  test.each([1, 3, 1000])('hands on what it has looked at, into %i bytes', (targetBytes) => {
    for (const parts of [['{"a"', ':1}\n', '{"a":2}\n'], ['[1,', '\n{"a":2}\n{"a":3}\n{', '}\n'], ['x'], []]) {
      expect(all(new CheckedSource(inParts(parts), 'in', shapeOf), targetBytes)).toBe(parts.join(''));
    }
  });

  test.each([
    ['in.json', "cannot read in: it is one JSON array, not one record a line; try: jq -c '.[]' in.json | slung …"],
    ['-', "cannot read in: it is one JSON array, not one record a line; try: … | jq -c '.[]' | slung …"],
    ["it's\n", "try: jq -c '.[]' 'it'\\''s␊' | slung …"],
  ])('refuses %j with the command that helps', (input, message) => {
    const source = new CheckedSource(inParts(['[', '\n1', ']']), input, shapeOf);
    expect(() => all(source, 100)).toThrow(message);
  });
});
