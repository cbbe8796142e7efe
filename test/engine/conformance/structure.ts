/** RFC 8259 §2 (tokens and whitespace), §3 (values) and §9 (limits). */
import {
  CODE_BAD_LITERAL,
  CODE_BAD_NUMBER,
  CODE_EXPECTED_COLON,
  CODE_EXPECTED_COMMA_OR_BRACE,
  CODE_EXPECTED_COMMA_OR_BRACKET,
  CODE_EXPECTED_KEY,
  CODE_TOO_DEEP,
  CODE_TRAILING_BYTES,
  CODE_UNCLOSED_STRING,
  CODE_UNEXPECTED_BYTE,
  CODE_UNEXPECTED_END,
} from '../../../src/engine/code-numbers.ts';
import { accept, bytes, type ConformanceCase, reject, rejectAt } from './case.ts';

/** A line with every kind of token, and the code of a byte that cannot stand before each (and after the last). */
const gaps: readonly (readonly [token: string, code: number])[] = [
  ['[', CODE_UNEXPECTED_BYTE],
  ['1', CODE_UNEXPECTED_BYTE],
  [',', CODE_EXPECTED_COMMA_OR_BRACKET],
  ['{', CODE_UNEXPECTED_BYTE],
  ['"a"', CODE_EXPECTED_KEY],
  [':', CODE_EXPECTED_COLON],
  ['true', CODE_UNEXPECTED_BYTE],
  [',', CODE_EXPECTED_COMMA_OR_BRACE],
  ['"b"', CODE_EXPECTED_KEY],
  [':', CODE_EXPECTED_COLON],
  ['"c"', CODE_UNEXPECTED_BYTE],
  ['}', CODE_EXPECTED_COMMA_OR_BRACE],
  [']', CODE_EXPECTED_COMMA_OR_BRACKET],
  ['', CODE_TRAILING_BYTES],
];

function filled(gap: number, filling: string): string {
  return gaps.map(([token], i) => (i === gap ? filling + token : token)).join('');
}

/** Whitespace of other notations: it is none in JSON. The last three are commonly found in pasted text. */
const foreignSpace = [
  '\u0000',
  '\u000b',
  '\u000c',
  '\u001f',
  '\u007f',
  '\u0085',
  '\u00a0',
  '\ufeff',
  '\u2028',
  '\u3000',
];

function whitespace(): ConformanceCase[] {
  const good = gaps.flatMap((_, gap) => [' ', '\t', '\r', ' \t\r \t '].map((space) => filled(gap, space)));
  const spread = [' ', '\t', '\r', '  \t'].map((space) => gaps.map(([token]) => space + token).join(''));
  // Whole documents in the same surroundings.
  const around = ['1', '"a"', 'null', '[]', '{}'].flatMap((value) => [
    ` ${value}`,
    `${value} `,
    `\t${value}\r`,
    `\r${value}\t\r`,
  ]);
  const bad = gaps.flatMap(([, code], gap) =>
    foreignSpace.flatMap((space) => reject('2', code, filled(gap, `‸${space}`))),
  );
  return [...accept('2', ...good, ...spread, ...around), ...bad];
}

/** Every ASCII byte alone. The blank ones and the newline are not lines that a validator is asked about. */
function singleBytes(): ConformanceCase[] {
  const cases: ConformanceCase[] = [];
  for (let byte = 0; byte < 0x80; byte++) {
    const text = String.fromCharCode(byte);
    if ('\n\r\t '.includes(text)) continue;
    const line = bytes([byte]);
    if (/[0-9]/.test(text)) cases.push(...accept('3', line));
    else if (text === '{' || text === '[') cases.push(rejectAt('3', CODE_UNEXPECTED_END, 2, line));
    else if (text === '"') cases.push(rejectAt('3', CODE_UNCLOSED_STRING, 1, line));
    else if (text === '-') cases.push(rejectAt('3', CODE_BAD_NUMBER, 2, line));
    else if ('tfn'.includes(text)) cases.push(rejectAt('3', CODE_BAD_LITERAL, 2, line));
    else cases.push(rejectAt('3', CODE_UNEXPECTED_BYTE, 1, line));
  }
  return cases;
}

/** The literals: each cut short, in other case, with another last letter, and with one letter too many. */
function literals(): ConformanceCase[] {
  return ['true', 'false', 'null'].flatMap((word) => {
    const cuts = Array.from({ length: word.length - 1 }, (_, i) => word.slice(0, i + 1));
    const cased = Array.from({ length: word.length - 1 }, (_, i) => i + 1).map(
      (i) => `${word.slice(0, i)}‸${word[i]!.toUpperCase()}${word.slice(i + 1)}`,
    );
    return [
      ...accept('3', word, `[${word}]`, `{"a":${word}}`, `[${word},${word}]`),
      ...reject('3', CODE_BAD_LITERAL, ...cuts.map((cut) => `${cut}‸`), ...cuts.map((cut) => `[${cut}‸]`), ...cased),
      ...reject('3', CODE_BAD_LITERAL, `${word.slice(0, -1)}‸é`, `${word.slice(0, 2)}‸ ${word.slice(2)}`),
      ...reject('3', CODE_UNEXPECTED_BYTE, `‸${word[0]!.toUpperCase()}${word.slice(1)}`, `‸${word.toUpperCase()}`),
      ...reject('3', CODE_TRAILING_BYTES, `${word}‸x`, `${word}‸${word}`, `${word}‸1`, `${word}‸"a"`),
      ...reject('3', CODE_EXPECTED_COMMA_OR_BRACKET, `[${word}‸x]`, `[${word}‸${word}]`),
      ...reject('3', CODE_EXPECTED_COMMA_OR_BRACE, `{"a":${word}‸x}`),
      ...reject('4', CODE_EXPECTED_KEY, `{‸${word}:1}`),
    ];
  });
}

const values: ConformanceCase[] = [
  ...accept('3', '""', '"a"', '0', '-1', '1.5e3', '[]', '{}', '[[]]', '{"a":{}}'),
  ...reject(
    '3',
    CODE_UNEXPECTED_BYTE,
    '‸NaN',
    '‸Infinity',
    '[‸NaN]',
    '[‸undefined]',
    '{"a":‸undefined}',
    "‸'a'",
    '‸`a`',
  ),
  ...reject(
    '3',
    CODE_UNEXPECTED_BYTE,
    '‸// comment',
    '‸/* comment */ 1',
    '[1,‸/**/2]',
    '‸#1',
    '‸é',
    '‸€',
    '‸😀',
    '[‸é]',
  ),
  ...reject('3', CODE_TRAILING_BYTES, '1 ‸// comment', '1 ‸/* comment */', '1 ‸2', '""‸""', '{}‸{}', '[]‸[]'),
  ...reject(
    '3',
    CODE_TRAILING_BYTES,
    '{}‸,',
    '[]‸]',
    '{}‸}',
    '1‸,',
    '1‸:',
    '"a"‸:1',
    '{} ‸x',
    '[1]‸é',
    '1‸a',
    '0‸x1F',
    'null ‸null',
  ),
];

/** A good line, cut behind every byte. What is missing depends on the token that the cut falls into. */
function cuts(): ConformanceCase[] {
  const tokens = [
    '{',
    '"key"',
    ':',
    '[',
    '-12.5e+3',
    ',',
    '"\\u00e9\\n"',
    ',',
    'false',
    ',',
    '{',
    '}',
    ']',
    ',',
    '"b"',
    ':',
    'null',
    '}',
  ];
  const cases: ConformanceCase[] = [];
  let before = '';
  for (const token of tokens) {
    for (let length = 1; length <= token.length; length++) {
      const text = before + token.slice(0, length);
      if (text.length === tokens.join('').length) continue;
      if (token.startsWith('"') && length < token.length) {
        cases.push(...reject('2', CODE_UNCLOSED_STRING, `${before}‸${token.slice(0, length)}`));
      } else if (/^[fn]/.test(token) && length < token.length) {
        cases.push(...reject('2', CODE_BAD_LITERAL, `${text}‸`));
      } else if (token.startsWith('-') && /[^0-9]$/.test(text)) {
        cases.push(...reject('2', CODE_BAD_NUMBER, `${text}‸`));
      } else {
        cases.push(...reject('2', CODE_UNEXPECTED_END, `${text}‸`));
      }
    }
    before += token;
  }
  return [...accept('2', before), ...cases];
}

/** §9: a limit on the depth is allowed; ours is 1024 open containers. */
function depth(): ConformanceCase[] {
  const nested = (open: string, close: string, count: number, inner = '') =>
    open.repeat(count) + inner + close.repeat(count);
  const tooDeep = (text: string, column: number) => rejectAt('9', CODE_TOO_DEEP, column, bytes(text));
  return [
    ...accept(
      '9',
      nested('[', ']', 1023),
      nested('[', ']', 1024),
      nested('[', ']', 1024, '1'),
      nested('{"a":', '}', 1023, '{}'),
    ),
    ...accept(
      '9',
      nested('{"a":', '}', 1024, '1'),
      nested('[{"a":', '}]', 512, 'null'),
      `[${nested('[', ']', 1023)},[]]`,
    ),
    ...accept(
      '9',
      `[${`${nested('[', ']', 1023)},`.repeat(3)}1]`,
      nested('[', ']', 1024, '1,2').replaceAll('[', ' [ '),
    ),
    tooDeep(nested('[', ']', 1025), 1025),
    tooDeep(nested('[', ']', 1024, '{}'), 1025),
    tooDeep(nested('[', ']', 1024, '1,[]'), 1027),
    tooDeep(nested('{"a":', '}', 1024, '[]'), 1024 * 5 + 1),
    tooDeep(nested('[{"a":', '}]', 512, '[1]'), 512 * 6 + 1),
    tooDeep('['.repeat(1025), 1025),
    tooDeep('['.repeat(100_000), 1025),
    tooDeep(`${'{"a":'.repeat(1024)}[`, 1024 * 5 + 1),
    rejectAt('9', CODE_UNEXPECTED_END, 1025, bytes('['.repeat(1024))),
    rejectAt('9', CODE_UNEXPECTED_BYTE, 1024, bytes(`${'['.repeat(1023)}}`)),
  ];
}

export const structureCases: readonly ConformanceCase[] = [
  ...whitespace(),
  ...singleBytes(),
  ...literals(),
  ...values,
  ...cuts(),
  ...depth(),
];
