/** What stands in the brackets of a path: an index, or a key in quotes. */
import type { PathStep } from '../engine/program.ts';
import { SelectorError } from './errors.ts';
import { isQuote, scanString } from './strings.ts';

/** Longest array the engine can index: JavaScript's own limit, and far beyond the longest record. */
const maxIndex = 2 ** 32 - 2;

/** Reads the brackets that open at `open`. @throws SelectorError */
export function scanSubscript(source: string, open: number): { step: PathStep; end: number } {
  if (isQuote(source, open + 1)) {
    const { value, end } = scanString(source, open + 1, 'text');
    if (source[end] !== ']') throw unclosedSubscript(source, open, end);
    return { step: { kind: 'key', key: value }, end: end + 1 };
  }
  const close = source.indexOf(']', open);
  if (close < 0) throw unclosedSubscript(source, open, source.length);
  const inside = source.slice(open + 1, close);
  const index = /^(?:0|[1-9][0-9]*)$/.test(inside) ? Number(inside) : Number.NaN;
  if (index <= maxIndex) return { step: { kind: 'index', index }, end: close + 1 };
  throw badSubscript(source, open, inside);
}

function unclosedSubscript(source: string, open: number, end: number): SelectorError {
  return new SelectorError({
    message: '`[` is never closed',
    text: source,
    offset: open,
    length: end - open,
    expected: 'a ] just after the index or the quoted key',
  });
}

interface SubscriptRule {
  readonly when: RegExp;
  readonly message: string;
  readonly suggestion: (bare: string) => string | undefined;
}

/** What people write in brackets by mistake; the first rule that fits explains it. */
const subscriptRules: readonly SubscriptRule[] = [
  { when: /^$/, message: 'the index is missing', suggestion: () => undefined },
  {
    when: /^-[0-9]+$/,
    message: 'an index counts from the start',
    suggestion: () => 'the first element is [0]; there is no index from the end',
  },
  {
    when: /^0[0-9]+$/,
    message: 'an index has no leading zeros',
    suggestion: (bare) => `write [${bare.replace(/^0+(?=.)/, '')}]`,
  },
  { when: /^\*$/, message: 'spaces do not belong in brackets', suggestion: () => 'write [*]' },
  { when: /^[0-9]{10,}$/, message: 'no array is that long', suggestion: () => undefined },
  {
    when: /^[0-9]+$/,
    message: 'spaces do not belong in brackets',
    suggestion: (bare) => `write [${bare}]`,
  },
  {
    when: /^/,
    message: 'this is not an index',
    suggestion: (bare) => `a key in brackets is quoted: [${JSON.stringify(bare)}]`,
  },
];

function badSubscript(source: string, open: number, inside: string): SelectorError {
  const bare = inside.trim();
  const rule = subscriptRules.find(({ when }) => when.test(bare))!;
  return new SelectorError({
    message: rule.message,
    text: source,
    offset: open,
    length: inside.length + 2,
    expected: 'an index such as [0], or a key in quotes such as ["key"]',
    suggestion: rule.suggestion(bare),
  });
}
