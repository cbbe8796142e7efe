/**
 * Which series a spelling is: the bytes of a record's series and tags, as they are written, to the number that the
 * host gave them when they first came. A series has as many spellings as there are orders of its tags and escapes of
 * its characters, usually one. The table is bounded: when it has too many spellings, or too much text, it begins
 * again, and what comes up again is learned again.
 */
import { FIELD_BITS, FIELD_BYTES, FIELD_FROM, FIELD_LENGTH_SHIFT } from '../layout';
import { equalBytes } from './bytes';
import { takePages } from './event-memory';
import { hashBytes } from './hash';

/** No series has this number; those above say why there is none. */
export const UNKNOWN: u32 = 0xffffffef;

// An entry. The hash and the number of the value are compared at once.
const HASH: usize = 0;
const NUMBER: usize = 4;
const ID: usize = 8;
const TEXT: usize = 12; // 0: the entry is empty
const ENTRY_SHIFT: usize = 4;

const FIRST_ENTRIES: u32 = 1024;
/** Of spellings; the table has twice as many entries at most. */
const MAX_SPELLINGS: u32 = 1 << 18;
const CHUNK: usize = 1 << 20;
const MAX_CHUNKS: u32 = 32;
/** Comparing reads so much past the end of a text. */
const SLACK: usize = 16;

let table: usize = 0;
let mask: u32 = 0;
let used: u32 = 0;
/** Addresses of the chunks of text (u32). */
const CHUNKS: usize = memory.data(128, 4);
let chunkCount: u32 = 0;
let chunk: u32 = 0;
let textAt: usize = 0;
let textEnd: usize = 0;

/** The fields that the spelling consists of. */
let series: usize = 0;
let tags: usize = 0;
let tagsEnd: usize = 0;
let lastHash: u32 = 0;

/**
 * The spelling that is meant from now on: the field of the series, or 0, and those of the tags.
 */
// @ts-ignore: decorator
@inline
export function setKey(seriesField: usize, tagFields: usize, tagCount: u32): void {
  series = seriesField;
  tags = tagFields;
  tagsEnd = tagFields + <usize>tagCount * FIELD_BYTES;
}

// @ts-ignore: decorator
@inline
function hashField(field: usize): u64 {
  return hashBytes(<usize>load<u32>(field, FIELD_FROM), <usize>(load<u32>(field, FIELD_BITS) >> FIELD_LENGTH_SHIFT));
}

/** The hash of the spelling. */
// @ts-ignore: decorator
@inline
export function hashOf(): u32 {
  let hash: u64 = series ? hashField(series) : 0;
  for (let field = tags; field < tagsEnd; field += FIELD_BYTES) {
    hash = (hash ^ hashField(field)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  return <u32>hash;
}

/** The number of the series of value `number` with the spelling, UNKNOWN, or at least ID_REFUSED. */
// @ts-ignore: decorator
@inline
export function findSeries(number: u32, hash: u32): u32 {
  lastHash = hash;
  if (!table) return UNKNOWN;
  const wanted = <u64>hash | ((<u64>number) << 32);
  let at = place(hash, number);
  while (true) {
    const entry = table + ((<usize>at) << ENTRY_SHIFT);
    const text = <usize>load<u32>(entry, TEXT);
    if (!text) return UNKNOWN;
    if (load<u64>(entry, HASH) == wanted && isSpelled(text)) return load<u32>(entry, ID);
    at = (at + 1) & mask;
  }
}

/** Where the search begins: the values of a spec have the same hash. */
// @ts-ignore: decorator
@inline
function place(hash: u32, number: u32): u32 {
  return (hash + number * 0x9e3779b1) & mask;
}

// A text is the FIELD_BITS of each field, which is its kind and length, and then the bytes of all.

// @ts-ignore: decorator
@inline
function isSpelled(text: usize): bool {
  const count = (tagsEnd - tags) / FIELD_BYTES + <usize>(series != 0);
  let bits = text;
  let bytes = text + (count << 2);
  if (series) {
    const its = load<u32>(series, FIELD_BITS);
    if (load<u32>(bits) != its) return false;
    const length = <usize>(its >> FIELD_LENGTH_SHIFT);
    if (!equalBytes(<usize>load<u32>(series, FIELD_FROM), bytes, length)) return false;
    bytes += length;
    bits += 4;
  }
  for (let field = tags; field < tagsEnd; field += FIELD_BYTES) {
    const its = load<u32>(field, FIELD_BITS);
    if (load<u32>(bits) != its) return false;
    const length = <usize>(its >> FIELD_LENGTH_SHIFT);
    if (!equalBytes(<usize>load<u32>(field, FIELD_FROM), bytes, length)) return false;
    bytes += length;
    bits += 4;
  }
  return true;
}

/**
 * Enters the spelling that was looked for last. It has at most SPELLING_BYTES, and a spec at most 1 000 tags, so that
 * a chunk can hold it.
 */
export function learn(number: u32, id: u32): void {
  const bytes = textBytes();
  if (used >= MAX_SPELLINGS || !hasRoom(bytes)) {
    forgetAll();
    hasRoom(bytes);
  }
  if (!table || used * 2 >= mask) grow();
  const text = textAt;
  textAt += (writeText(text) - text + 3) & ~3;
  enter(lastHash, number, id, <u32>text);
  used++;
}

/** Of spellings that the full table does not have: so many, and it begins again. */
const MOST_MISSES: u32 = 1 << 22;
let misses: u32 = 0;
/** A last chunk with less room than this is full. */
const LONG_TEXT: usize = 8192;

/**
 * Enters a spelling as `learn` does, unless it is there. The full table stays as it is: of series that are more than
 * it takes, it has some at least, and the others are looked up in the store. Only when it is of little use any more
 * does it begin again.
 * @param hash of the spelling, which setKey was called for
 */
export function learnIfRoom(number: u32, hash: u32, id: u32): void {
  const isFull = used >= MAX_SPELLINGS || (textEnd && chunk + 1 == MAX_CHUNKS && textAt + LONG_TEXT > textEnd);
  if (isFull && ++misses < MOST_MISSES) return;
  misses = 0;
  if (findSeries(number, hash) == UNKNOWN) learn(number, id);
}

function enter(hash: u32, number: u32, id: u32, text: u32): void {
  let at = place(hash, number);
  while (load<u32>(table + ((<usize>at) << ENTRY_SHIFT), TEXT)) at = (at + 1) & mask;
  const entry = table + ((<usize>at) << ENTRY_SHIFT);
  store<u32>(entry, hash, HASH);
  store<u32>(entry, number, NUMBER);
  store<u32>(entry, id, ID);
  store<u32>(entry, text, TEXT);
}

function textBytes(): usize {
  let bytes: usize = series ? 4 + <usize>(load<u32>(series, FIELD_BITS) >> FIELD_LENGTH_SHIFT) : 0;
  for (let field = tags; field < tagsEnd; field += FIELD_BYTES) {
    bytes += 4 + <usize>(load<u32>(field, FIELD_BITS) >> FIELD_LENGTH_SHIFT);
  }
  // Not even a spelling of no fields is at address 0.
  return bytes + 4;
}

/** @returns the end */
function writeText(text: usize): usize {
  let bits = text;
  let bytes = text + (((tagsEnd - tags) / FIELD_BYTES + <usize>(series != 0)) << 2);
  if (series) {
    bytes = writeField(series, bits, bytes);
    bits += 4;
  }
  for (let field = tags; field < tagsEnd; field += FIELD_BYTES) {
    bytes = writeField(field, bits, bytes);
    bits += 4;
  }
  return bytes;
}

function writeField(field: usize, bits: usize, bytes: usize): usize {
  const its = load<u32>(field, FIELD_BITS);
  const length = <usize>(its >> FIELD_LENGTH_SHIFT);
  store<u32>(bits, its);
  memory.copy(bytes, <usize>load<u32>(field, FIELD_FROM), length);
  return bytes + length;
}

/** Makes `textAt` a place for so many bytes. @returns false when all chunks are full */
function hasRoom(bytes: usize): bool {
  if (textAt + bytes + SLACK <= textEnd) return true;
  if (textEnd && chunk + 1 == MAX_CHUNKS) return false;
  if (textEnd) chunk++;
  if (chunk == chunkCount) {
    store<u32>(CHUNKS + ((<usize>chunk) << 2), <u32>takePages(CHUNK));
    chunkCount++;
  }
  openChunk();
  return true;
}

function openChunk(): void {
  textAt = <usize>load<u32>(CHUNKS + ((<usize>chunk) << 2));
  textEnd = textAt + CHUNK;
}

function forgetAll(): void {
  memory.fill(table, 0, (<usize>mask + 1) << ENTRY_SHIFT);
  used = 0;
  chunk = 0;
  openChunk();
}

/** A table of twice as many entries; the old one is lost, which is as much as all before it together. */
function grow(): void {
  const old = table;
  const oldEnd = old ? old + ((<usize>mask + 1) << ENTRY_SHIFT) : 0;
  const entries = old ? (mask + 1) * 2 : FIRST_ENTRIES;
  table = takePages((<usize>entries) << ENTRY_SHIFT);
  mask = entries - 1;
  for (let entry = old; entry < oldEnd; entry += 1 << ENTRY_SHIFT) {
    const text = load<u32>(entry, TEXT);
    if (text) enter(load<u32>(entry, HASH), load<u32>(entry, NUMBER), load<u32>(entry, ID), text);
  }
}
