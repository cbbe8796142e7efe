/** CSV as NDJSON: cells, line numbers, and what is no row; the same for every way of cutting the bytes. */
import { expect, test } from 'vitest';
import { SourceError, WOULD_BLOCK } from '../../src/io/index.ts';
import { CsvSource } from '../../src/pipeline/csv-source.ts';
import { GivenSource, type Reading } from './support.ts';

function read(readings: readonly Reading[], most = 1 << 20): string {
  const source = new CsvSource(new GivenSource(readings), most);
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

test('a header that cannot be one is an error of the input', () => {
  expect(() => read([Buffer.from('é,b,é\n1,2,3\n')])).toThrow('cannot read given: two columns are called "é"');
  expect(() => read([Buffer.from('"a"x\n1\n')])).toThrow('cannot read given: the quotes of its header do not match');
});

test('quotes that do not end stop the reading, and memory does not grow', () => {
  const csv = Buffer.from(`a,b\n1,2\n3,"${'x\n'.repeat(5000)}`);
  expect(() => read([csv], 1000)).toThrow(SourceError);
  expect(() => read([csv], 1000)).toThrow(
    'given:3: the quotes of the row do not end within 1000 bytes; nothing behind it is read',
  );
});
