/**
 * Live queries over rows. Each row is looked at once, when some query is polled and has nothing waiting: the event
 * goes to every query that it matches, to the polled one at once and to the others' queues. So the order in which a
 * program sees events depends on the input and on its own calls, never on how the input was cut into blocks.
 *
 * The surprising part: a poll that meets events for another query answers "nothing" once before it goes on, so that a
 * program with two queries turns to the other one instead of filling its queue; one that only ever polls the same
 * query never waits for that. Running aggregates are brought up to date when an event is handed out, in the same
 * order.
 */
import { ACCEPT_TARGET, FIELD_BYTES, ROW_BYTES, ROW_FROM, ROW_TO } from '../layout';
import {
  AGGREGATE_AVG,
  AGGREGATE_COUNT,
  AGGREGATE_MAX,
  AGGREGATE_MIN,
  LIVE_FULL,
  LIVE_MORE,
  LIVE_NONE,
  LIVE_UNKNOWN,
  Q_AGGREGATE,
  Q_ENTRY,
  Q_EVENTS,
  Q_FIRST,
  Q_HANDLE,
  Q_NEXT,
  Q_OPERATION,
  Q_RANGE,
  Q_SECOND,
  Q_SERIES,
  Q_SERIES_BYTES,
  Q_TESTS,
  RANGE_FIRST_RELATIVE,
  RANGE_SECOND_RELATIVE,
  TAG_BYTES,
  TAG_FALSE,
  TAG_TEST_BYTES,
  TAG_TEXT,
  TAG_TRUE,
  UNIT_AUTO,
} from '../event-layout';
import { copyText, reserve, takePages } from './event-memory';
import { writeDouble, writeInteger } from './event-number';
import {
  dropQueue,
  isWaiting,
  keep,
  setQueueLimit,
  takeFirst,
  takenBytes,
  takenText,
  takenValue,
  waiting,
} from './event-queue';
import { aggregateLabel, eventRoom, eventTimeUs, eventValue, isSeries, readEvent, writeEvent } from './event-read';
import { hasTag } from './event-tags';
import { eventUnit, noteEventTime } from './event-units';
import { fieldCount, rows } from './state';
import { load64 } from './views';

let unit: i32 = 0;
/** What `now` means in ranges. */
let nowUs: i64 = 0;

/** Open queries, in the order of their registration. */
let firstQuery: usize = 0;
let lastQuery: usize = 0;
/** The query that was polled last: nearly always the one that is polled next. */
let polled: usize = 0;
/** The query whose last poll found nothing but events of others. */
let turnedAway: usize = 0;

/** The next row to look at, and where they end. */
let row: usize = 0;
let rowsEnd: usize = 0;

/** The payload that the last livePoll made. */
let payload: usize = 0;
let payloadRoom: usize = 0;

let events: u32 = 0;
let delivered: u32 = 0;
let bad: u32 = 0;
let badReason: i32 = 0;
let badFrom: usize = 0;
let badTo: usize = 0;
let fullHandle: u32 = 0;

/**
 * Before the first query: the unit of numeric times (UNIT_*), and how many bytes of events may wait in all queues.
 * One program per instance; there is no way back.
 */
export function liveBegin(timeUnit: i32, queueBytes: u32): void {
  unit = timeUnit;
  setQueueLimit(queueBytes);
}

/** New rows are in the table; those of before have all been looked at. */
export function liveRows(count: u32): void {
  row = rows;
  rowsEnd = rows + <usize>(count * (ROW_BYTES + fieldCount * FIELD_BYTES));
}

/** Memory for the host to put queries and records in; never given back. */
export function liveReserve(bytes: u32): u32 {
  return <u32>reserve(bytes);
}

/** Says what `now` is: microseconds since 1970. */
export function liveNow(us: i64): void {
  nowUs = us;
}

/**
 * Registers the query that the host has written at `query` (QUERY_BYTES); the memory is the engine's until liveClose.
 */
export function liveOpen(query: usize): void {
  if (lastQuery) store<u32>(lastQuery, <u32>query, Q_NEXT);
  else firstQuery = query;
  lastQuery = query;
}

function find(handle: i64): usize {
  if (polled && <i64>load<u32>(polled, Q_HANDLE) == handle) return polled;
  for (let query = firstQuery; query; query = <usize>load<u32>(query, Q_NEXT)) {
    if (<i64>load<u32>(query, Q_HANDLE) == handle) return query;
  }
  return 0;
}

/** Forgets a query and what waits for it. @returns its address, which is the host's again, or 0 when there is none */
export function liveClose(handle: i64): usize {
  const query = find(handle);
  if (!query) return 0;
  dropQueue(query);
  const next = <usize>load<u32>(query, Q_NEXT);
  let before: usize = 0;
  for (let other = firstQuery; other != query; other = <usize>load<u32>(other, Q_NEXT)) before = other;
  if (before) store<u32>(before, <u32>next, Q_NEXT);
  else firstQuery = next;
  if (lastQuery == query) lastQuery = before;
  if (polled == query) polled = 0;
  if (turnedAway == query) turnedAway = 0;
  return query;
}

/**
 * The next event of a query, as a payload to be fetched with liveChunk.
 * @returns its bytes, or one of LIVE_NONE, LIVE_MORE, LIVE_UNKNOWN, LIVE_FULL
 */
export function livePoll(handle: i64): i32 {
  const query = find(handle);
  if (!query) return LIVE_UNKNOWN;
  polled = query;
  if (isWaiting(query)) {
    turnedAway = 0;
    return deliverFirst(query);
  }
  while (row < rowsEnd) {
    const isMine = takeRow(query);
    if (isMine < 0) return LIVE_FULL;
    if (isMine) {
      turnedAway = 0;
      return isMine;
    }
    if (waiting && turnedAway != query) {
      turnedAway = query;
      return LIVE_NONE;
    }
  }
  return LIVE_MORE;
}

/**
 * Looks at the next row. @returns the bytes of the payload when it is an event for `query`, 0 when not, -1 when full
 */
function takeRow(query: usize): i32 {
  const current = row;
  row += <usize>(ROW_BYTES + fieldCount * FIELD_BYTES);
  const reason = readEvent(current, unit == UNIT_AUTO ? eventUnit(current, rowsEnd) : unit, false, 0);
  if (reason) {
    noteBad(reason, current);
    return 0;
  }
  if (unit == UNIT_AUTO) noteEventTime(current, eventTimeUs);
  return dispatch(query);
}

function noteBad(reason: i32, current: usize): void {
  if (!bad++) {
    badReason = reason;
    badFrom = <usize>load<u32>(current, ROW_FROM);
    badTo = <usize>load<u32>(current, ROW_TO);
  }
}

/**
 * Gives the event that was read to all queries that it matches; `query` (or 0) gets it at once. @returns as takeRow
 */
function dispatch(query: usize): i32 {
  events++;
  let end: usize = 0;
  let isMine = false;
  for (let other = firstQuery; other; other = <usize>load<u32>(other, Q_NEXT)) {
    if (!matches(other)) continue;
    if (!end) {
      roomForPayload(eventRoom());
      end = writeEvent(payload);
    }
    if (other == query) isMine = true;
    else if (!keep(other, payload, end - payload, eventValue)) {
      fullHandle = load<u32>(other, Q_HANDLE);
      return -1;
    }
  }
  return isMine ? finish(query, end, eventValue) : 0;
}

function roomForPayload(bytes: usize): void {
  if (bytes <= payloadRoom) return;
  payloadRoom = (bytes * 2 + 0xffff) & ~0xffff;
  payload = takePages(payloadRoom);
}

function matches(query: usize): bool {
  if (!isSeries(<usize>load<u32>(query, Q_SERIES), <usize>load<u32>(query, Q_SERIES_BYTES))) return false;
  const range = load<u32>(query, Q_RANGE);
  if (range && !isInRange(query, range)) return false;
  const tests = <usize>load<u32>(query, Q_TESTS);
  let next = load<i32>(query, Q_ENTRY);
  while (next >= 0) {
    const test = tests + <usize>next * TAG_TEST_BYTES;
    const isThere = hasTag(<usize>load<u32>(test, TAG_TEXT), <usize>load<u32>(test, TAG_BYTES));
    next = isThere ? load<i32>(test, TAG_TRUE) : load<i32>(test, TAG_FALSE);
  }
  return next == ACCEPT_TARGET;
}

/** Both ends are inclusive, and the earlier one is the start. */
function isInRange(query: usize, range: u32): bool {
  let first = load<i64>(query, Q_FIRST);
  let second = load<i64>(query, Q_SECOND);
  if (range & RANGE_FIRST_RELATIVE) first = before(first);
  if (range & RANGE_SECOND_RELATIVE) second = before(second);
  const at = eventTimeUs;
  return at >= min(first, second) && at <= max(first, second);
}

/** So long before now, or the earliest time that there is. */
function before(us: i64): i64 {
  // `us` is not negative, so only now may make this overflow.
  return nowUs < i64.MIN_VALUE + us ? i64.MIN_VALUE : nowUs - us;
}

function deliverFirst(query: usize): i32 {
  takeFirst(query);
  roomForPayload(takenBytes + 128);
  return finish(query, copyText(payload, takenText, takenBytes), takenValue);
}

/** Brings the aggregate up to date and writes it behind the event. @returns the payload's bytes */
function finish(query: usize, at: usize, value: f64): i32 {
  delivered++;
  const count = load<f64>(query, Q_EVENTS) + 1;
  const previous = load<f64>(query, Q_AGGREGATE);
  const operation = load<u32>(query, Q_OPERATION);
  let aggregate = previous + value;
  // The first value is the least and the greatest.
  if (operation == AGGREGATE_MIN) aggregate = count == 1 ? value : min(previous, value);
  else if (operation == AGGREGATE_MAX) aggregate = count == 1 ? value : max(previous, value);
  store<f64>(query, count, Q_EVENTS);
  store<f64>(query, aggregate, Q_AGGREGATE);
  at = aggregateLabel(at);
  if (operation == AGGREGATE_COUNT) at = writeInteger(at, <i64>count);
  else at = writeDouble(at, operation == AGGREGATE_AVG ? aggregate / count : aggregate);
  store<u8>(at, 0x7d);
  return <i32>(at + 1 - payload);
}

/** 16 bytes of the payload, from the `at`-th on. Good until the next livePoll or liveOffer. */
export function liveChunk(at: u32): v128 {
  return v128.load(payload + <usize>at);
}

/** 64 bytes of the payload, from the `at`-th on, to bytes0 to bytes3: two calls' worth of time instead of four. */
export function liveChunks(at: u32): void {
  load64(payload + <usize>at);
}

/**
 * An event that the program itself has written: a row made by the host, with its time given. It joins the queues.
 * @returns 0; BAD_* when it is no event; LIVE_FULL
 */
export function liveOffer(offered: usize, timeUs: i64): i32 {
  const reason = readEvent(offered, unit, true, timeUs);
  if (reason) return reason;
  return dispatch(0) < 0 ? LIVE_FULL : 0;
}

/** Events that wait in all queues. */
export function liveWaiting(): u32 {
  return waiting;
}

/** Records that were events, whether or not a query matched. */
export function liveEvents(): u32 {
  return events;
}

/** Events handed out. */
export function liveDelivered(): u32 {
  return delivered;
}

/** Records that were no events. */
export function liveBad(): u32 {
  return bad;
}

/** Why the first of them was none (BAD_*), and where it lies: [from, to), good until its block is given back. */
export function liveBadReason(): i32 {
  return badReason;
}

export function liveBadFrom(): usize {
  return badFrom;
}

export function liveBadTo(): usize {
  return badTo;
}

/** After LIVE_FULL: the query whose events do not fit. */
export function liveFullHandle(): u32 {
  return fullHandle;
}
