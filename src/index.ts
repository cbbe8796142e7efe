/**
 * The library: `select` as a Node stream. Bytes in, bytes out; no JavaScript runs per record unless you ask for
 * objects.
 *
 *     import { select } from 'slung';
 *     createReadStream('app.log').pipe(select({ where: 'level == "error"' })).pipe(process.stdout);
 */
import { pipeline, Readable } from 'node:stream';
import type { SelectOptions } from './pipeline/options.ts';
import { SelectStream } from './pipeline/stream.ts';

export { UsageError } from './config/errors.ts';
export type { StatsReport } from './graph/stats.ts';
export type { FieldOptions, SelectOptions } from './pipeline/options.ts';
export { type RejectedLine, type SelectEvents, SelectStream } from './pipeline/stream.ts';

/** Anything that gives bytes of NDJSON: a stream, an async or plain iterable, or one buffer or string. */
export type Input = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string> | Uint8Array | string;

/**
 * A Transform stream that passes the records for which `where` holds. It is an async iterable as well: each chunk is
 * the output of a batch, a Buffer that is yours to keep.
 * @throws UsageError for a selector, a path or an option that cannot be used, with a caret under the place in `detail`
 */
export function select(options: SelectOptions = {}): SelectStream {
  return new SelectStream(options);
}

function toReadable(input: Input): Readable {
  if (typeof input === 'string') return Readable.from([Buffer.from(input)]);
  return Readable.from(input instanceof Uint8Array ? [input] : input, { objectMode: false });
}

/**
 * The output of `select` over an input, batch by batch: `for await (const bytes of selectBatches(input, options))`.
 * Nothing is read before the loop begins, and the input is ended when the loop ends early.
 * @throws UsageError as `select` does, at once
 */
export function selectBatches(input: Input, options: SelectOptions = {}): AsyncGenerator<Buffer, void> {
  const stream = select(options);
  return (async function* batches() {
    // The loop reports the error; this callback only keeps it from being reported twice.
    pipeline(toReadable(input), stream, () => {});
    for await (const bytes of stream) yield bytes as Buffer;
  })();
}

/**
 * The matching records as objects, for those who want them: JSON.parse runs for each, so 64-bit integers lose
 * precision and most of the speed is gone. NDJSON only.
 * @throws UsageError as `select` does, at once
 */
export function selectObjects<T = unknown>(input: Input, options: SelectOptions = {}): AsyncGenerator<T, void> {
  const batches = selectBatches(input, { ...options, to: 'ndjson' });
  return (async function* objects() {
    for await (const bytes of batches) {
      // A batch is whole lines, so no line has to be put together.
      for (const line of bytes.toString('utf8').split('\n')) {
        if (line !== '') yield JSON.parse(line) as T;
      }
    }
  })();
}
