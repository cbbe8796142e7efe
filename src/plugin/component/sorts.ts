/**
 * Sorts and external descriptions, the small parts that imports, exports, aliases and arguments share (component
 * model, design/mvp/Binary.md, `sort` and `externdesc`).
 */
import type { ByteReader } from '../binary/reader.ts';
import type { Sort } from './definitions.ts';

const coreSorts: Readonly<Record<number, Sort>> = {
  0: 'core func',
  1: 'core table',
  2: 'core memory',
  3: 'core global',
  16: 'core type',
  17: 'core module',
  18: 'core instance',
};

const sorts: Readonly<Record<number, Sort>> = {
  1: 'func',
  2: 'value',
  3: 'type',
  4: 'component',
  5: 'instance',
};

export function readCoreSort(body: ByteReader): Sort {
  const start = body.at;
  const sort = coreSorts[body.u8('a core sort')];
  if (sort === undefined) throw body.fault('a core sort that does not exist', start);
  return sort;
}

export function readSort(body: ByteReader): Sort {
  const start = body.at;
  const byte = body.u8('a sort');
  if (byte === 0x00) return readCoreSort(body);
  const sort = sorts[byte];
  if (sort === undefined) throw body.fault('a sort that does not exist', start);
  if (sort === 'value') throw body.fault('component values are not supported', start);
  return sort;
}

/** Passes over the type of an import or export that is no type itself: its index. */
export function passTypeOf(body: ByteReader, sort: Sort): undefined {
  body.u32(`the type of a ${sort}`);
}

/** `(eq i)` → i; a fresh resource type → undefined. */
export function readTypeBound(body: ByteReader): number | undefined {
  const start = body.at;
  const form = body.u8('the bound of a type');
  if (form === 0x00) return body.u32('a type index');
  if (form === 0x01) return undefined;
  throw body.fault('the bound of a type is of an unknown form', start);
}
