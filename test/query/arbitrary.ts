/**
 * Random queries and their texts. A query is printed in one of the many ways in which it can be written: in quotes or
 * bare, with and without blanks, with `!=` or NOT, in any case.
 */
import type { Operation, Query, TagExpression, TextPattern, TimePoint } from '../../src/query/index.ts';
import { historyOperations, liveOperations } from '../../src/query/index.ts';
import type { dice } from './dice.ts';

type Roll = ReturnType<typeof dice>;

const words = [
  'a',
  'host',
  'web-1',
  'and',
  'NOT',
  'in',
  'by',
  '',
  'ü😀',
  'a b',
  'x,y',
  'c"d',
  '(e)',
  '[f]',
  '\\',
  'g=h',
  '~',
  '!',
  'i:j',
];
const patterns = ['', '^web', 'a/b', '[a-z]+\\d', 'x\\]y', '(?i)q|"', '\\\\', 'é{2}'];
const operations: readonly Operation[] = [...liveOperations, ...historyOperations];

/** Only what comparing needs: a pattern's test is a function. */
export const patternOf = (source: string): TextPattern => ({ source, test: () => false });

function randomTags(roll: Roll, depth: number): TagExpression {
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)]!;
  const kind = depth === 0 ? roll(3) : roll(7);
  if (kind === 0)
    return { kind: 'pattern', key: pick(words.filter((word) => word !== '')), pattern: patternOf(pick(patterns)) };
  if (kind < 3) {
    const tag = roll(2) ? pick(words) : `${pick(words)}=${pick(words)}`;
    return { kind: 'tag', tag: tag === '' ? 'z' : tag };
  }
  if (kind === 3) return { kind: 'not', operand: randomTags(roll, depth - 1) };
  const [left, right] = [randomTags(roll, depth - 1), randomTags(roll, depth - 1)];
  return { kind: roll(2) ? 'and' : 'or', left, right };
}

const seconds = 1_000_000n;

function randomTime(roll: Roll): TimePoint {
  if (roll(3) === 0) return { kind: 'absolute', us: BigInt(roll(2 ** 31)) * BigInt(roll(2 ** 31)) - 10n ** 15n };
  return {
    kind: 'relative',
    beforeUs: roll(4) === 0 ? 0n : BigInt(roll(1000) + 1) * (roll(2) ? 3600n * seconds : 1000n),
  };
}

export function randomQuery(roll: Roll): Omit<Query, 'text'> {
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)]!;
  const operation = pick(operations);
  const isWild = roll(3) === 0;
  const wild = pick(['*', 'a*', '?b\\*', 'net.*.x?', 'ü*', ' * ']);
  const windowed = operation !== 'points';
  const everyUs =
    windowed && roll(2)
      ? BigInt(roll(500) + 1) * pick([1n, 1000n, seconds, 60n * seconds, 604_800n * seconds])
      : undefined;
  return {
    operation,
    percent: operation === 'percentile' ? pick([0, 50, 99, 99.9, 100, 12.345]) : undefined,
    series: isWild ? wild : pick([...words, 'a*b', '?', ' s ', 'a\\?', '\\\\']),
    seriesPattern: isWild ? patternOf(wild) : undefined,
    tags: roll(4) === 0 ? undefined : randomTags(roll, 4),
    range: roll(2) ? undefined : { first: randomTime(roll), second: randomTime(roll) },
    by: windowed && roll(2) ? [...new Set([pick(words), pick(words)])].filter((key) => key !== '') : [],
    everyUs,
    calendar: undefined,
    over: everyUs !== undefined && roll(3) === 0 ? roll(20) + 1 : 1,
    empty: everyUs === undefined ? 'omit' : pick(['omit', 'null', 'zero', 'previous', 'linear']),
    order: pick([undefined, 'asc', 'desc']),
    limit: roll(2) ? roll(1000) + 1 : undefined,
  };
}

/** One way to write a query. */
export function print(query: Omit<Query, 'text'>, roll: Roll): string {
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)]!;
  const cased = (word: string): string => (roll(2) ? word.toUpperCase() : word.toLowerCase());
  const blank = (): string => pick(['', '', ' ', '\t ']);
  const quote = (text: string): string => JSON.stringify(text);
  const isPlain = (text: string): boolean => /^[\wü😀.-]+$/u.test(text) && !/^(?:and|or|not|in|by)$/i.test(text);
  const bareOr = (text: string): string => (isPlain(text) && roll(2) ? text : quote(text));

  const printTag = (tag: string, negated: boolean): string => {
    const equals = tag.indexOf('=');
    const key = tag.slice(0, Math.max(equals, 0));
    // An empty key cannot be in quotes.
    if (key === '' || (!negated && roll(2))) return negated ? `${cased('not')} ${quote(tag)}` : bareOr(tag);
    const value = tag.slice(equals + 1);
    const before = bareOr(key);
    if (roll(3) > 0) return `${before}${blank()}${negated ? '!=' : '='}${blank()}${bareOr(value)}`;
    return `${before} ${negated ? `${cased('not')} ` : ''}${cased('in')}${blank()}(${blank()}${bareOr(value)}${blank()})`;
  };
  const printPattern = (key: string, source: string, negated: boolean): string => {
    const slashed = `/${source.replaceAll('/', '\\/')}/`;
    // Escaping the slash changes the pattern's own text, so a pattern with one is printed in quotes.
    const pattern = source.includes('/') || roll(2) ? quote(source) : slashed;
    return `${bareOr(key)}${blank()}${negated ? '!~' : '~'}${blank()}${pattern}`;
  };
  const leaf = (expression: TagExpression, negated: boolean): string | undefined => {
    if (expression.kind === 'tag') return printTag(expression.tag, negated);
    return expression.kind === 'pattern' ? printPattern(expression.key, expression.pattern.source, negated) : undefined;
  };
  const operand = (expression: TagExpression): string => {
    if (expression.kind === 'not') {
      const inner = expression.operand;
      // NOT NOT is nothing, so a NOT inside of one stands in parentheses.
      return leaf(inner, true) ?? `${cased('not')}${blank()}(${joined(inner)})`;
    }
    return leaf(expression, false) ?? `(${blank()}${joined(expression)}${blank()})`;
  };
  const joined = (expression: TagExpression): string => {
    if (expression.kind !== 'and' && expression.kind !== 'or') return operand(expression);
    const right = operand(expression.right);
    const isNot = expression.kind === 'and' && /^not\b/i.test(right) && roll(2) === 0;
    return `${joined(expression.left)} ${isNot ? '' : `${cased(expression.kind)} `}${right}`;
  };

  const printTime = (point: TimePoint): string => {
    if (point.kind === 'absolute') return `${point.us}`;
    if (point.beforeUs === 0n) return cased('now');
    return `${roll(3) ? '' : `${cased('now')}-`}${length(point.beforeUs)}`;
  };
  /** Weeks behind EVERY are those of the calendar. */
  const length = (us: bigint, hasWeeks = true): string => {
    const fitting = (
      [
        ['us', 1n],
        ['ms', 1000n],
        ['sec', seconds],
        ['m', 60n * seconds],
        ['w', 604_800n * seconds],
      ] as const
    ).filter(([unit, size]) => us % size === 0n && (hasWeeks || unit !== 'w'));
    const [unit, size] = pick(fitting);
    return `${us / size}${roll(2) ? ' ' : ''}${unit === 'm' ? unit : cased(unit)}`;
  };
  const printRange = (): string => {
    if (query.range === undefined) return '';
    const { first, second } = query.range;
    const isLast =
      first.kind === 'relative' && first.beforeUs > 0n && second.kind === 'relative' && second.beforeUs === 0n;
    if (isLast && roll(2)) return `${blank()}:${blank()}[${printTime(first)}]`;
    return `${blank()}:${blank()}[${blank()}${printTime(first)}${blank()},${printTime(second)}]`;
  };
  const clauses: string[] = [];
  if (query.by.length > 0) clauses.push(`${cased('by')} ${query.by.map(bareOr).join(`${blank()},${blank()}`)}`);
  if (query.everyUs !== undefined) {
    const fill =
      query.empty !== 'omit' || roll(2) ? ` ${cased('fill')} ${query.empty === 'zero' ? '0' : cased(query.empty)}` : '';
    const over = query.over === 1 ? '' : ` ${cased('over')} ${length(query.everyUs * BigInt(query.over))}`;
    clauses.push(`${cased('every')} ${length(query.everyUs, false)}${over}${fill}`);
  }
  if (query.order !== undefined)
    clauses.push(`${cased('order')} ${cased('by')} ${cased('value')} ${cased(query.order)}`);
  if (query.limit !== undefined) clauses.push(`${cased('limit')} ${query.limit}`);
  if (roll(2)) clauses.reverse();
  const name = query.operation === 'percentile' ? `P${query.percent}` : query.operation;
  const escaped = query.series.replaceAll(/[\\*?]/g, '\\$&');
  const isBare = query.seriesPattern === undefined && !/[:"]/.test(query.series) && roll(2) === 0;
  const series = query.seriesPattern === undefined ? (isBare ? escaped : quote(query.series)) : query.series;
  const tags = query.tags === undefined ? blank() : `${blank()}${joined(query.tags)}${blank()}`;
  return `${blank()}${cased(name)}:${series}:${blank()}[${tags}]${printRange()}${clauses.map((clause) => ` ${clause}`).join('')}`;
}
