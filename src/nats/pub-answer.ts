/** What a stream answers to a message that was published: it has it, not now, or never. */
import type { Msg } from '@nats-io/transport-node';
import { excerpt } from '../text/printable.ts';

export type PubAnswer =
  | { readonly kind: 'ok'; readonly isDuplicate: boolean }
  | { readonly kind: 'again' | 'final'; readonly words: string; readonly code: string };

const NO_RESPONDERS = 503;
const HAS: PubAnswer = { kind: 'ok', isDuplicate: false };
/** How the usual answer begins and ends: `{"stream":"CLEAN", "seq":17}`. */
const STREAM = Buffer.from('{"stream":"');
const [ZERO, NINE, BRACE] = [0x30, 0x39, 0x7d];
/** Errors of JetStream that are no fault of the message and may be over in a moment. */
const AGAIN: Readonly<Record<number, string>> = {
  10008: 'JetStream is not available for now',
  10009: 'JetStream has no leader for now',
  10023: 'the server has no room',
  10047: 'the server has no room on its disk',
  10077: 'the stream is full',
  10122: 'the stream is full',
};
const TOO_LONG = 10054;

export function readPubAnswer(message: Msg, subject: string): PubAnswer {
  if (isUsual(message.data)) return HAS;
  if (message.headers?.code === NO_RESPONDERS) {
    // Also while a cluster elects a leader.
    return { kind: 'again', code: 'ENOSTREAM', words: `subject ${excerpt(subject, 200)} belongs to no stream` };
  }
  const text = message.string();
  // Names of streams have no quotes, so nothing else in an answer looks like this.
  if (!/"error"\s*:/.test(text)) return { kind: 'ok', isDuplicate: /"duplicate"\s*:\s*true/.test(text) };
  const { code, errCode, description } = errorOf(text);
  const words = AGAIN[errCode] ?? `the server says: ${excerpt(description, 200)}`;
  if (errCode === TOO_LONG) return { kind: 'final', code: 'too-long-for-sink', words };
  const isPassing = errCode in AGAIN || code >= 500;
  return { kind: isPassing ? 'again' : 'final', code: `ENATS${errCode === 0 ? code : errCode}`, words };
}

/** Errors begin in another way, and what was there before ends with more than a number. */
function isUsual(data: Uint8Array): boolean {
  const digit = data[data.length - 2] ?? 0;
  if (data[data.length - 1] !== BRACE || digit < ZERO || digit > NINE) return false;
  for (let i = 0; i < STREAM.length; i++) if (data[i] !== STREAM[i]) return false;
  return true;
}

function errorOf(text: string): { readonly code: number; readonly errCode: number; readonly description: string } {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: number; err_code?: number; description?: string } };
    return { code: error?.code ?? 0, errCode: error?.err_code ?? 0, description: error?.description ?? '' };
  } catch {
    return { code: 0, errCode: 0, description: text };
  }
}
