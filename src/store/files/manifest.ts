/**
 * The manifest: which files of a store's directory are live, and how far inputs have been read into segments. It is
 * text that a person can read, JSON with its members in a fixed order and a last line with its CRC-32, and it is
 * replaced as a whole: what it says is true from the rename on. Reading is strict: what is read must be, byte for
 * byte, what encodeManifest would write for it, so nothing in it can be changed unnoticed. FORMAT.md, section 1.
 */

import { excerpt } from '../../text/printable.ts';
import { damaged, StoreError } from '../errors.ts';
import { crc32 } from '../kernel/crc32.ts';
import type { InputPosition } from '../points.ts';
import type { Files } from './files.ts';
import { MANIFEST_NAME, manifestTemporary } from './names.ts';
import { removeQuietly } from './removal.ts';
import { renameOwn, syncFile, syncNames } from './sync.ts';

/** Of the text; files have versions of their own. Version 1 does not say whether the log was begun. */
export const MANIFEST_VERSION = 2;

/** A live segment. */
export interface SegmentInfo {
  /** Of its file, segmentName(number). */
  readonly number: number;
  /** Larger: written later. That of the newest data in it: a merged segment has the largest age of its parts. */
  readonly age: number;
  /** Of the time partition that it is part of (partition.ts). */
  readonly level: number;
  readonly isCold: boolean;
  readonly points: number;
  readonly series: number;
  readonly blocks: number;
  /** Of the file. */
  readonly bytes: number;
  /** The ends of all its points, inclusive. */
  readonly firstTimeUs: bigint;
  readonly lastTimeUs: bigint;
}

export interface Manifest {
  /** Who wrote this one, like `slung 0.1.0`; only for people. */
  readonly createdBy: string;
  /** Counts the manifests of a store. */
  readonly generation: number;
  /** The next new file's. All numbers in use are below. */
  readonly nextNumber: number;
  /** The current log; those of smaller numbers are obsolete, those of larger ones go on from it. */
  readonly logNumber: number;
  /** The log is there, with its header: when it is not, it has been lost. */
  readonly isLogBegun: boolean;
  /** All frames up to this one are in segments. */
  readonly sequence: number;
  readonly segments: readonly SegmentInfo[];
  /** How far inputs were read by that frame; later frames know better. */
  readonly positions: readonly InputPosition[];
}

const FORMAT = 'slung store';
const CRC_PREFIX = 'crc32 ';
/** `crc32 `, eight hexadecimal digits, a line feed. */
const CRC_LINE_BYTES = CRC_PREFIX.length + 9;
const FIRST_LINES = `{\n  "format": ${JSON.stringify(FORMAT)},\n  "version": `;
const INTEGER_TEXT = /^-?(0|[1-9]\d*)$/;
const MAX_U32 = 0xffff_ffff;

/** The bytes of a manifest's file, as a version has them. */
export function encodeManifest(manifest: Manifest, version = MANIFEST_VERSION): Buffer {
  const { createdBy, generation, nextNumber, logNumber, isLogBegun, sequence, segments, positions } = manifest;
  const text = [
    `${FIRST_LINES}${version},`,
    `  "createdBy": ${JSON.stringify(createdBy)},`,
    `  "generation": ${generation},`,
    `  "nextNumber": ${nextNumber},`,
    `  "logNumber": ${logNumber},`,
    ...(version === 1 ? [] : [`  "isLogBegun": ${isLogBegun},`]),
    `  "sequence": ${sequence},`,
    `  "segments": ${lines(segments.map(segmentText))},`,
    `  "positions": ${lines(positions.map(positionText))}`,
    '}\n',
  ].join('\n');
  const body = Buffer.from(text);
  return Buffer.concat([body, crcLine(body)]);
}

/**
 * Reads the bytes of a manifest's file.
 * @throws StoreError `damaged`, `version` when a newer slung wrote it, `foreign` when it is nothing of slung's
 */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const bodyEnd = bytes.length - CRC_LINE_BYTES;
  const body = bytes.subarray(0, Math.max(bodyEnd, 0));
  if (bodyEnd < 0 || !crcLine(body).equals(bytes.subarray(bodyEnd))) throw unsealed(bytes, Math.max(bodyEnd, 0));
  const value = parsed(body);
  if (value.format !== FORMAT) throw foreign();
  const version = integer(value, 'version');
  if (version > MANIFEST_VERSION) {
    throw new StoreError(
      'version',
      `${MANIFEST_NAME}: the store was written by a newer slung (${excerpt(String(value.createdBy))})`,
      {
        file: MANIFEST_NAME,
        hint: `This slung knows version ${MANIFEST_VERSION} of the format; use the newer one.`,
      },
    );
  }
  const manifest = manifestOf(value, version);
  const expected = encodeManifest(manifest, version);
  if (!expected.equals(bytes)) throw damaged(MANIFEST_NAME, firstDifference(expected, bytes), 'it has an odd form');
  return manifest;
}

/**
 * The store's manifest; undefined when there is none.
 * @throws StoreError like decodeManifest, `io`
 */
export function readManifest(files: Files): Manifest | undefined {
  let file: ReturnType<Files['open']>;
  try {
    file = files.open(MANIFEST_NAME, 'read');
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'missing') return undefined;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(file.size());
    const length = file.readAt(bytes, 0);
    return decodeManifest(bytes.subarray(0, length));
  } finally {
    file.close();
  }
}

/**
 * Replaces the store's manifest. The new one holds, and survives a loss of power, when this returns. Everything that
 * it names has to be synced before, the names of the files too.
 * @throws StoreError `io`: the old one holds and it may be tried again; `failed`: nobody knows which of them will hold
 *   after a loss of power, so no file that either of them names may be removed
 */
export function publishManifest(files: Files, manifest: Manifest): void {
  const temporary = manifestTemporary();
  const file = files.open(temporary, 'create');
  try {
    try {
      file.writeAt(encodeManifest(manifest), 0);
      syncFile(file, temporary);
    } finally {
      file.close();
    }
    files.checkLock();
    // Who takes the lock over removes every MANIFEST.….tmp before it reads the manifest (fence.ts). So of two who
    // believe that they have the lock only one finds its file here: this is what makes a manifest hold.
    renameOwn(files, temporary, MANIFEST_NAME);
  } catch (error) {
    if (!(error instanceof StoreError && error.kind === 'failed')) removeQuietly(files, temporary);
    throw error;
  }
  syncNames(files);
}

/** A list with an item a line. */
function lines(items: readonly string[]): string {
  return items.length === 0 ? '[]' : `[\n    ${items.join(',\n    ')}\n  ]`;
}

/** Members are named one by one, so that their order is that of FORMAT.md, whatever object is given. */
function segmentText(info: SegmentInfo): string {
  const { number, age, level, isCold, points, series, blocks, bytes } = info;
  const [firstTimeUs, lastTimeUs] = [String(info.firstTimeUs), String(info.lastTimeUs)];
  return JSON.stringify({ number, age, level, isCold, points, series, blocks, bytes, firstTimeUs, lastTimeUs });
}

function positionText({ input, bytes, lines, headBytes, headCrc }: InputPosition): string {
  return JSON.stringify({ input, bytes, lines, headBytes, headCrc });
}

function crcLine(body: Uint8Array): Buffer {
  return Buffer.from(`${CRC_PREFIX}${crc32(body).toString(16).padStart(8, '0')}\n`);
}

/** The error for bytes whose last line does not agree with the others. */
function unsealed(bytes: Uint8Array, bodyEnd: number): StoreError {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  // A disk that has lost what was written gives an empty file, or one of zeros.
  const looksOurs = /^\0*$/.test(text) || text.includes(FORMAT) || text.includes(CRC_PREFIX, bodyEnd);
  if (looksOurs || FIRST_LINES.startsWith(text)) {
    return damaged(MANIFEST_NAME, bodyEnd, 'its last line is not the checksum of the others');
  }
  return foreign();
}

function foreign(): StoreError {
  return new StoreError('foreign', `${MANIFEST_NAME}: it is not that of a store of slung`, {
    file: MANIFEST_NAME,
    hint: 'Name another directory with --store.',
  });
}

type Members = Readonly<Record<string, unknown>>;

function parsed(body: Uint8Array): Members {
  try {
    return members(JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)));
  } catch (error) {
    throw error instanceof StoreError ? error : damaged(MANIFEST_NAME, 0, 'it is not JSON');
  }
}

function manifestOf(value: Members, version: number): Manifest {
  if (version > 1 && typeof value.isLogBegun !== 'boolean') throw odd('isLogBegun');
  return {
    createdBy: string(value, 'createdBy'),
    generation: integer(value, 'generation'),
    nextNumber: integer(value, 'nextNumber'),
    logNumber: integer(value, 'logNumber'),
    isLogBegun: value.isLogBegun === true,
    sequence: integer(value, 'sequence'),
    segments: list(value, 'segments').map(segmentOf),
    positions: list(value, 'positions').map(positionOf),
  };
}

function segmentOf(value: Members): SegmentInfo {
  if (typeof value.isCold !== 'boolean') throw odd('isCold');
  return {
    number: integer(value, 'number'),
    age: integer(value, 'age'),
    level: integer(value, 'level'),
    isCold: value.isCold,
    points: integer(value, 'points'),
    series: integer(value, 'series'),
    blocks: integer(value, 'blocks'),
    bytes: integer(value, 'bytes'),
    firstTimeUs: timeUs(value, 'firstTimeUs'),
    lastTimeUs: timeUs(value, 'lastTimeUs'),
  };
}

function positionOf(value: Members): InputPosition {
  return {
    input: string(value, 'input'),
    bytes: integer(value, 'bytes'),
    lines: integer(value, 'lines'),
    headBytes: integer(value, 'headBytes', MAX_U32),
    headCrc: integer(value, 'headCrc', MAX_U32),
  };
}

function members(value: unknown): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw damaged(MANIFEST_NAME, 0, 'an object is missing');
}

function list(value: Members, key: string): Members[] {
  const items = value[key];
  if (!Array.isArray(items)) throw odd(key);
  return items.map(members);
}

function string(value: Members, key: string): string {
  const text = value[key];
  if (typeof text !== 'string') throw odd(key);
  return text;
}

function integer(value: Members, key: string, max = Number.MAX_SAFE_INTEGER): number {
  const number = value[key];
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= max) return number;
  throw odd(key);
}

function timeUs(value: Members, key: string): bigint {
  const text = string(value, key);
  if (!INTEGER_TEXT.test(text) || BigInt.asIntN(64, BigInt(text)) !== BigInt(text)) throw odd(key);
  return BigInt(text);
}

function odd(key: string): StoreError {
  return damaged(MANIFEST_NAME, 0, `${key} is not what it should be`);
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
