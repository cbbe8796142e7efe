/**
 * CRC-32 for all that a store writes and reads. node:zlib has it, faster, but brings Node's streams, which takes a
 * question longer than all of its checksums; so the first of them are computed here (bench/startup.mjs).
 */
import { crc32 as crc32OfZlib } from 'node:zlib';
import { kernelModule } from './kernel.ts';

interface CrcExports {
  makeCrcTables(tables: number): void;
  crc32(tables: number, at: number, bytes: number, before: number): number;
}

/** After so many bytes, computing the next ones here would take longer than loading node:zlib. */
const MOST_BYTES = 1 << 20;
/** Of one input. */
const LARGEST_BYTES = 96 << 10;
/** In a memory of their own, behind the kernels' static data. */
const TABLES_AT = 65536;
const INPUT_AT = TABLES_AT + 8192;
const PAGE_BYTES = 65536;

let crc: { readonly exports: CrcExports; readonly input: Uint8Array } | undefined;
let doneBytes = 0;

/** The checksum of `bytes` behind what has the checksum `before`. */
export function crc32(bytes: Uint8Array, before = 0): number {
  doneBytes += bytes.length;
  if (doneBytes > MOST_BYTES || bytes.length > LARGEST_BYTES) return crc32OfZlib(bytes, before);
  crc ??= open();
  crc.input.set(bytes);
  return crc.exports.crc32(TABLES_AT, INPUT_AT, bytes.length, before) >>> 0;
}

function open(): { readonly exports: CrcExports; readonly input: Uint8Array } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((INPUT_AT + LARGEST_BYTES) / PAGE_BYTES) });
  const { exports } = new WebAssembly.Instance<CrcExports>(kernelModule(), { env: { memory } });
  exports.makeCrcTables(TABLES_AT);
  return { exports, input: new Uint8Array(memory.buffer, INPUT_AT, LARGEST_BYTES) };
}
