/**
 * Events that wait until their query is polled: for each query a list of chunks, written at the end of the last and
 * read from the first, so that nothing is moved and nothing lost. Chunks go round through a free list; what all queues
 * hold together is bounded.
 */
import { Q_CHUNK, Q_LAST_CHUNK, Q_READ, Q_WRITE } from '../event-layout';
import { takePages } from './event-memory';

// A chunk.
const C_NEXT: usize = 0;
const C_BYTES: usize = 4;
/** Where its events end; set when it is not the last one any more. */
const C_END: usize = 8;
const C_EVENTS: usize = 16;

// An event in a chunk, 8-byte aligned.
const E_TEXT_BYTES: usize = 0;
const E_VALUE: usize = 8;
const E_TEXT: usize = 16;

const CHUNK: usize = 65536;
const CHUNKS_AT_ONCE: usize = 16;
/** Text is copied in 16-byte steps. */
const SLACK: usize = 16;

let freeChunks: usize = 0;
/** Chunks for one event that is too large for the usual ones. */
let freeLarge: usize = 0;
let bytesInUse: usize = 0;
let bytesLimit: usize = 0;
/** Events in all queues. */
export let waiting: u32 = 0;

export function setQueueLimit(bytes: usize): void {
  bytesLimit = bytes;
}

function takeChunk(bytes: usize): usize {
  let chunk: usize = 0;
  if (bytes <= CHUNK) {
    if (!freeChunks) splitPages();
    chunk = freeChunks;
    freeChunks = <usize>load<u32>(chunk, C_NEXT);
  } else chunk = takeLarge((bytes + 0xffff) & ~0xffff);
  store<u32>(chunk, 0, C_NEXT);
  bytesInUse += <usize>load<u32>(chunk, C_BYTES);
  return chunk;
}

function splitPages(): void {
  const from = takePages(CHUNK * CHUNKS_AT_ONCE);
  for (let i: usize = 0; i < CHUNKS_AT_ONCE; i++) {
    const chunk = from + i * CHUNK;
    store<u32>(chunk, CHUNK, C_BYTES);
    store<u32>(chunk, <u32>freeChunks, C_NEXT);
    freeChunks = chunk;
  }
}

function takeLarge(bytes: usize): usize {
  let before: usize = 0;
  for (let chunk = freeLarge; chunk; chunk = <usize>load<u32>(chunk, C_NEXT)) {
    if (<usize>load<u32>(chunk, C_BYTES) >= bytes) {
      if (before) store<u32>(before, load<u32>(chunk, C_NEXT), C_NEXT);
      else freeLarge = <usize>load<u32>(chunk, C_NEXT);
      return chunk;
    }
    before = chunk;
  }
  const fresh = takePages(bytes);
  store<u32>(fresh, <u32>bytes, C_BYTES);
  return fresh;
}

function releaseChunk(chunk: usize): void {
  const bytes = <usize>load<u32>(chunk, C_BYTES);
  bytesInUse -= bytes;
  store<u32>(chunk, <u32>(bytes == CHUNK ? freeChunks : freeLarge), C_NEXT);
  if (bytes == CHUNK) freeChunks = chunk;
  else freeLarge = chunk;
}

/** Appends an event to a query's queue; the text is copied. @returns false when all queues together hold too much */
export function keep(query: usize, text: usize, textBytes: usize, value: f64): bool {
  const bytes = (E_TEXT + textBytes + SLACK + 7) & ~7;
  const last = <usize>load<u32>(query, Q_LAST_CHUNK);
  let at = <usize>load<u32>(query, Q_WRITE);
  if (!last || at + bytes > last + <usize>load<u32>(last, C_BYTES)) {
    if (bytesInUse + max(bytes + C_EVENTS, CHUNK) > bytesLimit) return false;
    const chunk = takeChunk(bytes + C_EVENTS);
    if (last) {
      store<u32>(last, <u32>at, C_END);
      store<u32>(last, <u32>chunk, C_NEXT);
    } else {
      store<u32>(query, <u32>chunk, Q_CHUNK);
      store<u32>(query, <u32>(chunk + C_EVENTS), Q_READ);
    }
    store<u32>(query, <u32>chunk, Q_LAST_CHUNK);
    at = chunk + C_EVENTS;
  }
  store<u32>(at, <u32>textBytes, E_TEXT_BYTES);
  store<f64>(at, value, E_VALUE);
  memory.copy(at + E_TEXT, text, textBytes);
  store<u32>(query, <u32>(at + bytes), Q_WRITE);
  waiting++;
  return true;
}

/** The event that takeFirst took; the text is good until the next `keep`. */
export let takenText: usize = 0;
export let takenBytes: usize = 0;
export let takenValue: f64 = 0;

/** Whether events wait for this query. */
// @ts-ignore: decorator
@inline
export function isWaiting(query: usize): bool {
  return load<u32>(query, Q_CHUNK) != 0;
}

/** Takes the first event of a queue that is not empty. */
export function takeFirst(query: usize): void {
  const at = <usize>load<u32>(query, Q_READ);
  takenBytes = <usize>load<u32>(at, E_TEXT_BYTES);
  takenValue = load<f64>(at, E_VALUE);
  takenText = at + E_TEXT;
  waiting--;
  const chunk = <usize>load<u32>(query, Q_CHUNK);
  const isLast = chunk == <usize>load<u32>(query, Q_LAST_CHUNK);
  const next = at + ((E_TEXT + takenBytes + SLACK + 7) & ~7);
  const end = <usize>(isLast ? load<u32>(query, Q_WRITE) : load<u32>(chunk, C_END));
  store<u32>(query, <u32>next, Q_READ);
  if (next != end) return;
  const following = load<u32>(chunk, C_NEXT);
  releaseChunk(chunk);
  store<u32>(query, following, Q_CHUNK);
  store<u32>(query, following + <u32>C_EVENTS, Q_READ);
  if (isLast) store<u32>(query, 0, Q_LAST_CHUNK);
}

/** Empties a queue. */
export function dropQueue(query: usize): void {
  while (isWaiting(query)) takeFirst(query);
}
