/** Reading a source to its end, through a target of any size. */
import { type Source, WOULD_BLOCK } from '../../src/io/index.ts';

/** What a source gives, as text of bytes (Latin-1) read as UTF-8; what is wrong is thrown. */
export function textOf(source: Source, targetBytes = 7): string {
  const target = new Uint8Array(targetBytes);
  const parts: Buffer[] = [];
  for (let count = source.readNow(target); count !== 0; count = source.readNow(target)) {
    if (count !== WOULD_BLOCK) parts.push(Buffer.from(target.subarray(0, count)));
  }
  return Buffer.concat(parts).toString();
}

/** The bytes in pieces of `step`, with pauses between them. */
export function inPieces(text: string, step: number): (Uint8Array | 'dry')[] {
  const bytes = Buffer.from(text);
  const readings: (Uint8Array | 'dry')[] = [];
  for (let at = 0; at < bytes.length; at += step) readings.push(bytes.subarray(at, at + step), 'dry');
  return readings;
}
