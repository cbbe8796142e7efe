/**
 * Residues in planes of bytes, for payloads that will be deflated: deflate knows bytes, and a number of 7 bits that
 * begins anywhere in a byte is nothing to it. All residues of a block are unsigned distances from one base, modulo
 * 2^32 or 2^64, with as many bytes each as the largest needs; first come their lowest bytes, then the next ones, which
 * are mostly the same.
 */
import { readVarint, unzigzag, varintEnd, writeVarint, zigzag } from './codec-bytes';
import { GROUP_RESIDUES } from './codec-format';
import { planBase, planGroup } from './codec-groups-write';

/** Reads `count` residues: as u32, or as u64 when they are wide. @returns the address behind them, or 0 */
export function readPlanes(at: usize, end: usize, count: u32, wide: bool, to: usize): usize {
  if (at >= end) return 0;
  const planes = <u32>load<u8>(at);
  const base = unzigzag(readVarint(at + 1, end));
  at = varintEnd;
  if (!at || planes > <u32>(wide ? 8 : 4) || <usize>planes * count > end - at) return 0;
  for (let i: u32 = 0; i < count; i++) {
    let residue: u64 = 0;
    let byte = at + i;
    for (let plane: u32 = 0; plane < planes; plane++) {
      residue |= (<u64>load<u8>(byte)) << (plane << 3);
      byte += count;
    }
    residue += <u64>base;
    if (wide) store<u64>(to + ((<usize>i) << 3), residue);
    else store<u32>(to + ((<usize>i) << 2), <u32>residue);
  }
  return at + <usize>planes * count;
}

/** The least base that the planner would give a group: outliers do not make all other residues straddle two bytes. */
function leastBase(residues: usize, count: u32, wide: bool): i64 {
  let base = i64.MAX_VALUE;
  for (let i: u32 = 0; i < count; i += GROUP_RESIDUES) {
    planGroup(residues + ((<usize>i) << 3), min(count - i, GROUP_RESIDUES), wide);
    base = min(base, planBase);
  }
  return count ? base : 0;
}

/** Writes `count` residues (i64; narrow ones within i32). @returns the address behind them */
export function writePlanes(residues: usize, count: u32, wide: bool, at: usize): usize {
  const base = leastBase(residues, count, wide);
  const mask: u64 = wide ? u64.MAX_VALUE : 0xffffffff;
  let all: u64 = 0;
  for (let i: u32 = 0; i < count; i++) all |= <u64>(load<i64>(residues + ((<usize>i) << 3)) - base) & mask;
  const planes: u32 = (71 - <u32>clz(all)) >> 3;
  store<u8>(at, <u8>planes);
  at = writeVarint(at + 1, zigzag(base));
  for (let plane: u32 = 0; plane < planes; plane++) {
    for (let i: u32 = 0; i < count; i++) {
      store<u8>(at++, <u8>(<u64>(load<i64>(residues + ((<usize>i) << 3)) - base) >> (plane << 3)));
    }
  }
  return at;
}
