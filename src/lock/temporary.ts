/**
 * Files that are not finished. They are made beside the file whose name they get at the end, as
 * `.NAME.slung-PID-START-PLACE-RANDOM.tmp`. A process that is killed cannot remove its own. The name shows which
 * process writes the file, so that the next process that writes the same file can remove what a dead one has left.
 *
 * The surprising part: PLACE is a checksum of the boot and the namespaces in which PID and START are counted. Files
 * from another machine, another container or an earlier boot stay, because nobody can ask whether their process is
 * alive.
 */
import { lstatSync, opendirSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isAlive, type ProcessName, thisProcess, UNKNOWN } from './process-name.ts';

/** A file name has at most 255 bytes, and a UTF-16 unit at most three. */
const MAX_NAME_UNITS = 64;
/** A directory with more entries than this is not searched to its end: starting must not take long. */
const MOST_ENTRIES = 10_000;
const RANDOM_DIGITS = 12;
/** A PLACE that no system has, as good as surely. */
const NOWHERE = '0'.repeat(16);
/** PID, START and PLACE of a name without its prefix. */
const ending = /^(\d{1,10})-(\d{1,20})-([0-9a-f]{16})-[0-9a-f]{12}\.tmp$/;

const prefixOf = (target: string): string => `.${basename(target).slice(0, MAX_NAME_UNITS)}.slung-`;

/** A path beside `target` that no other process makes, and this one only once. */
export function temporaryBeside(target: string): string {
  const own = thisProcess();
  const random = crypto.randomUUID().replaceAll('-', '').slice(-RANDOM_DIGITS);
  const name = isKnown(own) ? `${own.pid}-${own.start}-${checksum(own)}` : `${own.pid}-0-${NOWHERE}`;
  return join(dirname(target), `${prefixOf(target)}${name}-${random}.tmp`);
}

/**
 * Removes temporary files of `target` that are ours and whose process is gone. Never throws: what cannot be removed
 * stays.
 * @param own the file that was just made: others have to be of the same user
 */
export function removeLeftovers(target: string, own: string): void {
  const here = thisProcess();
  if (!isKnown(here)) return;
  const place = checksum(here);
  const folder = dirname(target);
  try {
    const { uid } = lstatSync(own);
    for (const name of namesOf(folder, prefixOf(target))) {
      const [, pid = '', start = '', placeOf] = ending.exec(name.slice(prefixOf(target).length)) ?? [];
      if (placeOf !== place || isAlive({ ...here, pid: Number(pid), start })) continue;
      const path = join(folder, name);
      const status = lstatSync(path);
      if (status.isFile() && status.uid === uid) unlinkSync(path);
    }
  } catch {
    // The directory cannot be read, or somebody else was faster. Nothing depends on it.
  }
}

/** Where the system does not tell who a process is, nothing is known to be gone. */
function isKnown({ start, boot, namespace }: ProcessName): boolean {
  return start !== UNKNOWN && boot !== UNKNOWN && namespace !== UNKNOWN;
}

function namesOf(folder: string, prefix: string): readonly string[] {
  const names: string[] = [];
  const directory = opendirSync(folder, { bufferSize: 256 });
  try {
    for (let i = 0; i < MOST_ENTRIES; i++) {
      const entry = directory.readSync();
      if (entry === null) break;
      if (entry.name.startsWith(prefix)) names.push(entry.name);
    }
  } finally {
    directory.closeSync();
  }
  return names;
}

/** 64 bits by FNV-1a (Fowler, Noll, Vo): enough to tell machines apart, and there without loading anything. */
function checksum({ boot, namespace }: Pick<ProcessName, 'boot' | 'namespace'>): string {
  let sum = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(`${boot} ${namespace}`))
    sum = BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n);
  return sum.toString(16).padStart(16, '0');
}
