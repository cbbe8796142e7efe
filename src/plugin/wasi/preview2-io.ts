/**
 * wasi:io 0.2: streams, pollables and errors. A read waits for what it reads, and output goes to where it belongs at
 * once, so that there is nothing to flush, every stream is always ready, and no error ever occurs.
 *
 * Signatures and layouts are the canonical ABI's of wasi:io/streams.wit and poll.wit. A `stream-error` is the variant
 * { last-operation-failed(own<error>), closed }, so that "closed" is its discriminant 1.
 */

import { type GuestWriter, SLICE_ALIGN, SLICE_SIZE } from '../component/canonical-memory.ts';
import { type CoreFunction, Trap } from '../guest.ts';
import type { Resource } from './handles.ts';
import { type Context, type Lowering, readerOf, storeU64, type Table, writerOf } from './preview2-context.ts';

/** result<_, stream-error> and result<list<u8>, stream-error>: discriminant, payload. */
const SMALL_RESULT = { size: 12, align: 4, payload: 4 };
/** result<u64, stream-error> */
const U64_RESULT = { size: 16, align: 8, payload: 8 };
type ResultLayout = typeof SMALL_RESULT;

const STREAM_CLOSED = 1;
/** What `check-write` permits. More is taken all the same, because it is passed on and not kept. */
const PERMITTED_BYTES = 65_536;
/** What one read gives at most, whatever is asked for. */
const MOST_READ = 1 << 20;
const MAX_POLLED = 10_000;

const zeroes = new Uint8Array(PERMITTED_BYTES);
const nothing = new Uint8Array(0);

/** Calls `work` with the address of the result, which has been checked. */
function storing(context: Context, layout: ResultLayout): (result: number) => { writer: GuestWriter; at: number } {
  const writer = writerOf(context);
  return (result) => ({
    writer,
    at: writer.range(result, layout.size, layout.align, `the result of ${context.name}`),
  });
}

/** How many bytes a length of the guest's asks for, of which it gets no more than MOST_READ at once. */
function wanted(length: bigint): number {
  const bytes = BigInt.asUintN(64, length);
  return bytes < BigInt(MOST_READ) ? Number(bytes) : MOST_READ;
}

/** `read`, `blocking-read`: both wait when there is nothing yet. */
function read(context: Context): CoreFunction {
  const store = storing(context, SMALL_RESULT);
  return (stream: number, length: bigint, result: number) => {
    const { source } = context.handles.get(stream, 'input-stream');
    const { writer, at } = store(result);
    const most = wanted(length);
    const bytes = most === 0 ? nothing : source.take(most);
    if (bytes === undefined) storeClosed({ writer, at }, SMALL_RESULT);
    else {
      writer.slice(at + SMALL_RESULT.payload, bytes, `the result of ${context.name}`);
      writer.u8(at, 0);
    }
  };
}

function skip(context: Context): CoreFunction {
  const store = storing(context, U64_RESULT);
  return (stream: number, length: bigint, result: number) => {
    const { source } = context.handles.get(stream, 'input-stream');
    storeCount(store(result), source.take(wanted(length)));
  };
}

/** How many bytes were taken, or that the stream is at its end. */
function storeCount({ writer, at }: { writer: GuestWriter; at: number }, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) storeClosed({ writer, at }, U64_RESULT);
  else {
    writer.u8(at, 0);
    storeU64(writer, at + U64_RESULT.payload, BigInt(bytes.length));
  }
}

function storeClosed({ writer, at }: { writer: GuestWriter; at: number }, layout: ResultLayout): void {
  writer.u8(at, 1);
  writer.u8(at + layout.payload, STREAM_CLOSED);
}

function checkWrite(context: Context): CoreFunction {
  const store = storing(context, U64_RESULT);
  return (stream: number, result: number) => {
    context.handles.get(stream, 'output-stream');
    const { writer, at } = store(result);
    writer.u8(at, 0);
    storeU64(writer, at + U64_RESULT.payload, BigInt(PERMITTED_BYTES));
  };
}

function write(context: Context): CoreFunction {
  const reader = readerOf(context);
  const store = storing(context, SMALL_RESULT);
  return (stream: number, pointer: number, length: number, result: number) => {
    const output = context.handles.get(stream, 'output-stream');
    const bytes = reader().borrow(pointer, length, Number.POSITIVE_INFINITY, `what ${context.name} is to write`);
    const { writer, at } = store(result);
    if (bytes.length > 0) output.write(bytes);
    writer.u8(at, 0);
  };
}

function writeZeroes(context: Context): CoreFunction {
  const store = storing(context, SMALL_RESULT);
  return (stream: number, length: bigint, result: number) => {
    const output = context.handles.get(stream, 'output-stream');
    const bytes = BigInt.asUintN(64, length);
    if (bytes > BigInt(PERMITTED_BYTES))
      throw new Trap(`${context.name} of ${bytes} bytes, ${PERMITTED_BYTES} are permitted`);
    const { writer, at } = store(result);
    if (bytes > 0n) output.write(zeroes.subarray(0, Number(bytes)));
    writer.u8(at, 0);
  };
}

function flush(context: Context): CoreFunction {
  const store = storing(context, SMALL_RESULT);
  return (stream: number, result: number) => {
    context.handles.get(stream, 'output-stream');
    const { writer, at } = store(result);
    writer.u8(at, 0);
  };
}

function splice(context: Context): CoreFunction {
  const store = storing(context, U64_RESULT);
  return (stream: number, from: number, length: bigint, result: number) => {
    const output = context.handles.get(stream, 'output-stream');
    const { source } = context.handles.get(from, 'input-stream');
    const stored = store(result);
    const bytes = source.take(wanted(length));
    if (bytes !== undefined && bytes.length > 0) output.write(bytes);
    storeCount(stored, bytes);
  };
}

function subscribe(kind: 'input-stream' | 'output-stream'): Lowering {
  return ({ handles }) => {
    return (stream: number) => {
      handles.get(stream, kind);
      return handles.add({ kind: 'pollable', dueNs: undefined });
    };
  };
}

/** `[resource-drop]KIND` */
function drop(kind: Resource['kind']): Lowering {
  return ({ handles }) => {
    return (handle: number) => handles.drop(handle, kind);
  };
}

function isReady({ host }: Context, { dueNs }: Extract<Resource, { kind: 'pollable' }>): boolean {
  return dueNs === undefined || dueNs <= host.monotonicNs();
}

/** Waits as preview 1 does: on the guest's thread, where the time limit ends it. */
function waitUntil({ host }: Context, dueNs: bigint): void {
  for (let now = host.monotonicNs(); now < dueNs; now = host.monotonicNs()) host.sleep(dueNs - now);
}

function block(context: Context): CoreFunction {
  return (handle: number) => {
    const { dueNs } = context.handles.get(handle, 'pollable');
    if (dueNs !== undefined) waitUntil(context, dueNs);
  };
}

function poll(context: Context): CoreFunction {
  const reader = readerOf(context);
  const writer = writerOf(context);
  const place = `the list of ${context.name}`;
  return (pointer: number, count: number, result: number) => {
    if (count === 0) throw new Trap(`${place} is empty: it would wait for ever`);
    if (count >>> 0 > MAX_POLLED) throw new Trap(`${place} is too long: ${count >>> 0}, at most ${MAX_POLLED}`);
    const read = reader();
    const start = read.list(pointer, count, 4, 4, place);
    const at = writer.range(result, SLICE_SIZE, SLICE_ALIGN, `the result of ${context.name}`);
    const pollables = Array.from({ length: count }, (_, i) => context.handles.get(read.u32(start + 4 * i), 'pollable'));
    const dues = pollables.map(({ dueNs }) => dueNs);
    if (dues.every((due) => due !== undefined))
      waitUntil(
        context,
        dues.reduce((one, other) => (one < other ? one : other)),
      );
    const ready = pollables.flatMap((pollable, i) => (isReady(context, pollable) ? [i] : []));
    const list = writer.allocate(4 * ready.length, 4, place);
    ready.forEach((index, i) => {
      writer.u32(list + 4 * i, index);
    });
    writer.u32(at, list);
    writer.u32(at + 4, ready.length);
  };
}

/** There is no error, so every handle of one is forged. */
const noError: Lowering = ({ name }) => {
  return (handle: number) => {
    throw new Trap(`handle ${handle >>> 0} of error is not held, and ${name} wants one`);
  };
};

export const ioTable: Table = {
  'io/streams': {
    '[method]input-stream.read': read,
    '[method]input-stream.blocking-read': read,
    '[method]input-stream.skip': skip,
    '[method]input-stream.blocking-skip': skip,
    '[method]input-stream.subscribe': subscribe('input-stream'),
    '[method]output-stream.check-write': checkWrite,
    '[method]output-stream.write': write,
    '[method]output-stream.blocking-write-and-flush': write,
    '[method]output-stream.flush': flush,
    '[method]output-stream.blocking-flush': flush,
    '[method]output-stream.subscribe': subscribe('output-stream'),
    '[method]output-stream.write-zeroes': writeZeroes,
    '[method]output-stream.blocking-write-zeroes-and-flush': writeZeroes,
    '[method]output-stream.splice': splice,
    '[method]output-stream.blocking-splice': splice,
    '[resource-drop]input-stream': drop('input-stream'),
    '[resource-drop]output-stream': drop('output-stream'),
  },
  'io/poll': {
    '[method]pollable.ready': (context) => {
      return (handle: number) => (isReady(context, context.handles.get(handle, 'pollable')) ? 1 : 0);
    },
    '[method]pollable.block': block,
    poll,
    '[resource-drop]pollable': drop('pollable'),
  },
  'io/error': {
    '[method]error.to-debug-string': noError,
    '[resource-drop]error': noError,
  },
};
