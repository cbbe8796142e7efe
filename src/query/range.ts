/**
 * The last part of a query: `[FROM,TO]`. A time is `now`, a count of microseconds since 1970, or a number with a unit,
 * which means so long before now. `now` stays a word: it is given a value when a time is compared, so that a live query
 * over `[30d,now]` goes on matching.
 */
import type { TimePoint, TimeRange } from './ast.ts';
import type { Span } from './span.ts';

const second = 1_000_000n;

/** Microseconds of every unit, by the names it may be written with, in lower case. */
const units: readonly (readonly [names: readonly string[], us: bigint])[] = [
  [['s', 'sec', 'secs', 'second', 'seconds'], second],
  [['m', 'min', 'mins', 'minute', 'minutes'], 60n * second],
  [['h', 'hr', 'hrs', 'hour', 'hours'], 3600n * second],
  [['d', 'day', 'days'], 86_400n * second],
  [['w', 'wk', 'wks', 'week', 'weeks'], 604_800n * second],
];

const usByUnit = new Map(units.flatMap(([names, us]) => names.map((name) => [name, us] as const)));

const i64Max = 2n ** 63n - 1n;
/** Digits of the largest i64: longer ones need not become a BigInt. */
const maxDigits = 19;

const expectedTime = 'now, microseconds since 1970, or a number with a unit: 90s, 15m, 6h, 30d, 2w';

/**
 * Parses what stands between the brackets.
 * @throws QueryError
 */
export function parseRange(inside: Span): TimeRange {
  const commas = [...inside.text.matchAll(/,/g)].map((match) => match.index);
  if (commas.length === 0) {
    const only = inside.trim();
    const suggestion = only.isEmpty ? 'write [1h,now]' : `write [${only.text},now]`;
    throw inside.wrong('a range has two ends', 'FROM,TO', suggestion);
  }
  if (commas.length > 1) throw inside.cut(commas[1]!).wrong('a range has only two ends', '] after the second');
  return { first: parseTime(inside.cut(0, commas[0]!)), second: parseTime(inside.cut(commas[0]! + 1)) };
}

function parseTime(untrimmed: Span): TimePoint {
  const span = untrimmed.trim();
  const { text } = span;
  if (/^now$/i.test(text)) return { kind: 'relative', beforeUs: 0n };
  const absolute = /^([+-]?)(\d+)$/.exec(text);
  if (absolute !== null) return { kind: 'absolute', us: signed(span, absolute[1] === '-', absolute[2]!) };
  const relative = /^(\d+)[ \t]*([a-z]+)$/i.exec(text);
  const us = relative === null ? undefined : usByUnit.get(relative[2]!.toLowerCase());
  if (relative === null || us === undefined) throw noTime(span);
  const beforeUs = signed(span, false, relative[1]!) * us;
  if (beforeUs > i64Max) throw tooFar(span);
  return { kind: 'relative', beforeUs };
}

function signed(span: Span, isNegative: boolean, digits: string): bigint {
  const bare = digits.replace(/^0+(?=\d)/, '');
  if (bare.length > maxDigits) throw tooFar(span);
  const value = BigInt(bare);
  if (value > i64Max) throw tooFar(span);
  return isNegative ? -value : value;
}

const tooFar = (span: Span) => span.wrong('this time does not fit 64 bits of microseconds', expectedTime);

/** Nothing that we read as a time; says what was probably meant. */
function noTime(span: Span) {
  const { text } = span;
  if (span.isEmpty) return span.wrong('a time is missing', expectedTime);
  const back = /^now\s*-\s*(\d+\s*[a-z]+)$/i.exec(text)?.[1];
  if (back !== undefined) {
    return span.wrong(`${text} is not written like that`, expectedTime, `a number with a unit is before now: ${back}`);
  }
  const [, number, unit] = /^([\d.]+)\s*([a-z]+)$/i.exec(text) ?? [];
  if (number !== undefined && unit !== undefined) {
    const us = usByUnit.get(unit.toLowerCase());
    if (us !== undefined) return span.wrong('a time is a whole number', expectedTime, whole(Number(number), us));
    return span.wrong(`\`${unit}\` is not a unit`, 's, m, h, d or w', inOtherUnit(number, unit.toLowerCase()));
  }
  return span.wrong(`\`${text}\` is not a time`, expectedTime);
}

/** `1.5 h` in the largest unit in which it is a whole number. */
function whole(count: number, us: bigint): string | undefined {
  const total = count * Number(us);
  for (const [[name], size] of [...units].reverse()) {
    if (Number.isInteger(total / Number(size)) && total > 0) return `write ${total / Number(size)}${name}`;
  }
  return undefined;
}

/** Units that others have. A month is taken for 30 days and a year for 365, which is why we have none. */
function inOtherUnit(number: string, unit: string): string | undefined {
  if (/^mo(?:nths?|n)?$/.test(unit)) return `write ${Number(number) * 30}d`;
  if (/^y(?:(?:ea)?rs?)?$/.test(unit)) return `write ${Number(number) * 365}d`;
  if (/^(?:ms|us|ns)$/.test(unit)) return 'the smallest unit is a second; give microseconds since 1970 for finer times';
  return undefined;
}
