/**
 * Identifies one process among all processes of this and other machines: its number and its start, and the boot and
 * the namespaces in which these are counted. Only a process of the same boot and namespaces can be asked whether it is
 * alive. Nothing here loads node:crypto, which takes a few milliseconds: `select -o` needs this at its start.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from './system-error.ts';

/** Where processes are counted. */
export interface ProcessPlace {
  /** `-` where the system does not tell. */
  readonly host: string;
  readonly boot: string;
  /** The namespaces that a pid and its start are counted in. */
  readonly namespace: string;
}

/** A number is used again, so the time at which the process started is part of its name. */
export interface ProcessName extends ProcessPlace {
  readonly pid: number;
  /** Clock ticks since boot; `-` where there is no /proc. */
  readonly start: string;
}

export const UNKNOWN = '-';

/** The process that asks. */
export function thisProcess(): ProcessName {
  const pid = process.pid;
  return { pid, start: statOf(pid)[1], ...here() };
}

/** Whether `isAlive` can tell. A host's name decides only where the system has no numbers for boots. */
export function isNear({ host, boot, namespace }: ProcessPlace): boolean {
  const own = here();
  return boot === own.boot && namespace === own.namespace && (boot !== UNKNOWN || host === own.host);
}

/** Whether a process that is near still runs. */
export function isAlive({ pid, start }: ProcessName): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    if (errorCode(error) !== 'EPERM') return false;
  }
  const [state, now] = statOf(pid);
  // One that is dead and not fetched by its parent yet, which in a container may be for ever.
  if (state === 'Z' || state === 'X') return false;
  return now === UNKNOWN || start === UNKNOWN || now === start;
}

let place: ProcessPlace | undefined;

/** Where this process is; that does not change. */
export function here(): ProcessPlace {
  place ??= {
    host: word(() => hostname()),
    boot: word(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
    // A time namespace moves the starts of processes.
    namespace: word(() => `${linked('/proc/self/ns/pid')}-${linked('/proc/self/ns/time')}`),
  };
  return place;
}

/** `pid:[4026531836]` as a number; empty on a kernel that has no such namespace. */
function linked(path: string): string {
  try {
    return readlinkSync(path).replace(/\D+/g, '');
  } catch (error) {
    if (path.endsWith('/pid')) throw error;
    return '';
  }
}

/** Without blanks, which stand between the words of a lock. */
function word(read: () => string): string {
  try {
    return read().trim().replace(/\s+/g, '_') || UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

/**
 * State and start, fields 3 and 22 of /proc/PID/stat (proc(5)), counted behind the name, which may hold spaces and
 * parentheses. `-` without /proc, and when that is of another namespace than the process, in which the numbers are
 * others.
 */
function statOf(pid: number): readonly [state: string, start: string] {
  try {
    if (readlinkSync('/proc/self') !== String(process.pid)) return [UNKNOWN, UNKNOWN];
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [fields[0] ?? UNKNOWN, fields[19] ?? UNKNOWN];
  } catch {
    return [UNKNOWN, UNKNOWN];
  }
}
