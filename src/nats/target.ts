/** Where an outlet's messages go: the stream that takes its subject, looked up, and made only when one says so. */
import { excerpt } from '../text/printable.ts';
import type { Api } from './api.ts';
import { makeStream, shownNames } from './consumer.ts';
import { NatsProblem } from './problem.ts';
import type { SubjectTemplate } from './subject.ts';

export interface FoundTarget {
  /** Undefined when we may not ask, or when several streams take parts of what the subject stands for. */
  readonly stream: string | undefined;
  /** What was made, in words; empty when all was there. */
  readonly made: readonly string[];
}

/** How long a stream that is made here knows ids. */
const WINDOW_MS = 300_000;

/** @throws NatsProblem when no stream takes the subject */
export async function findTarget(api: Api, template: SubjectTemplate, create: boolean): Promise<FoundTarget> {
  const subject = template.filter;
  let names: readonly string[];
  try {
    names = await api.streamNames(subject);
  } catch (error) {
    // Who may only publish finds out when he does.
    if (error instanceof NatsProblem && error.code === 'EACCES') return { stream: undefined, made: [] };
    throw error;
  }
  if (names.length > 0) return { stream: names.length === 1 ? names[0] : undefined, made: [] };
  const about = `subject ${excerpt(template.text, 200)} belongs to no stream`;
  if (!create) {
    const others = await api.streamNames();
    const known = others.length === 0 ? 'there is no stream' : `the streams there are: ${shownNames(others)}`;
    throw new NatsProblem('ENOSTREAM', `${about}; ${known}; nats stream add makes one`);
  }
  const [name = ''] = subject.split('.');
  if (name === '*') throw new NatsProblem('ENOSTREAM', `${about}, and names none that could be made`);
  const made: string[] = [];
  const subjects = subject === name ? name : `${name}.>`;
  await makeStream(api, { name, subject: subjects, windowMs: WINDOW_MS }, made);
  return { stream: name, made };
}

/** Blocks that no message can hold. */
export function blockProblem(blockBytes: number, maxPayload: number | undefined): NatsProblem | undefined {
  if (maxPayload === undefined || blockBytes <= maxPayload) return undefined;
  const fits = `blocks of ${shownSize(blockBytes)} do not fit: the server takes ${shownSize(maxPayload)} (max_payload)`;
  return new NatsProblem('EMSGSIZE', `${fits}; write block: ${shownSize(maxPayload).replace(' ', '')}`);
}

function shownSize(bytes: number): string {
  const units = ['MiB', 'KiB'] as const;
  const sizes = { MiB: 1024 ** 2, KiB: 1024 } as const;
  const unit = units.find((name) => bytes % sizes[name] === 0);
  return unit === undefined ? `${bytes} bytes` : `${bytes / sizes[unit]} ${unit}`;
}
