/**
 * Questions as a person means them, each with the text that says it: the oracle (oracle.ts) answers what is meant, the
 * store answers the text.
 */

export const OPERATIONS = [
  ...(['COUNT', 'SUM', 'AVG', 'MIN', 'MAX', 'RANGE', 'FIRST', 'LAST', 'DELTA', 'RATE', 'INCREASE', 'STDDEV'] as const),
  ...(['POINTS', 'P0', 'P12.5', 'P50', 'P95', 'P99.9', 'P100'] as const),
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Where windows begin: multiples of a width, or by the calendar and clocks of a place. */
export interface Width {
  readonly text: string;
  /** Microseconds of a `clock`; days, weeks or months of the others. */
  readonly count: number;
  readonly unit: 'clock' | 'day' | 'week' | 'month';
  /** Undefined: UTC. */
  readonly zone: string | undefined;
}

export interface Question {
  readonly text: string;
  readonly operation: Operation;
  readonly isNamed: (name: string) => boolean;
  readonly isTagged: (tags: readonly string[]) => boolean;
  /** Both ends count. */
  readonly fromUs: bigint | undefined;
  readonly toUs: bigint | undefined;
  readonly by: readonly string[];
  readonly every: Width | undefined;
  readonly over: number;
  readonly fill: 'none' | 'null' | '0' | 'previous' | 'linear';
  readonly order: 'asc' | 'desc' | undefined;
  readonly limit: number | undefined;
}

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';
const LORD_HOWE = 'Australia/Lord_Howe';

const clock = (text: string, count: number, zone?: string): Width => ({
  ...{ text: zone === undefined ? text : `${text} IN '${zone}'`, count, unit: 'clock' as const, zone },
});
const dates = (text: string, unit: 'day' | 'week' | 'month', count: number, zone?: string): Width => ({
  ...{ text: zone === undefined ? text : `${text} IN ${zone}`, count, unit, zone },
});

/** For histories of some days. */
export const SHORT_WIDTHS: readonly Width[] = [
  ...[
    clock('7m', 7 * MINUTE),
    clock('1h', HOUR),
    clock('90m', 90 * MINUTE),
    clock('1us', 1),
    clock('333s', 333_000_000),
  ],
  ...[clock('1h', HOUR, BERLIN), clock('6h', 6 * HOUR, BERLIN), clock('15m', 15 * MINUTE, LORD_HOWE)],
  ...[clock('1h', HOUR, LORD_HOWE), clock('90m', 90 * MINUTE, BERLIN), clock('12 hours', 12 * HOUR, NEW_YORK)],
  ...[dates('1d', 'day', 1), dates('1d', 'day', 1, BERLIN), dates('1d', 'day', 1, LORD_HOWE), dates('1w', 'week', 1)],
];

/** For histories of some years. */
export const LONG_WIDTHS: readonly Width[] = [
  ...[dates('1w', 'week', 1), dates('2w', 'week', 2, BERLIN), dates('1mo', 'month', 1), dates('3mo', 'month', 3)],
  ...[dates('1mo', 'month', 1, BERLIN), dates('1y', 'month', 12, NEW_YORK), dates('2 years', 'month', 24)],
  ...[dates('1d', 'day', 1, NEW_YORK), dates('1w', 'week', 1, NEW_YORK), clock('24h', 24 * HOUR, BERLIN)],
];

const names: readonly (readonly [string, (name: string) => boolean])[] = [
  ['cpu', (name) => name === 'cpu'],
  ['*', () => true],
  ['c*', (name) => name.startsWith('c')],
  ['?pu', (name) => name === 'cpu' || name === 'gpu'],
  ['"cpu"', (name) => name === 'cpu'],
  ['missing', () => false],
];

const has = (tags: readonly string[], tag: string): boolean => tags.includes(tag);
const tests: readonly (readonly [string, (tags: readonly string[]) => boolean])[] = [
  ...[['', () => true] as const, ['', () => true] as const, ['', () => true] as const],
  ['host=a', (tags) => has(tags, 'host=a')],
  ['host!=a', (tags) => !has(tags, 'host=a')],
  ['NOT test', (tags) => !has(tags, 'test')],
  ['test OR zone=1 AND host=a', (tags) => (has(tags, 'test') || has(tags, 'zone=1')) && has(tags, 'host=a')],
  ['test OR (zone=1 AND host=a)', (tags) => has(tags, 'test') || (has(tags, 'zone=1') && has(tags, 'host=a'))],
  ['host~/^[bc]$/', (tags) => has(tags, 'host=b') || has(tags, 'host=c')],
  ['zone~//', (tags) => tags.some((tag) => tag.startsWith('zone='))],
  ['host IN (a, c)', (tags) => has(tags, 'host=a') || has(tags, 'host=c')],
  ['host=b NOT zone=0', (tags) => has(tags, 'host=b') && !has(tags, 'zone=0')],
];

/** What a history offers to ask about. */
export interface Ground {
  /** Of its points, ascending; at least one. */
  readonly timesUs: readonly bigint[];
  readonly nowUs: bigint;
  readonly widths: readonly Width[];
}

const SECOND_US = 1_000_000n;
const textOfDate = (us: bigint): string => new Date(Number(us / 1000n)).toISOString();

/** A random question. @param random numbers from 0 to 1 */
export function randomQuestion(random: () => number, operation: Operation, ground: Ground): Question {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const [name, isNamed] = random() < 0.97 ? pick(names.slice(0, -1)) : names.at(-1)!;
  const [tags, isTagged] = pick(tests);
  const range = randomRange(random, ground);
  const isPoints = operation === 'POINTS';
  const by = isPoints ? [] : pick([[], [], ['host'], ['zone', 'host'], ['n'], ['none']]);
  const every = isPoints || random() < 0.2 ? undefined : pick(ground.widths);
  const over = every === undefined ? 1 : pick([1, 1, 2, 3, 7, 30]);
  // Microseconds are too many to fill.
  const fill =
    every === undefined || (every.count === 1 && every.unit === 'clock')
      ? 'none'
      : pick(['none', 'none', 'null', '0', 'previous', 'linear'] as const);
  const order = pick([undefined, undefined, undefined, 'asc', 'desc'] as const);
  const limit = pick([undefined, undefined, 1, 3, 10]);
  const text = [
    `${operation}:${name}:[${tags}]${range.text}`,
    ...(by.length === 0 ? [] : [`BY ${by.join(', ')}`]),
    ...(every === undefined ? [] : [`EVERY ${every.text}`]),
    ...(over === 1 ? [] : [`OVER ${overText(every!, over)}`]),
    ...(fill === 'none' ? [] : [`FILL ${fill}`]),
    ...(order === undefined ? [] : [`ORDER BY value ${order}`]),
    ...(limit === undefined ? [] : [`LIMIT ${limit}`]),
  ].join(' ');
  const { fromUs, toUs } = range;
  return { text, operation, isNamed, isTagged, fromUs, toUs, by, every, over, fill, order, limit };
}

const unitTexts = { clock: 'us', day: 'd', week: 'w', month: 'mo' } as const;
const overText = ({ count, unit }: Width, over: number): string => `${count * over}${unitTexts[unit]}`;

interface Range {
  readonly text: string;
  readonly fromUs: bigint | undefined;
  readonly toUs: bigint | undefined;
}

function randomRange(random: () => number, { timesUs, nowUs }: Ground): Range {
  const some = (): bigint => timesUs[Math.floor(random() * timesUs.length)]! + BigInt(Math.floor(random() * 3)) - 1n;
  const [a, b] = [some(), some()];
  const between = (one: bigint, other: bigint) =>
    one < other ? { fromUs: one, toUs: other } : { fromUs: other, toUs: one };
  const kind = Math.floor(random() * 8);
  if (kind < 3) return { text: '', fromUs: undefined, toUs: undefined };
  if (kind < 6) return { text: `:[${a},${b}]`, ...between(a, b) };
  const seconds = (nowUs - a) / SECOND_US;
  if (kind === 6 && seconds > 0n) return { text: `:[${seconds}s]`, ...between(nowUs - seconds * SECOND_US, nowUs) };
  const [c, d] = [(a / SECOND_US) * SECOND_US, (b / SECOND_US) * SECOND_US];
  return { text: `:[${textOfDate(c)},${textOfDate(d)}]`, ...between(c, d) };
}
