/** Who has a lock: a process (process-name.ts), and which of its locks it is. */
import { randomBytes } from 'node:crypto';
import { excerpt } from '../text/printable.ts';
import { here, isNear, type ProcessName, type ProcessPlace, thisProcess, UNKNOWN } from './process-name.ts';

export interface LockOwner extends ProcessName {
  /** Of this lock, unlike that of all others. Empty: written by an earlier slung, pid and start only. */
  readonly nonce: string;
}

const NONCE_BYTES = 12;
const MAX_NAME = 64;

/** This process, as the owner of one more lock. */
export function newOwner(): LockOwner {
  return { ...thisProcess(), nonce: randomBytes(NONCE_BYTES).toString('hex') };
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

/** `process 12`, and where it is when that is not here. */
export function ownerName(owner: LockOwner): string {
  const name = `process ${owner.pid}`;
  if (isNear(owner)) return name;
  const isSameMachine = owner.boot === here().boot && owner.boot !== UNKNOWN;
  return isSameMachine ? `${name} of another container (${shown(owner)})` : `${name} on ${shown(owner)}`;
}

function shown({ host }: ProcessPlace): string {
  return host === UNKNOWN ? 'another machine' : `host ${excerpt(host, MAX_NAME)}`;
}
