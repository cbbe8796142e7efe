/**
 * Lines for people, on the standard error of the host: WASI 0.2's stream, written and flushed at once, at most 4096
 * bytes a call as wasi:io asks. A plugin's standard output is not the data stream, so nothing is written there.
 */
import { getStderr, streamDrop, streamWrite } from './imports';

const MOST_AT_ONCE: usize = 4096;
/** result<_, stream-error>: 12 bytes. An error is not reported: there is nowhere to report it to. */
const result: usize = memory.data(16, 8);

export function writeStderr(text: string): void {
  const size = <usize>String.UTF8.byteLength(text);
  const at = heap.alloc(size + 1);
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  const stream = getStderr();
  for (let from: usize = 0; from < size; from += MOST_AT_ONCE) {
    const left = size - from;
    streamWrite(stream, at + from, left < MOST_AT_ONCE ? left : MOST_AT_ONCE, result);
  }
  streamDrop(stream);
  heap.free(at);
}

/** `Log.info('…')`: one line on stderr. Levels are words in front; the host shows all of them. */
export class Log {
  static debug(text: string): void {
    writeStderr(`debug: ${text}\n`);
  }

  static info(text: string): void {
    writeStderr(`info: ${text}\n`);
  }

  static warn(text: string): void {
    writeStderr(`warning: ${text}\n`);
  }

  static error(text: string): void {
    writeStderr(`error: ${text}\n`);
  }
}
