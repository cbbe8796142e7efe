/**
 * Answers of whole stores against an oracle that knows nothing of stores (oracle.ts): every operation with windows of
 * all kinds, tags, groups and ranges, over points in the log, in segments, merged and cold, written over by later
 * runs, at equal times and odd. A failure names the seed and the question and shows both answers.
 */
import { expect, test } from 'vitest';
import { parseQuery } from '../../../src/query/index.ts';
import { usualLimits } from '../../../src/store/history/aggregate.ts';
import { type HistoryRow, runQuery } from '../../../src/store/history/index.ts';
import type { Snapshot } from '../../../src/store/snapshot.ts';
import { seededRandom } from '../../support/files.ts';
import { sized } from '../../support/full.ts';
import { History, STATES } from './history.ts';
import { inOrder, type OracleRow, type OracleSeries, oracleRows } from './oracle.ts';
import { type Ground, OPERATIONS, type Question, randomQuestion } from './question.ts';

const HISTORIES = sized(6, 300);
/** Of each history, in states one after the other; each is asked every operation once in a while. */
const QUESTIONS = 21;
const PARTS = 3;

function isNear(found: number | undefined, { value, slack }: OracleRow): boolean {
  if (found === undefined || value === undefined || !Number.isFinite(value) || slack === 0)
    return Object.is(found, value);
  return Math.abs(found - value) <= slack;
}

const keyOf = ({ group, timeUs, series, tags, count }: OracleRow | HistoryRow): string =>
  [...group.map((value) => value ?? 'none'), timeUs, series, tags?.join(), count].join(' ');

/** What is wrong with an answer; undefined: nothing. */
function mistake(
  found: readonly HistoryRow[],
  all: readonly OracleRow[],
  { order, limit }: Question,
): string | undefined {
  const expected = (order === undefined ? all : inOrder(all, order)).slice(0, limit);
  if (found.length !== expected.length) return `${found.length} rows instead of ${expected.length}`;
  // Values that differ in their last digits may be in another order.
  const isLoose = order !== undefined && all.some(({ slack }) => slack > 0);
  const byKey = new Map(all.map((row) => [keyOf(row), row]));
  for (const [index, row] of found.entries()) {
    const other = isLoose ? byKey.get(keyOf(row)) : expected[index]!;
    if (other === undefined) return `row ${index} is in no answer`;
    if (keyOf(other) !== keyOf(row) || !isNear(row.value, other))
      return `row ${index}: ${shown(row)} instead of ${shown(other)}`;
    const ranked = expected[index]!;
    if (isLoose && !isNear(row.value, { ...ranked, slack: ranked.slack + other.slack }))
      return `row ${index} is out of order`;
  }
  return undefined;
}

const shown = (row: OracleRow | HistoryRow): string => `${keyOf(row)}: ${Object.is(row.value, -0) ? '-0' : row.value}`;

const small = (random: () => number): number => 1 + Math.floor(random() * 40);

/** @returns how many answers were right */
function ask(
  seed: number,
  snapshot: Snapshot,
  lists: readonly OracleSeries[],
  ground: Ground,
  random: () => number,
  at: number,
): void {
  const question = randomQuestion(random, OPERATIONS[at % OPERATIONS.length]!, ground);
  const limits =
    random() < 0.5 ? usualLimits : { windows: small(random), values: small(random), blocks: small(random) };
  const found = [...runQuery(snapshot, parseQuery(question.text), ground.nowUs, limits).rows];
  const all = oracleRows(lists, question);
  const wrong = mistake(found, all, question);
  if (wrong === undefined) return;
  const { order } = question;
  const expected = (order === undefined ? all : inOrder(all, order)).slice(0, question.limit);
  const lines = (rows: readonly (OracleRow | HistoryRow)[]) =>
    rows
      .slice(0, 40)
      .map((row) => `  ${shown(row)}`)
      .join('\n');
  throw new Error(
    `seed ${seed}, question ${at}: ${question.text} at ${ground.nowUs}, ${JSON.stringify(limits)}\n${wrong}\n` +
      `found\n${lines(found)}\nexpected\n${lines(expected)}`,
  );
}

function checkHistory(seed: number): number {
  const random = seededRandom(seed * 7919);
  const history = new History(seed);
  let asked = 0;
  history.append(200);
  for (const state of STATES) {
    const chance = random();
    if (chance < 0.4) history.append(150);
    else if (chance < 0.6) history.again(200);
    const snapshot = history.become(state);
    const [lists, ground] = [history.lists(), history.ground()];
    // So that all operations have their turn, in all states.
    for (let i = 0; i < QUESTIONS / STATES.length; i++) ask(seed, snapshot, lists, ground, random, seed * 5 + asked++);
  }
  history.close();
  return asked;
}

test.each(Array.from({ length: PARTS }, (_, part) => part))(
  `${(HISTORIES * QUESTIONS) / PARTS} answers are those of the oracle (part %i of ${PARTS})`,
  (part) => {
    let answers = 0;
    for (let seed = 1 + part; seed <= HISTORIES; seed += PARTS) answers += checkHistory(seed);
    expect(answers).toBe((HISTORIES * QUESTIONS) / PARTS);
  },
);
