/**
 * Root keys that the plan does not know, for csv without columns: the first batch finds the header, later batches
 * count what came too late. The walk notes the keys of a record; when the record matches, they move to a hash table of
 * distinct keys that the host reads at the end, or when it has to know the header.
 */
import {
  K_DISTINCT,
  K_LIST,
  K_ORDER,
  K_OVERFLOW,
  K_PENDING,
  K_RECORDS,
  K_TABLE,
  K_TEXT,
  K_TEXT_BYTES,
  KE_COUNT,
  KE_HASH,
  KE_LENGTH,
  KE_TEXT,
  KEY_ENTRY_BYTES,
  KEY_ENTRY_COUNT,
  KEY_PENDING_COUNT,
  KEY_TEXT_BYTES,
  PENDING_BYTES,
} from '../layout';
import { equalBytes } from './bytes';
import { hashBytes } from './hash';
import { keys } from './state';

/** Notes the raw bytes (still escaped) of a key of the current record. */
export function notePendingKey(from: usize, to: usize): void {
  const count = load<u32>(keys, K_PENDING);
  // Those that the list has no room for are only counted, and matter only if the record matches.
  store<u32>(keys, count + 1, K_PENDING);
  if (count >= <u32>KEY_PENDING_COUNT) return;
  const place = keys + K_LIST + <usize>count * PENDING_BYTES;
  store<u32>(place, <u32>from);
  store<u32>(place, <u32>(to - from), 4);
}

export function dropPendingKeys(): void {
  store<u32>(keys, 0, K_PENDING);
}

/** The current record matched: counts its noted keys. @returns whether there were any */
export function countPendingKeys(): bool {
  let count = load<u32>(keys, K_PENDING);
  if (!count) return false;
  store<u32>(keys, load<u32>(keys, K_RECORDS) + 1, K_RECORDS);
  if (count > <u32>KEY_PENDING_COUNT) {
    store<u32>(keys, load<u32>(keys, K_OVERFLOW) + count - KEY_PENDING_COUNT, K_OVERFLOW);
    count = <u32>KEY_PENDING_COUNT;
  }
  for (let i: u32 = 0; i < count; i++) {
    const place = keys + K_LIST + <usize>i * PENDING_BYTES;
    countKey(<usize>load<u32>(place), load<u32>(place, 4));
  }
  return true;
}

function countKey(from: usize, length: u32): void {
  const hash = hashBytes(from, <usize>length);
  let place = <usize>(hash & (KEY_ENTRY_COUNT - 1));
  while (true) {
    const entry = keys + K_TABLE + place * KEY_ENTRY_BYTES;
    const count = load<u32>(entry, KE_COUNT);
    if (!count) {
      addKey(entry, hash, from, length);
      return;
    }
    if (
      load<u64>(entry, KE_HASH) == hash &&
      load<u32>(entry, KE_LENGTH) == length &&
      equalBytes(from, keys + K_TEXT + <usize>load<u32>(entry, KE_TEXT), <usize>length)
    ) {
      store<u32>(entry, count + 1, KE_COUNT);
      return;
    }
    place = (place + 1) & (KEY_ENTRY_COUNT - 1);
  }
}

function addKey(entry: usize, hash: u64, from: usize, length: u32): void {
  const order = load<u32>(keys, K_DISTINCT);
  const text = load<u32>(keys, K_TEXT_BYTES);
  // 16 bytes stay free because equalBytes may read past the end.
  if (order == KEY_ENTRY_COUNT / 2 || text + length + 16 > <u32>KEY_TEXT_BYTES) {
    store<u32>(keys, load<u32>(keys, K_OVERFLOW) + 1, K_OVERFLOW);
    return;
  }
  memory.copy(keys + K_TEXT + <usize>text, from, <usize>length);
  store<u64>(entry, hash, KE_HASH);
  store<u32>(entry, text, KE_TEXT);
  store<u32>(entry, length, KE_LENGTH);
  store<u32>(entry, 1, KE_COUNT);
  store<u32>(keys + K_ORDER + ((<usize>order) << 2), <u32>entry);
  store<u32>(keys, order + 1, K_DISTINCT);
  store<u32>(keys, text + length, K_TEXT_BYTES);
}
