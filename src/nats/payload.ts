/** What is in a message: its bytes, or what they become when they are packed. */
import { gunzipSync } from 'node:zlib';
import type { Msg } from '@nats-io/transport-node';
import { errorCode } from '../io/errors.ts';
import { excerpt } from '../text/printable.ts';

/**
 * The lines of a message; they may view its own memory.
 * @param maxBytes the most that packed bytes may become
 * @returns a text that says why it cannot be read
 */
export function payloadOf(message: Msg, maxBytes: number): Uint8Array | string {
  const encoding = message.headers?.get('Content-Encoding', 'insensitive') ?? '';
  if (encoding === '' || encoding === 'identity') return message.data;
  if (!/^(?:x-)?gzip$/i.test(encoding))
    return `cannot be read: its Content-Encoding is ${excerpt(encoding, 60)}, and slung reads gzip`;
  try {
    return gunzipSync(message.data, { maxOutputLength: maxBytes });
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE')
      return `cannot be read: it is larger than ${maxBytes} bytes when it is inflated`;
    return 'cannot be read: it is not gzip, as its Content-Encoding says, or not whole';
  }
}
