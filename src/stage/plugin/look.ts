/**
 * What a plugin file is, found out so that this thread is never busy with it for long: a small file is looked at here,
 * in a few milliseconds; a large one on a thread of its own, which can be ended, while signals are heard.
 */
import { Worker } from 'node:worker_threads';
import { PluginError, type PluginKind } from '../../plugin/guest.ts';
import { type Inspection, inspect } from '../../plugin/inspect.ts';
import { recognise } from '../../plugin/recognise.ts';
import { excerpt } from '../../text/printable.ts';
import { threadOptions } from './thread-ahead.ts';

/** Looking at so many bytes takes 100 ms at most, whatever they are. */
const HERE_BYTES = 4 << 20;

/** The kind of a plugin, or why it is none, in one line. */
export type Kind = { readonly kind: PluginKind } | { readonly kind: undefined; readonly refusal: string };

export interface LookTask {
  readonly what: 'kind' | 'inspection';
  readonly bytes: Uint8Array;
}

/** What a thread answers. */
export type LookAnswer = Kind | Inspection;

export async function kindOf(bytes: Uint8Array, limitMs: number): Promise<Kind> {
  if (bytes.length <= HERE_BYTES) return kindHere(bytes);
  return (await lookOnThread({ what: 'kind', bytes }, limitMs)) as Kind;
}

export async function inspectionOf(bytes: Uint8Array, limitMs: number): Promise<Inspection> {
  if (bytes.length <= HERE_BYTES) return inspect(bytes);
  const answer = await lookOnThread({ what: 'inspection', bytes }, limitMs);
  if ('bytes' in answer) return answer;
  // Of a file that cannot be looked at, its beginning says what it would be.
  const { refusal } = answer as { readonly refusal: string };
  return { ...inspect(bytes.subarray(0, 8)), bytes: bytes.length, kind: undefined, refusal };
}

/** For the thread, and for this one when the file is small. */
export function kindHere(bytes: Uint8Array): Kind {
  try {
    return recognise(bytes);
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    return { kind: undefined, refusal: error.message };
  }
}

async function lookOnThread(task: LookTask, limitMs: number): Promise<LookAnswer> {
  const worker = new Worker(new URL('./look-worker.cjs', import.meta.url), { ...threadOptions, workerData: task });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve) => {
      const refuse = (refusal: string): void => resolve({ kind: undefined, refusal });
      timer = setTimeout(() => refuse(`looking at it took longer than ${limitMs} ms (--load-limit)`), limitMs);
      worker.once('message', resolve);
      worker.once('error', (error) => refuse(`it could not be looked at: ${excerpt(error.message)}`));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
