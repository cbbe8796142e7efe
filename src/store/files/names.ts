/**
 * The names of the files of a store's directory: which is what, and which are none of ours. One counter numbers logs
 * and segments, so that a number never means two files. A name that ends in `.tmp` was never finished.
 */

import { randomBytes } from 'node:crypto';

export const MANIFEST_NAME = 'MANIFEST';
export const LOCK_NAME = 'LOCK';
/** Room for dropping points on a full disk (reserve.ts). */
export const RESERVE_NAME = 'RESERVE';
/** Behind the name that a file will get when it is finished. */
export const TEMPORARY_SUFFIX = '.tmp';

const LOG_SUFFIX = '.log';
const SEGMENT_SUFFIX = '.seg';
const NUMBER_DIGITS = 8;
const MAX_NUMBER = 99_999_999;
const NUMBERED = /^(\d{8})(\.log|\.seg)$/;
/** A manifest that is being written, without its suffix. Stores of version 1 have no number in it. */
const NEXT_MANIFEST = /^MANIFEST(\.[0-9a-f]{16})?$/;
const NAME_BYTES = 8;
/** The lock, and what is beside it while it is taken (src/lock/file-lock.ts). */
const LOCK_FILES = /^LOCK(\.[\w.-]+)?$/;

export interface NumberedName {
  readonly kind: 'log' | 'segment';
  readonly number: number;
}

/** `00000007.log` */
export function logName(number: number): string {
  return numbered(number, LOG_SUFFIX);
}

/** `00000007.seg` */
export function segmentName(number: number): string {
  return numbered(number, SEGMENT_SUFFIX);
}

/** What a finished log or segment is. Undefined for any other file. */
export function parseName(name: string): NumberedName | undefined {
  const [, digits, suffix] = NUMBERED.exec(name) ?? [];
  if (digits === undefined) return undefined;
  return { kind: suffix === LOG_SUFFIX ? 'log' : 'segment', number: Number(digits) };
}

/** `MANIFEST.0123456789abcdef.tmp`: a name that no other process has, and no earlier manifest had. */
export function manifestTemporary(): string {
  return `${MANIFEST_NAME}.${randomBytes(NAME_BYTES).toString('hex')}${TEMPORARY_SUFFIX}`;
}

/** Whether the file is a manifest that was not put in its place, or not yet. */
export function isManifestTemporary(name: string): boolean {
  return isTemporary(name) && NEXT_MANIFEST.test(name.slice(0, -TEMPORARY_SUFFIX.length));
}

export function isTemporary(name: string): boolean {
  return name.endsWith(TEMPORARY_SUFFIX);
}

/** Whether a store makes files of that name; others are somebody else's and are never touched. */
export function isStoreName(name: string): boolean {
  if (isManifestTemporary(name) || name === MANIFEST_NAME || name === RESERVE_NAME) return true;
  const finished = isTemporary(name) ? name.slice(0, -TEMPORARY_SUFFIX.length) : name;
  return LOCK_FILES.test(name) || parseName(finished) !== undefined;
}

function numbered(number: number, suffix: string): string {
  // A file a second for three years; names of more digits would not sort as they count.
  if (number > MAX_NUMBER) throw new RangeError(`a store cannot have a file number ${number}`);
  return String(number).padStart(NUMBER_DIGITS, '0') + suffix;
}
