/** CSV as NDJSON: cells, line numbers, and what is no row; the same for every way of cutting the bytes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CsvShape } from '../../../src/convert/csv/shape.ts';
import { CsvSource } from '../../../src/convert/csv/source.ts';
import { SourceError, WOULD_BLOCK } from '../../../src/io/index.ts';
import { GivenSource, type Reading } from '../../graph/support.ts';
import { inPieces } from '../support.ts';

const plainShape: CsvShape = { delimiter: ',', needed: [] };

function read(readings: readonly Reading[], most = 1 << 20, shape = plainShape): string {
  const source = new CsvSource(new GivenSource(readings), shape, most);
  const target = new Uint8Array(7);
  let out = '';
  for (let count = source.readNow(target); count !== 0; count = source.readNow(target)) {
    if (count !== WOULD_BLOCK) out += Buffer.from(target.subarray(0, count)).toString('latin1');
  }
  return Buffer.from(out, 'latin1').toString();
}

const cases: [string, string][] = [
  ['a,b\n1,2\n', '\n{"a":1,"b":2}\n'],
  ['a,b\r\n1,2\r\n3,4', '\n{"a":1,"b":2}\n{"a":3,"b":4}'],
  [
    'a\n-1.50e+3\n01\n1.\n.5\n+1\n-\n1_0\nNaN\n',
    '\n{"a":-1.50e+3}\n{"a":"01"}\n{"a":"1."}\n{"a":".5"}\n{"a":"+1"}\n{"a":"-"}\n{"a":"1_0"}\n{"a":"NaN"}\n',
  ],
  ['a,b\n,""\n', '\n{"a":null,"b":""}\n'],
  ['a,b\n[],"[""x=1"",""y""]"\n[1],"[x"\n', '\n{"a":[],"b":["x=1","y"]}\n{"a":[1],"b":"[x"}\n'],
  ['a,b\ntrue,false\ntru,"true"\n', '\n{"a":true,"b":false}\n{"a":"tru","b":"true"}\n'],
  ['a,b\n"{""c"":[1, 2]}","{"\n', '\n{"a":{"c":[1, 2]},"b":"{"}\n'],
  ['a,b\n"x ""y"", z","5"\n', '\n{"a":"x \\"y\\", z","b":5}\n'],
  ['"a ""1""",é\n\\,\t\n', '\n{"a \\"1\\"":"\\\\","é":"\\t"}\n'],
  ['\u{feff}a\nü€😀\n', '\n{"a":"ü€😀"}\n'],
  ['a,b\n"1\n2\n3",x\n4,5\n', '\n{"a":"1\\n2\\n3","b":"x"}\n\n\n{"a":4,"b":5}\n'],
  ['"a\nb"\n1\n', '\n\n{"a\\nb":1}\n'],
  ['a,b\n\n1,2\n\r\n', '\n\n{"a":1,"b":2}\n\n'],
  // Rows that are none come as they are, and never as JSON.
  ['a,b\n1\n1,2,3\n"x"y,2\nx"y,2\n', '\n,1\n1,2,3\n"x"y,2\nx"y,2\n'],
  ['a\n{"a":1,"b":2}\n', '\n,{"a":1,"b":2}\n'],
  ['a,b\n"1\n2"\n3,4\n', '\n"1\n2"\n{"a":3,"b":4}\n'],
  ['a,b\n1,2\n"x,3\n4,5\n', '\n{"a":1,"b":2}\n"x,3\n4,5\n'],
  ['a', ''],
  ['', ''],
];

test.each(cases)('%j', (csv, ndjson) => {
  const bytes = Buffer.from(csv);
  expect(read([bytes])).toBe(ndjson);
  for (const step of [1, 2, 3, 5]) {
    const readings: Reading[] = [];
    for (let at = 0; at < bytes.length; at += step) readings.push(bytes.subarray(at, at + step), 'dry');
    expect(read(readings), `in pieces of ${step}`).toBe(ndjson);
  }
});

describe('tsv', () => {
  const cases: readonly [tsv: string, types: 'look' | 'text', ndjson: string][] = [
    ['a\tb\n1\tx "y"\n', 'look', '\n{"a":1,"b":"x \\"y\\""}\n'],
    ['a\\tb\tc\r\nx\\ty\\\\n\t\r\n', 'look', '\n{"a\\tb":"x\\ty\\\\n","c":null}\n'],
    ['a\tb\n"\t"\n\\q\t{"c":[1,"\\\\n"]}\n', 'look', '\n{"a":"\\"","b":"\\""}\n{"a":"\\\\q","b":{"c":[1,"\\n"]}}\n'],
    ['a\tb\n1\n1\t2\t3\n1\ttrue\n', 'text', '\n,1\n1\t2\t3\n{"a":"1","b":"true"}\n'],
  ];
  test.each(cases)('%j as %s', (tsv, types, ndjson) => {
    const shape: CsvShape = { delimiter: ',', needed: [], types, isTsv: true };
    expect(read([Buffer.from(tsv)], 1 << 20, shape)).toBe(ndjson);
    expect(read(inPieces(tsv, 1), 1 << 20, shape)).toBe(ndjson);
  });
});

test('cells may all be text', () => {
  const csv = 'a,b\n1,\ntrue,"2"\n[],"[""x""]"\n';
  const ndjson = '\n{"a":"1","b":""}\n{"a":"true","b":"2"}\n{"a":"[]","b":"[\\"x\\"]"}\n';
  const shape: CsvShape = { delimiter: ',', needed: [], types: 'text' };
  expect(read([Buffer.from(csv)], 1 << 20, shape)).toBe(ndjson);
  expect(read(inPieces(csv, 1), 1 << 20, shape)).toBe(ndjson);
});

test('a header that cannot be one is an error of the input', () => {
  expect(() => read([Buffer.from('é,b,é\n1,2,3\n')])).toThrow(
    'cannot read given: two columns are called "é"; rename one',
  );
  expect(() => read([Buffer.from('"a"x\n1\n')])).toThrow('cannot read given: the quotes of its header do not match');
});

test.each([
  ['x"y,2', 'x"y,2'],
  ['"x"y"z,2', '"x"y"z,2'],
  ['"x""y"z,2', '"x""y"z,2'],
])('quotes inside of a cell cost only the row: %j', (row, bad) => {
  const csv = `a,b\n1,"a\n""b"\n${row}\n3,"4,"\n`;
  const ndjson = `\n{"a":1,"b":"a\\n\\"b"}\n\n${bad}\n{"a":3,"b":"4,"}\n`;
  expect(read([Buffer.from(csv)])).toBe(ndjson);
  for (const size of [1, 2, 3]) expect(read(inPieces(csv, size))).toBe(ndjson);
});

test('quotes that do not end stop the reading, and memory does not grow', () => {
  const csv = Buffer.from(`a,b\n1,2\n3,"${'x\n'.repeat(5000)}`);
  expect(() => read([csv], 1000)).toThrow(SourceError);
  expect(() => read([csv], 1000)).toThrow(
    'given:3: the quotes of the row do not end within 1000 bytes; nothing behind it is read',
  );
});

describe('rows that are converted byte by byte', () => {
  const pieces = [
    ...[
      '',
      'x',
      'ü',
      '0',
      '-',
      '-1',
      '01',
      '1.',
      '.5',
      '1e5',
      '1E+',
      '2026-01-01',
      ' 7',
      '"',
      '""',
      '"a"',
      '"5"',
      '"-"',
    ],
    ...[
      '"x""y"',
      '"a,b;c"',
      '"1\n2"',
      '"\t"',
      '\\',
      '\t',
      '\u0001',
      '\r',
      '[]',
      '[1]',
      '["a"]',
      '"[]"',
      '"[""a"",""b=c""]"',
    ],
    ...['"[""a\\""]"', '"[1]"', '"[""a"""', '"[""a"",]"', '"[', '"]"', ';', '{"a":1}'],
  ];
  const row = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 });

  test('are what they are as texts', () => {
    const rows = fc.array(fc.tuple(row, fc.constantFrom('\n', '\r\n')), { maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.constantFrom(',', ';', '\t', '|'), fc.boolean(), (some, delimiter, hasEnd) => {
        const text = some.map(([cells, end]) => cells.join(delimiter) + end).join('');
        const csv = Buffer.from(`a${delimiter}b\n${hasEnd ? text : text.slice(0, -1)}`);
        const shape = { delimiter, needed: [] };
        const whole = read([csv], 1 << 20, shape);
        // A row of which a part has been read before is not converted byte by byte.
        const cut = Array.from(csv, (byte): Reading => Buffer.from([byte]));
        expect(whole).toBe(read(cut, 1 << 20, shape));
      }),
      { numRuns: 500 },
    );
  });

  test('are whole where the bytes at hand end, and when they become much longer', () => {
    const names = Array.from({ length: 40 }, (_, i) => `${'long'.repeat(10)}${i}`);
    const cells = (i: number) => names.map((_, k) => (k === i % 40 ? `"${'é,'.repeat(i % 300)}"` : ''));
    const rows = Array.from({ length: 5000 }, (_, i) => cells(i));
    const csv = Buffer.from([names, ...rows].map((one) => `${one.join(',')}\n`).join(''));
    const lines = read([csv]).split('\n').slice(1, -1);
    expect(lines.length).toBe(rows.length);
    for (const [i, line] of lines.entries()) {
      const values = Object.values(JSON.parse(line) as Record<string, string | null>);
      if (values.length !== 40 || values[i % 40] !== 'é,'.repeat(i % 300)) throw new Error(line);
    }
  });

  test('a row that is longer than what is read at once', () => {
    const long = 'x"",\n'.repeat(100_000);
    const out = read([Buffer.from(`a,b\n1,2\n3,"${long}"\n5,6\n`)]);
    expect(out.replace(/"b":"x[^}]*}\n+/, '…')).toBe('\n{"a":1,"b":2}\n{"a":3,…{"a":5,"b":6}\n');
  });
});

describe('columns that are not there', () => {
  const needed = [
    { flag: '--series', path: 'series' },
    { flag: '--time', path: 'when' },
    { flag: '--value', path: 'a.b' },
  ];
  const told = (header: string, delimiter = ',') => {
    try {
      return read([Buffer.from(`${header}\n1,2,3\n`)], 1 << 20, { delimiter, needed });
    } catch (error) {
      return error instanceof SourceError ? error.message.replace('cannot read given: ', '') : error;
    }
  };

  test.each([
    [
      'time,serie,value',
      'there is no column "series" for --series; the header has "time", "serie", "value"; did you mean "serie"?',
    ],
    [
      'series,time,value',
      'there is no column "when" for --time; the header has "series", "time", "value"; name one with --time',
    ],
    ['series,when,a', '\n{"series":1,"when":2,"a":3}\n'],
    [
      'series,when,a.b',
      `there is no column "a" for --value; a column whose name has a point is written in quotes: --value '"a.b"'`,
    ],
    ['series;when;a', 'its header is one column, "series;when;a", with `;` in it; cut it there with --delimiter \';\''],
    [
      'series\twhen\ta',
      'its header is one column, "series␉when␉a", with tabs in it; cut it there with --delimiter tab',
    ],
    [
      '"x\u001b[2J",y',
      'there is no column "series" for --series; the header has "x␛[2J", "y"; name one with --series, or the series itself with --series-name',
    ],
  ])('%j', (header, message) => {
    expect(told(header)).toBe(message);
  });

  test('a comma is recognised as well, and many columns are not all listed', () => {
    expect(told('series,when,a', ';')).toContain("with `,` in it; cut it there with --delimiter ','");
    expect(told(Array.from({ length: 30 }, (_, i) => `c${i}`).join(','))).toContain('"c9" and 20 more; name one');
  });
});
