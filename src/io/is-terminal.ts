/**
 * Whether a descriptor is a terminal. node:tty can tell, but it loads node:net, which would add milliseconds to every
 * start; so it is asked only about devices whose number does not tell.
 */
import { fstatSync, type Stats } from 'node:fs';
import { isatty } from 'node:tty';

/** Linux, admin-guide/devices.txt: memory devices, of which /dev/null is one, and the 2^20 pseudo-terminals. */
const MEMORY = 1;
const PSEUDO_TERMINALS = { first: 136, last: 143 } as const;

/** `stats` are those of `fd`. False for a descriptor that is closed. */
export function isTerminal(fd: number, stats: Stats | undefined = statsOf(fd)): boolean {
  if (stats === undefined || !stats.isCharacterDevice()) return false;
  const major = majorOf(stats.rdev);
  if (major === MEMORY) return false;
  return (major !== undefined && major >= PSEUDO_TERMINALS.first && major <= PSEUDO_TERMINALS.last) || isatty(fd);
}

/** The kind of a device; undefined on systems that number them otherwise. */
function majorOf(rdev: number): number | undefined {
  return process.platform === 'linux' ? (rdev >> 8) & 0xfff : undefined;
}

function statsOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}
