/** RFC 8259 §6 (numbers), §7 (strings) and §8 (character encoding). */
import {
  CODE_BAD_ESCAPE,
  CODE_BAD_NUMBER,
  CODE_BAD_UNICODE_ESCAPE,
  CODE_BAD_UTF8,
  CODE_CONTROL_CHARACTER,
  CODE_EXPECTED_COMMA_OR_BRACE,
  CODE_EXPECTED_COMMA_OR_BRACKET,
  CODE_TRAILING_BYTES,
  CODE_UNCLOSED_STRING,
  CODE_UNEXPECTED_BYTE,
} from '../../../src/engine/code-numbers.ts';
import { accept, bytes, type ConformanceCase, reject, rejectAt } from './case.ts';

const integers = [
  '0',
  '-0',
  '7',
  '-7',
  '10',
  '-120',
  '9007199254740993',
  '18446744073709551616',
  '1234567890'.repeat(9),
];
const fractions = ['', '.0', '.5', '.000', '.0123456789'];
const exponents = ['', 'e0', 'E5', 'e+7', 'E-7', 'e00', 'E+007', 'e400', 'e-400'];

/** All that the grammar joins, alone and in containers. */
function goodNumbers(): ConformanceCase[] {
  const all = integers.flatMap((int) => fractions.flatMap((frac) => exponents.map((exp) => int + frac + exp)));
  return accept(
    '6',
    ...all,
    ...all.filter((_, i) => i % 7 === 0).flatMap((text) => [`[${text}]`, `{"a":${text},"b":${text}}`]),
  );
}

/** Wherever a digit must follow, everything else is wrong, and so is the end of the line. */
function missingDigits(): ConformanceCase[] {
  const heads = ['-', '1.', '-1.', '0.', '1e', '1E', '1e+', '1E-', '-0.5e', '1.5e-', '12.'];
  const tails = [' ', ']', 'a', 'e', '.', '+', '-', '"', '/', ':', '\u0000', 'é', '\t'];
  return heads.flatMap((head) => [
    ...reject('6', CODE_BAD_NUMBER, `${head}‸`, `[${head}‸]`, `[${head}‸,1]`, `{"a":${head}‸}`),
    ...tails
      .filter((tail) => !(/e$/i.test(head) && '+-'.includes(tail)))
      .flatMap((tail) => reject('6', CODE_BAD_NUMBER, `${head}‸${tail}1`)),
  ]);
}

const badNumbers: ConformanceCase[] = [
  ...reject(
    '6',
    CODE_BAD_NUMBER,
    '0‸1',
    '0‸0',
    '-0‸1',
    '-0‸0',
    '0‸12.5',
    '[0‸1]',
    '{"a":-0‸5}',
    '0‸0.5',
    '1e‸',
    '-‸Infinity',
    '-‸NaN',
  ),
  ...reject('6', CODE_BAD_NUMBER, '-‸-1', '-‸+1', '1e+‸+1', '1e‸.5', '1.‸.2', '-‸.5', '1e+‸e', '1.‸e1', '-‸x'),
  ...reject('6', CODE_UNEXPECTED_BYTE, '‸+1', '‸.5', '‸e5', '‸+', '‸.', '‸E', '[‸+1]', '{"a":‸.5}', '‸$1', '‸١', '‸１'),
  ...reject(
    '6',
    CODE_TRAILING_BYTES,
    '0‸x10',
    '1‸_000',
    '1.5‸.5',
    '1e5‸.5',
    '1e5‸e5',
    '1‸f',
    '1‸n',
    '1 ‸2',
    '1‸-1',
    '1‸+1',
  ),
  ...reject('6', CODE_TRAILING_BYTES, '1‸\u0000', '1‸é', '1‸١', '0‸b1', '0‸o7', '1‸%', '1.0‸-', '0‸-0', '1‸/2', '1‸"'),
  ...reject(
    '6',
    CODE_EXPECTED_COMMA_OR_BRACKET,
    '[0‸x10]',
    '[1‸_0]',
    '[1.5‸.5]',
    '[1e5‸.5]',
    '[1 ‸000]',
    '[1‸-1]',
    '[1‸n]',
  ),
  ...reject('6', CODE_EXPECTED_COMMA_OR_BRACE, '{"a":0‸x10}', '{"a":1‸f}', '{"a":1e5‸e5}', '{"a":1‸-}'),
];

const plainStrings = accept(
  '7',
  ...[
    '""',
    '" "',
    '"a"',
    '"\'"',
    '"/"',
    '"\u007f"',
    '"a\\"b"',
    '"\\\\"',
    '"\\\\\\""',
    '"{}[]:,"',
    '"\u2028\u2029"',
    '"\u0080"',
  ],
  // Quotes and backslashes at the borders of 16, 32 and 64 bytes.
  ...[14, 15, 16, 17, 30, 31, 32, 62, 63, 64, 65, 126, 127, 128].flatMap((length) => [
    `"${'a'.repeat(length)}"`,
    `"${'a'.repeat(length)}\\""`,
    `"${'\\\\'.repeat(length)}"`,
    `["${'b'.repeat(length)}\\\\","c"]`,
    `{"${'é'.repeat(length)}":"${'\\"'.repeat(length)}"}`,
  ]),
);

function controlCharacters(): ConformanceCase[] {
  const cases: ConformanceCase[] = [];
  for (let code = 0; code < 0x20; code++) {
    if (code === 0x0a) continue; // That would be two lines.
    const character = String.fromCharCode(code);
    cases.push(
      ...reject('7', CODE_CONTROL_CHARACTER, `"‸${character}"`, `"abc‸${character}def"`, `{"k‸${character}":1}`),
      ...reject('7', CODE_CONTROL_CHARACTER, `["${'x'.repeat(70)}‸${character}"]`, `"\\\\‸${character}"`),
      ...reject('7', CODE_BAD_ESCAPE, `"\\‸${character}"`),
    );
    if (code !== 0x0d) cases.push(...reject('7', CODE_CONTROL_CHARACTER, `"open‸${character}`));
  }
  return cases;
}

/** Every ASCII character behind a backslash, and some that are not. */
function escapes(): ConformanceCase[] {
  const cases: ConformanceCase[] = [];
  for (let code = 0x20; code < 0x80; code++) {
    const character = String.fromCharCode(code);
    if ('"\\/bfnrt'.includes(character)) {
      cases.push(...accept('7', `"\\${character}"`, `["a\\${character}b"]`, `{"\\${character}":1}`));
    } else if (character !== 'u') {
      cases.push(...reject('7', CODE_BAD_ESCAPE, `"\\‸${character}"`, `{"a\\‸${character}":1}`));
    }
  }
  return [
    ...cases,
    ...reject(
      '7',
      CODE_BAD_ESCAPE,
      '"\\‸é"',
      '"\\‸€"',
      '"\\‸😀"',
      '"\\\\\\‸x"',
      '"\\‸U0041"',
      '"\\‸x41"',
      '"\\‸0"',
      '"\\n\\‸N"',
    ),
    rejectAt('7', CODE_BAD_ESCAPE, 3, bytes('"\\', [0xff], '"')),
  ];
}

const wrongHex = ['g', 'G', '/', ':', '@', '`', ' ', '"', '\\', '+', '-', '.', '\u0000', '\u007f', 'é', '😀', '１'];

function unicodeEscapes(): ConformanceCase[] {
  const good = [
    '0000',
    '0022',
    '005c',
    '0061',
    '00e9',
    '20AC',
    'abcd',
    'ABCD',
    'aBcD',
    '0009',
    'ffff',
    'FFFE',
    '000a',
    '9999',
  ];
  // Surrogates, paired or not, are a matter of meaning; the grammar takes them all.
  const surrogates = [
    '\\ud83d\\ude00',
    '\\uD800',
    '\\udfff',
    '\\ude00\\ud83d',
    '\\ud800\\ud800\\udc00',
    '\\ud83dx',
    '\\ud83d\\n',
    '\\uDBFF\\uDFFF',
  ];
  return [
    ...accept('7', ...good.flatMap((hex) => [`"\\u${hex}"`, `{"a\\u${hex}b":"\\u${hex}\\u${hex}"}`])),
    ...accept('8.2', ...surrogates.flatMap((text) => [`"${text}"`, `["a${text}b"]`, `{"${text}":"${text}"}`])),
    ...[0, 1, 2, 3].flatMap((place) =>
      wrongHex.flatMap((wrong) => reject('7', CODE_BAD_UNICODE_ESCAPE, `"\\u${'0aF9'.slice(0, place)}‸${wrong}000"`)),
    ),
    ...[0, 1, 2, 3].flatMap((count) => {
      const short = `\\u${'12ab'.slice(0, count)}`;
      return [
        ...reject('7', CODE_UNCLOSED_STRING, `‸"${short}`, `[1,‸"a${short}`, `{‸"${short}`),
        ...reject('7', CODE_BAD_UNICODE_ESCAPE, `"${short}‸"`, `["\\ud83d${short}‸"]`),
        rejectAt('7', CODE_BAD_UNICODE_ESCAPE, short.length + 2, bytes('"', short, [0xff], '"')),
      ];
    }),
  ];
}

const unclosed: ConformanceCase[] = [
  ...reject(
    '7',
    CODE_UNCLOSED_STRING,
    '‸"',
    '‸"a',
    '[‸"a',
    '{‸"a',
    '{"a":‸"b',
    '{"a":‸"b}',
    '["a",‸"]',
    '‸"\\"',
    '‸"a\\',
    '[‸"\\\\\\"]',
  ),
  ...reject('7', CODE_UNCLOSED_STRING, '‸"é', '‸"€', '‸"😀', '{"a":1,‸"b:2}', `‸"${'z'.repeat(199)}`, '["a","b",‸"c]'),
  ...reject('7', CODE_TRAILING_BYTES, '""‸"', '"a"‸"b"', '"a"‸b', '"a" ‸"', '"a"‸\\', '"a"‸é'),
];

function encoding(): ConformanceCase[] {
  const edges = [
    0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xcfff, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xfffe, 0xffff, 0x10000, 0x1ffff,
  ];
  const characters = [...edges, 0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10fffe, 0x10ffff].map((code) =>
    String.fromCodePoint(code),
  );
  const bad: readonly (readonly number[])[] = [
    ...[0x80, 0x81, 0x90, 0x9f, 0xa0, 0xbf].map((byte) => [byte]), // continuation without a beginning
    ...[0xc0, 0xc1, 0xf5, 0xf6, 0xf7, 0xf8, 0xfb, 0xfc, 0xfd, 0xfe, 0xff].map((byte) => [byte]), // never in UTF-8
    ...[0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4].map((byte) => [byte]), // beginning without continuation
    ...[
      [0xe0, 0xa0],
      [0xe1, 0x80],
      [0xed, 0x9f],
      [0xef, 0xbf],
      [0xf0, 0x90],
      [0xf1, 0x80, 0x80],
      [0xf4, 0x8f, 0xbf],
    ], // cut
    ...[
      [0xc0, 0x80],
      [0xc1, 0xbf],
      [0xe0, 0x80, 0x80],
      [0xe0, 0x9f, 0xbf],
      [0xf0, 0x80, 0x80, 0x80],
      [0xf0, 0x8f, 0xbf, 0xbf],
    ], // overlong
    ...[
      [0xed, 0xa0, 0x80],
      [0xed, 0xad, 0xbf],
      [0xed, 0xb0, 0x80],
      [0xed, 0xbf, 0xbf],
    ], // surrogates
    ...[
      [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xf7, 0xbf, 0xbf, 0xbf],
    ], // CESU-8, too large
    ...[
      [0xf8, 0x88, 0x80, 0x80, 0x80],
      [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80],
    ], // five and six bytes
    ...[
      [0xe1, 0x80, 0xc0],
      [0xf1, 0x80, 0x80, 0x7f],
      [0xf1, 0x80, 0xc0, 0x80],
      [0xc2, 0xc2, 0x80],
      [0xc2, 0x7f],
      [0xe1, 0x80, 0x41],
    ],
  ];
  const filler = 'a'.repeat(61);
  return [
    ...accept(
      '8.1',
      ...characters.flatMap((text) => [`"${text}"`, `{"${text}":"${text}${text}"}`, `["${filler}${text}"]`]),
    ),
    ...bad.flatMap((sequence) => [
      rejectAt('8.1', CODE_BAD_UTF8, 2, bytes('"', sequence, '"')),
      rejectAt('8.1', CODE_BAD_UTF8, 4, bytes('{"x', sequence, '":1}')),
      rejectAt('8.1', CODE_BAD_UTF8, filler.length + 3, bytes('["', filler, sequence, 'é"]')),
      rejectAt('8.1', CODE_BAD_UTF8, 5, bytes('["é', sequence)),
      // Outside strings no byte above 0x7f has a place, UTF-8 or not: it is judged by what had to stand there.
      rejectAt('8.1', CODE_UNEXPECTED_BYTE, 2, bytes('[', sequence, ']')),
      rejectAt('8.1', CODE_EXPECTED_COMMA_OR_BRACKET, 3, bytes('[1', sequence, ']')),
      rejectAt('8.1', CODE_TRAILING_BYTES, 3, bytes('{}', sequence)),
    ]),
    // A byte order mark is no whitespace; only the beginning of a file may have one, and that is the reader's
    // business.
    ...reject('8.1', CODE_UNEXPECTED_BYTE, '‸\ufeff{}', '‸\ufeff', '[‸\ufeff1]'),
    ...reject('8.1', CODE_TRAILING_BYTES, '1‸\ufeff'),
    rejectAt('8.1', CODE_UNEXPECTED_BYTE, 1, bytes([0xff, 0xfe, 0x31, 0x00])), // UTF-16
    rejectAt('8.1', CODE_TRAILING_BYTES, 2, bytes([0x31, 0x00])),
    rejectAt('8.1', CODE_UNEXPECTED_BYTE, 1, bytes([0x00, 0x31])),
  ];
}

export const scalarCases: readonly ConformanceCase[] = [
  ...goodNumbers(),
  ...missingDigits(),
  ...badNumbers,
  ...plainStrings,
  ...controlCharacters(),
  ...escapes(),
  ...unicodeEscapes(),
  ...unclosed,
  ...encoding(),
];
