/**
 * A parsed query as the bytes that the engine matches events with (engine/event-layout.ts): the series, the ends of
 * the range, and the tag expression as a list of tests with two targets each, so that short circuit is in the targets.
 */
import * as E from '../../engine/event-layout.ts';
import { ACCEPT_TARGET, REJECT_TARGET } from '../../engine/layout.ts';
import type { LiveOperation, LiveQuery, LiveTags, TimePoint } from '../../query/index.ts';

const aggregates: Readonly<Record<LiveOperation, number>> = {
  avg: E.AGGREGATE_AVG,
  sum: E.AGGREGATE_SUM,
  min: E.AGGREGATE_MIN,
  max: E.AGGREGATE_MAX,
  count: E.AGGREGATE_COUNT,
};

/** The engine compares 16 bytes at a time. */
const padding = 16;
const encoder = new TextEncoder();

interface TagTest {
  readonly text: Uint8Array;
  readonly onTrue: number;
  readonly onFalse: number;
}

/** Appends the tests of an expression, the last ones first. @returns the number of its first test */
function assemble(expression: LiveTags, onTrue: number, onFalse: number, tests: TagTest[]): number {
  switch (expression.kind) {
    case 'tag':
      return tests.push({ text: encoder.encode(expression.tag), onTrue, onFalse }) - 1;
    case 'not':
      return assemble(expression.operand, onFalse, onTrue, tests);
    case 'and':
      return assemble(expression.left, assemble(expression.right, onTrue, onFalse, tests), onFalse, tests);
    case 'or':
      return assemble(expression.left, onTrue, assemble(expression.right, onTrue, onFalse, tests), tests);
  }
}

const isBefore = (point: TimePoint): boolean => point.kind === 'relative';
const usOf = (point: TimePoint): bigint => (point.kind === 'relative' ? point.beforeUs : point.us);

/**
 * Encodes a query.
 * @returns the size, and a function that writes the image to its place: `address` is where `bytes` begins in the
 *   engine's memory
 */
export function queryImage(
  query: LiveQuery,
  handle: number,
): { size: number; write(bytes: Uint8Array, address: number): void } {
  const tests: TagTest[] = [];
  const { tags, range } = query;
  const entry = tags === undefined ? ACCEPT_TARGET : assemble(tags, ACCEPT_TARGET, REJECT_TARGET, tests);
  const texts = [encoder.encode(query.series), ...tests.map((test) => test.text)];
  const textsAt = E.QUERY_BYTES + tests.length * E.TAG_TEST_BYTES;
  const places: number[] = [];
  let size = textsAt;
  for (const text of texts) {
    places.push(size);
    size += text.length + padding;
  }
  const write = (bytes: Uint8Array, address: number): void => {
    bytes.fill(0, 0, size);
    const view = new DataView(bytes.buffer, bytes.byteOffset, size);
    const u32 = (at: number, value: number) => view.setInt32(at, value, true);
    u32(E.Q_HANDLE, handle);
    u32(E.Q_OPERATION, aggregates[query.operation]);
    u32(E.Q_SERIES, address + places[0]!);
    u32(E.Q_SERIES_BYTES, texts[0]!.length);
    u32(E.Q_TESTS, address + E.QUERY_BYTES);
    u32(E.Q_ENTRY, entry);
    if (range !== undefined) {
      const first = isBefore(range.first) ? E.RANGE_FIRST_RELATIVE : 0;
      const second = isBefore(range.second) ? E.RANGE_SECOND_RELATIVE : 0;
      u32(E.Q_RANGE, E.RANGE_GIVEN | first | second);
      view.setBigInt64(E.Q_FIRST, usOf(range.first), true);
      view.setBigInt64(E.Q_SECOND, usOf(range.second), true);
    }
    tests.forEach((test, i) => {
      const at = E.QUERY_BYTES + i * E.TAG_TEST_BYTES;
      u32(at + E.TAG_TEXT, address + places[i + 1]!);
      u32(at + E.TAG_BYTES, test.text.length);
      u32(at + E.TAG_TRUE, test.onTrue);
      u32(at + E.TAG_FALSE, test.onFalse);
    });
    texts.forEach((text, i) => {
      bytes.set(text, places[i]!);
    });
  };
  return { size, write };
}
