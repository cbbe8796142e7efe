/**
 * Who has a lock: a process, in the terms of a machine, one start of it (boot), and a pid namespace. Only a process of the
 * same boot and namespace can be asked whether it lives; numbers of processes mean nothing in another container or on
 * another machine.
 *
 * The surprising part: a number is used again, so that the time at which the process started is part of its name.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { excerpt } from '../text/printable.ts';
import { errorCode } from './system-error.ts';

export interface LockOwner {
  readonly pid: number;
  /** Clock ticks since boot; `-` where there is no /proc. */
  readonly start: string;
  /** `-` where the system does not tell. */
  readonly host: string;
  readonly boot: string;
  /** The namespaces that its pid and its start are counted in. */
  readonly namespace: string;
  /** Of this lock, unlike that of all others. Empty: written by an earlier slung, pid and start only. */
  readonly nonce: string;
}

const NONCE_BYTES = 12;
const MAX_NAME = 64;
const UNKNOWN = '-';

/** This process, as the owner of one more lock. */
export function newOwner(): LockOwner {
  const pid = process.pid;
  return { pid, start: statOf(pid)[1], ...here(), nonce: randomBytes(NONCE_BYTES).toString('hex') };
}

/** The line of a lock file. */
export function ownerText({ pid, start, host, boot, namespace, nonce }: LockOwner): string {
  return `${pid} ${start} ${host} ${boot} ${namespace} ${nonce}\n`;
}

/** Undefined when it is not the line of a lock file: half of one, or something else. */
export function parseOwner(text: string): LockOwner | undefined {
  const [id = '', start = UNKNOWN, host = '', boot = '', namespace = '', nonce = ''] = text.trim().split(' ');
  const pid = Number(id);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  // A lock without them is from this machine: no other could have been meant.
  if (nonce === '') return { pid, start, ...here(), nonce };
  return { pid, start, host, boot, namespace, nonce };
}

/** Whether `isAlive` can tell. A host's name decides only where the system has no numbers for boots. */
export function isNear({ host, boot, namespace }: LockOwner): boolean {
  const own = here();
  return boot === own.boot && namespace === own.namespace && (boot !== UNKNOWN || host === own.host);
}

/** Whether the process of an owner that is near still runs. */
export function isAlive({ pid, start }: LockOwner): boolean {
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

/** `process 12`, and where it is when that is not here. */
export function ownerName(owner: LockOwner): string {
  const name = `process ${owner.pid}`;
  if (isNear(owner)) return name;
  const isSameMachine = owner.boot === here().boot && owner.boot !== UNKNOWN;
  return isSameMachine ? `${name} of another container (${shown(owner)})` : `${name} on ${shown(owner)}`;
}

function shown({ host }: LockOwner): string {
  return host === UNKNOWN ? 'another machine' : `host ${excerpt(host, MAX_NAME)}`;
}

let place: Pick<LockOwner, 'host' | 'boot' | 'namespace'> | undefined;

/** Where this process is; that does not change. */
function here(): Pick<LockOwner, 'host' | 'boot' | 'namespace'> {
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
 * parentheses. `-` without /proc, and when that is of another namespace than the process, in which the numbers are others.
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
