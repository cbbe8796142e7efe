/**
 * Random patterns over random strings against two oracles: JavaScript's RegExp (Unicode sets; what it spells otherwise
 * is translated, `\b` by look-around) and re2js, whose perl classes and word boundaries are ASCII like ours in (?-u).
 */
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { beforeAll, expect, test } from 'vitest';
import { createRunner, imagesOf, type Runner } from '../selector/regex/support.ts';
import { sized } from '../support/full.ts';

let runner: Runner;
beforeAll(() => {
  runner = createRunner();
});

/** One pattern as we spell it and as the oracle does. */
interface Spelling {
  readonly ours: string;
  readonly oracle: string;
}

const same = (text: string): Spelling => ({ ours: text, oracle: text });

/** Patterns from leaves, put together by what all dialects spell alike. */
function patterns(leaf: fc.Arbitrary<Spelling>): fc.Arbitrary<Spelling> {
  const join = (parts: readonly Spelling[], separator: string): Spelling => ({
    ours: `(?:${parts.map((part) => part.ours).join(separator)})`,
    oracle: `(?:${parts.map((part) => part.oracle).join(separator)})`,
  });
  const { node } = fc.letrec<{ node: Spelling }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      leaf,
      fc.array(tie('node'), { minLength: 1, maxLength: 4 }).map((parts) => join(parts, '')),
      fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((parts) => join(parts, '|')),
      fc
        .tuple(tie('node'), fc.constantFrom('*', '+', '?', '*?', '+?', '{2}', '{0,2}', '{1,}', '{1,3}?'))
        .map(([part, count]) => ({ ours: `(${part.ours})${count}`, oracle: `(${part.oracle})${count}` })),
    ),
  }));
  return node;
}

const characters = [
  'a',
  'b',
  'k',
  'K',
  '\u212a',
  's',
  'ſ',
  '0',
  '٣',
  '_',
  '-',
  ' ',
  '\n',
  'é',
  'É',
  'σ',
  'ς',
  '€',
  '😀',
  '𐐀',
];
const texts = fc.array(
  fc.array(fc.constantFrom(...characters), { maxLength: 9 }).map((parts) => parts.join('')),
  { minLength: 12, maxLength: 12 },
);

const literals = fc.constantFrom(...characters.filter((c) => c !== '-' && c !== ' ' && c !== '\n')).map(same);
const classes = fc
  .constantFrom(
    '[a-k]',
    '[^a-s]',
    '[é-σ]',
    '[^é\\n]',
    '[aσ€]',
    '[\\p{L}&&[a-z]]',
    '[\\w--[a-k]]',
    '[^\\p{Lu}0]',
    '[😀-😂K]',
  )
  .map((text): Spelling => ({ ours: text, oracle: text }));

const word = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const javaScript: readonly Spelling[] = [
  { ours: '.', oracle: '[^\\n]' },
  { ours: '(?s:.)', oracle: '[\\s\\S]' },
  { ours: '^', oracle: '(?<![\\s\\S])' },
  { ours: '$', oracle: '(?![\\s\\S])' },
  { ours: '(?m:^)', oracle: '(?<![^\\n])' },
  { ours: '(?m:$)', oracle: '(?![^\\n])' },
  { ours: '\\b', oracle: `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))` },
  { ours: '\\B', oracle: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))` },
  { ours: '(?-u:\\b)', oracle: '(?:(?<=[a-zA-Z0-9_])(?![a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?=[a-zA-Z0-9_]))' },
  { ours: '\\b{end}', oracle: `(?:(?<=${word})(?!${word}))` },
  { ours: '\\w', oracle: word },
  { ours: '\\W', oracle: `[^${word}]` },
  { ours: '\\d', oracle: '\\p{Nd}' },
  { ours: '\\S', oracle: '[^\\p{White_Space}]' },
  { ours: '\\pL', oracle: '\\p{L}' },
  { ours: '[[:alpha:]_]', oracle: '[A-Za-z_]' },
];

/** `\w` inside brackets is ASCII in JavaScript. */
const toJavaScript = (spelling: Spelling): Spelling => ({
  ours: spelling.ours,
  oracle: spelling.oracle === '[\\w--[a-k]]' ? `[${word}--[a-k]]` : spelling.oracle,
});

function agree(pattern: string, strings: readonly string[], oracle: (text: string) => boolean): void {
  for (const { name, image } of imagesOf(pattern)) {
    for (const text of strings) {
      expect([name, pattern, text, runner.matches(image, text)]).toEqual([name, pattern, text, oracle(text)]);
    }
  }
}

test('as JavaScript', () => {
  const leaf = fc.oneof(literals, classes.map(toJavaScript), fc.constantFrom(...javaScript));
  fc.assert(
    fc.property(patterns(leaf), texts, (pattern, strings) => {
      const oracle = new RegExp(pattern.oracle, 'v');
      // V8 sees places between the two surrogates of one character when there are look-arounds; re2js covers those.
      const fair = /\(\?<?[=!]/u.test(pattern.oracle)
        ? strings.filter((text) => !/[\u{10000}-\u{10ffff}]/u.test(text))
        : strings;
      agree(pattern.ours, fair, (text) => oracle.test(text));
    }),
    { numRuns: sized(50, 150) },
  );
});

test('as JavaScript without regard to case', () => {
  const folding = fc.constantFrom('[a-k]', '[^a-s]', '[é-σ]', '[^ks]', '[\\p{Lu}]', '\\p{Ll}', '[^\\p{Lu}0]').map(same);
  fc.assert(
    fc.property(patterns(fc.oneof(literals, folding)), texts, (pattern, strings) => {
      const oracle = new RegExp(pattern.oracle, 'vi');
      agree(`(?i)${pattern.ours}`, strings, (text) => oracle.test(text));
    }),
    { numRuns: sized(40, 120) },
  );
});

test('as RE2', () => {
  const ascii = [
    '\\d',
    '\\D',
    '\\w',
    '\\W',
    '\\s',
    '\\b',
    '\\B',
    '[\\d_]',
    '[^\\w€]',
    '[[:punct:]]',
    '\\pL',
    '\\p{Greek}',
  ];
  const leaf = fc.oneof(
    literals,
    fc.constantFrom(...ascii, '.', '^', '$', '(?m:^)', '(?m:$)', '\\z', '(?i:k)', '[^a]').map(same),
  );
  fc.assert(
    fc.property(patterns(leaf), texts, (pattern, strings) => {
      const oracle = RE2JS.compile(pattern.oracle);
      agree(`(?-u)${pattern.ours.replaceAll('(?i:k)', '(?iu:k)')}`, strings, (text) => oracle.matcher(text).find());
    }),
    { numRuns: sized(230, 700) },
  );
});
