/**
 * What a question comes to by the manual page, computed from lists of points without anything of src: every point is
 * looked at for every row, and what is added up is added up in whole numbers. A row says how far a store may be off:
 * not at all for what is picked or counted, and for sums what twice the digits of a double leave.
 */
import { root, rounded, units } from '../../support/exact.ts';
import { countBefore, type Windows, windowsOf } from './calendar.ts';
import type { Question } from './question.ts';

export interface OracleSeries {
  readonly name: string;
  readonly tags: readonly string[];
  /** By time, and of a time in the order in which they were written. */
  readonly points: readonly { readonly timeUs: bigint; readonly value: number }[];
}

export interface OracleRow {
  readonly group: readonly (string | undefined)[];
  readonly timeUs: bigint | undefined;
  readonly series: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly value: number | undefined;
  readonly count: number;
  /** How far a value may be from this one. */
  readonly slack: number;
}

interface Value {
  readonly value: number | undefined;
  readonly slack: number;
}

/** A sum is that of double-doubles, nearly. */
const LOST_BITS = 95n;

const bytesOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
/** The first text that differs decides, and a list that ends before another comes first. */
function listOrder(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const order = bytesOrder(a[at]!, b[at]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** The points at [from, end). */
function between(points: OracleSeries['points'], fromUs: bigint, endUs: bigint): OracleSeries['points'] {
  const from = countBefore(points, fromUs, ({ timeUs }) => timeUs);
  return points.slice(
    from,
    Math.max(
      from,
      countBefore(points, endUs, ({ timeUs }) => timeUs),
    ),
  );
}

/** All rows without ORDER BY and LIMIT. */
export function oracleRows(history: readonly OracleSeries[], question: Question): OracleRow[] {
  const { fromUs, toUs, operation, by, every } = question;
  const isIn = (timeUs: bigint) => (fromUs === undefined || timeUs >= fromUs) && (toUs === undefined || timeUs <= toUs);
  const chosen = history
    .filter(({ name, tags }) => question.isNamed(name) && question.isTagged(tags))
    .map((one) => ({ ...one, points: one.points.filter(({ timeUs }) => isIn(timeUs)) }))
    .filter(({ points }) => points.length > 0)
    .sort((a, b) => listOrder([a.name, ...a.tags], [b.name, ...b.tags]));
  if (operation === 'POINTS') {
    return chosen.flatMap(({ name, tags, points }) =>
      points.map(({ timeUs, value }) => ({ group: [], timeUs, series: name, tags, value, count: 1, slack: 0 })),
    );
  }
  const times = chosen.flatMap(({ points }) => [points[0]!.timeUs, fromUs ?? points[0]!.timeUs]);
  const firstUs = times.reduce((a, b) => (b < a ? b : a), 2n ** 63n);
  const windows = every && chosen.length > 0 ? windowsOf(every, firstUs) : undefined;
  const groups = new Map<string, { group: (string | undefined)[]; members: OracleSeries[] }>();
  for (const one of chosen) {
    const group = by.map((key) => one.tags.find((tag) => tag.startsWith(`${key}=`))?.slice(key.length + 1));
    const text = JSON.stringify(group.map((value) => (value === undefined ? '' : `=${value}`)));
    const members = groups.get(text)?.members ?? [];
    groups.set(text, { group, members: [...members, one] });
  }
  const sorted = [...groups].sort(([a], [b]) => listOrder(JSON.parse(a), JSON.parse(b)));
  const rows = sorted.flatMap(([, { group, members }]) => groupRows(question, windows, group, members));
  if (rows.length > 0 || by.length > 0 || every !== undefined) return rows;
  return [rowOf([], undefined, operation === 'COUNT' ? 0 : undefined, 0, 0)];
}

const rowOf = (
  group: readonly (string | undefined)[],
  timeUs: bigint | undefined,
  value: number | undefined,
  count: number,
  slack: number,
): OracleRow => ({ group, timeUs, series: undefined, tags: undefined, value, count, slack });

function groupRows(
  question: Question,
  windows: Windows | undefined,
  group: readonly (string | undefined)[],
  members: readonly OracleSeries[],
) {
  const { toUs, over } = question;
  if (windows === undefined) return [answerOf(question, group, undefined, members)];
  const times = members.flatMap(({ points }) => points.map(({ timeUs }) => timeUs)).sort((a, b) => (a < b ? -1 : 1));
  /** Of the rows that each window's points are in, where the window begins that is the first of them. */
  const rows = new Map<bigint, bigint>();
  for (const startUs of new Set(times.map((timeUs) => windows.startOf(timeUs)))) {
    let at = startUs;
    for (let reached = 0; reached < over && (toUs === undefined || at <= toUs); reached++, at = windows.next(at)) {
      const known = rows.get(at);
      rows.set(at, known === undefined || startUs < known ? startUs : known);
    }
  }
  const answers = [...rows].map(([startUs, firstUs]) => {
    const endUs = windows.next(startUs);
    const inside = members
      .map((one) => ({ ...one, points: between(one.points, firstUs, endUs) }))
      .filter(({ points }) => points.length > 0);
    return answerOf(question, group, startUs, inside);
  });
  answers.sort((a, b) => (a.timeUs! < b.timeUs! ? -1 : 1));
  return filled(question, answers, windows);
}

function filled({ fill, fromUs, toUs }: Question, rows: readonly OracleRow[], windows: Windows): OracleRow[] {
  if (fill === 'none') return [...rows];
  const { group } = rows[0]!;
  const isToEnd = toUs !== undefined && (fill === '0' || fill === 'previous');
  const lastUs = isToEnd ? windows.startOf(toUs) : rows.at(-1)!.timeUs!;
  const all: OracleRow[] = [];
  let at = fill === '0' && fromUs !== undefined ? windows.startOf(fromUs) : rows[0]!.timeUs!;
  for (; at <= lastUs; at = windows.next(at)) {
    const before = rows[countBefore(rows, at + 1n, ({ timeUs }) => timeUs!) - 1];
    const after = rows[countBefore(rows, at, ({ timeUs }) => timeUs!)];
    if (before?.timeUs === at) all.push(before);
    else if (fill === '0') all.push(rowOf(group, at, 0, 0, 0));
    else if (fill === 'null') all.push(rowOf(group, at, undefined, 0, 0));
    else if (fill === 'previous') all.push(rowOf(group, at, before!.value, 0, before!.slack));
    else all.push({ ...rowOf(group, at, undefined, 0, 0), ...onLine(before!, after!, at) });
  }
  return all;
}

function onLine(before: OracleRow, after: OracleRow, timeUs: bigint): Value {
  if (before.value === undefined || after.value === undefined) return { value: undefined, slack: 0 };
  const part = Number(timeUs - before.timeUs!) / Number(after.timeUs! - before.timeUs!);
  const value = before.value * (1 - part) + after.value * part;
  const most = Math.max(Math.abs(before.value), Math.abs(after.value));
  return { value, slack: Number.isFinite(value) ? before.slack + after.slack + most * 2 ** -50 : 0 };
}

function answerOf(
  { operation }: Question,
  group: readonly (string | undefined)[],
  timeUs: bigint | undefined,
  members: readonly OracleSeries[],
): OracleRow {
  const count = members.reduce((sum, { points }) => sum + points.length, 0);
  const { value, slack } = computed(operation, members);
  return rowOf(group, timeUs, value, count, slack);
}

const exactly = (value: number | undefined): Value => ({ value, slack: 0 });
const isNumber = (value: number): boolean => !Number.isNaN(value);
/** -0 before 0. */
const order = (a: number, b: number): number =>
  a - b || Number(Object.is(b, -0)) - Number(Object.is(a, -0)) || Number(a > b) - Number(a < b);

/** Members have points, all of them, and are in order. */
function computed(operation: Question['operation'], members: readonly OracleSeries[]): Value {
  const values = members.flatMap(({ points }) => points.map(({ value }) => value));
  const numbers = values.filter(isNumber).sort(order);
  const [least = Number.NaN, most = Number.NaN] = [numbers[0], numbers.at(-1)];
  switch (operation) {
    case 'COUNT':
      return exactly(values.length);
    case 'SUM':
      return sumOf(values);
    case 'AVG': {
      const { value, slack } = sumOf(values);
      const average = value! / values.length;
      return { value: average, slack: slack === 0 ? 0 : Math.abs((value! + slack) / values.length - average) };
    }
    case 'MIN':
      return exactly(least);
    case 'MAX':
      return exactly(most);
    case 'RANGE':
      return exactly(most - least);
    case 'FIRST':
      return exactly(firstOf(members));
    case 'LAST':
      return exactly(lastOf(members));
    case 'DELTA':
      return sumOf(members.flatMap(({ points }) => [points.at(-1)!.value, -points[0]!.value]));
    case 'INCREASE':
      return increaseOf(members);
    case 'RATE':
      return rateOf(members);
    case 'STDDEV':
      return deviationOf(values);
    default:
      return percentileOf(numbers, operation.slice(1));
  }
}

/**
 * Of what is not finite, what adding in doubles gives; else the exact sum, which may be lost beyond twice a double's
 * digits.
 */
function sumOf(values: readonly number[]): Value {
  const odd = values.filter((value) => !Number.isFinite(value));
  if (odd.length > 0) return exactly(odd.reduce((sum, value) => sum + value, 0));
  const exact = values.reduce((sum, one) => sum + units(one), 0n);
  const lost = (values.reduce((sum, one) => sum + units(Math.abs(one)), 0n) >> LOST_BITS) + 1n;
  const value = rounded(exact);
  return { value, slack: Math.max(rounded(exact + lost) - value, value - rounded(exact - lost)) };
}

function firstOf(members: readonly OracleSeries[]): number {
  const times = members.map(({ points }) => points[0]!.timeUs);
  const earliest = times.reduce((a, b) => (b < a ? b : a));
  return members[times.indexOf(earliest)]!.points[0]!.value;
}

function lastOf(members: readonly OracleSeries[]): number {
  const times = members.map(({ points }) => points.at(-1)!.timeUs);
  const latest = times.reduce((a, b) => (b > a ? b : a));
  return members[times.lastIndexOf(latest)]!.points.at(-1)!.value;
}

/**
 * What the steps of a series add: the step, after a value that is smaller the new value, and nothing from and to a
 * NaN.
 */
function stepsOf({ points }: OracleSeries): number[] {
  return points.slice(1).flatMap(({ value }, index) => {
    const before = points[index]!.value;
    return value > before ? [value, -before] : value < before ? [value] : [];
  });
}

function increaseOf(members: readonly OracleSeries[]): Value {
  const some = members.filter(({ points }) => points.length > 1);
  return some.length === 0 ? exactly(undefined) : sumOf(some.flatMap(stepsOf));
}

function rateOf(members: readonly OracleSeries[]): Value {
  const rates = members.flatMap((one) => {
    const us = one.points.at(-1)!.timeUs - one.points[0]!.timeUs;
    return us === 0n ? [] : [sumOf(stepsOf(one)).value! / (Number(us) / 1e6)];
  });
  if (rates.length === 0) return exactly(undefined);
  const { value } = sumOf(rates);
  return { value, slack: rates.reduce((sum, rate) => sum + Math.abs(rate), 0) * 2 ** -50 || 0 };
}

/** Of a sample: from the exact squares and the exact sum. */
function deviationOf(values: readonly number[]): Value {
  const n = BigInt(values.length);
  if (n < 2n) return exactly(undefined);
  if (!values.every(Number.isFinite)) return exactly(Number.NaN);
  const sum = values.reduce((total, value) => total + units(value), 0n);
  const squares = values.reduce((total, value) => total + units(value) ** 2n, 0n);
  const value = rounded(root((n * squares - sum ** 2n) / (n * (n - 1n))));
  const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return { value, slack: value * 2 ** -46 + most * 2 ** -90 };
}

/** @param percent as it is written */
function percentileOf(sorted: readonly number[], percent: string): Value {
  if (sorted.length === 0) return exactly(Number.NaN);
  const decimals = percent.split('.')[1]?.length ?? 0;
  const whole = 100 * 10 ** decimals;
  const place = (sorted.length - 1) * Number(percent.replace('.', ''));
  const [below, rest] = [Math.floor(place / whole), place % whole];
  const [low, high] = [sorted[below]!, sorted[Math.ceil(place / whole)]!];
  if (rest === 0 || low === high) return exactly(low);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return exactly(low + high);
  const exact = units(low) * BigInt(whole - rest) + units(high) * BigInt(rest);
  const value = rounded(exact / BigInt(whole));
  return { value, slack: Math.max(Math.abs(low), Math.abs(high)) * 2 ** -51 + Number.MIN_VALUE };
}

/** Rows in order of values, those without one last; others stay in their order. */
export function inOrder<Row extends { readonly value: number | undefined }>(
  rows: readonly Row[],
  by: 'asc' | 'desc',
): Row[] {
  const isNone = ({ value }: Row) => value === undefined || Number.isNaN(value);
  const some = rows.filter((row) => !isNone(row));
  some.sort((a, b) => (a.value === b.value ? 0 : a.value! < b.value! === (by === 'asc') ? -1 : 1));
  return [...some, ...rows.filter(isNone)];
}
