/**
 * The host functions of a program that JavaScript answers: all but `u_poll_handle`, which is WebAssembly
 * (asm/adapter.ts). What fails gives the program its sentinel and the user one warning; what breaks a rule traps. All
 * texts are copied: nothing of the guest's memory is kept.
 */
import { LIVE_FULL } from '../../engine/event-layout.ts';
import { parseLiveQuery, parseQuery, QueryError, renderQueryError } from '../../query/index.ts';
import { excerpt } from '../../text/printable.ts';
import { Trap } from '../guest.ts';
import type { FunctionName } from './abi.ts';
import type { Complaints } from './complaints.ts';
import { CallFailure } from './errors.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { LiveQueries } from './live.ts';
import type { HistoryStore } from './store.ts';
import { EventReader } from './written-event.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';
const methods: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'DELETE'];

/** What the functions work on. */
export interface FunctionWorld {
  readonly memory: () => GuestMemory;
  readonly live: LiveQueries;
  readonly store: HistoryStore;
  readonly complaints: Complaints;
  /** Appends to the output; copies. */
  readonly write: (bytes: Uint8Array) => void;
  /** Whole microseconds since 1970. */
  readonly nowUs: () => number;
  readonly http: (method: HttpMethod, url: string, body: Uint8Array) => Uint8Array | { readonly error: string };
  readonly toProducer: (producer: number, text: string) => boolean;
  /** Throws when the guest must not call now. */
  readonly enter: () => void;
  /** What leaves a function as an exception ends the guest. @returns what did so first */
  readonly end: (error: unknown) => unknown;
  /** Throws: more events wait than there is room for. */
  readonly full: () => never;
}

type Argument = number | bigint;
type Body = (...values: never[]) => Argument;

const newline = 0x0a;

/**
 * What a program may pass as text, in bytes: what is longer than these makes no sense, and would be copied all the
 * same.
 */
const most = { filter: 1 << 18, event: 1 << 20, url: 1 << 16, message: 16 << 20, body: 64 << 20 };
/** Code units of a URL in a message. */
const shownUrl = 200;

/**
 * The function behind an import.
 * @param isOld 32-bit handles and results
 */
export function hostFunction(name: Exclude<FunctionName, 'u_poll_handle'>, isOld: boolean, world: FunctionWorld): Body {
  const { body, failed } = bodies[name](world);
  const wide64 = (name === 'u_query_live' || name === 'u_now') && !isOld;
  const result = (value: number): Argument => (wide64 ? BigInt(value) : value);
  return (...values: never[]) => {
    try {
      world.enter();
      return result(body(...values));
    } catch (error) {
      if (!(error instanceof CallFailure || error instanceof QueryError)) throw world.end(error);
      const reason = error instanceof QueryError ? renderQueryError(error) : error.message;
      world.complaints.tell(`${name}: ${reason}`);
      return result(failed);
    }
  };
}

type Made = { readonly body: (...values: never[]) => number; readonly failed: number };

const bodies: Readonly<Record<Exclude<FunctionName, 'u_poll_handle'>, (world: FunctionWorld) => Made>> = {
  u_query_live: ({ memory, live }) => ({
    body: (filter: number) => live.open(parseLiveQuery(memory().text(filter, 'the filter', most.filter))),
    failed: 0,
  }),

  u_query_history: ({ memory, store, nowUs }) => ({
    body: (filter: number) =>
      store.aggregate(parseQuery(memory().text(filter, 'the filter', most.filter)), BigInt(nowUs())),
    failed: 0,
  }),

  u_free_handle: ({ live }) => ({
    body: (handle: Argument) => {
      if (!live.close(handleOf(handle))) throw new CallFailure(`handle ${handleOf(handle)} is not open`);
      return 0;
    },
    failed: 1,
  }),

  u_write_event: ({ memory, live, store, nowUs, full }) => {
    const reader = new EventReader();
    return {
      body: (timestamp: number, value: number, tags: number) => {
        const guest = memory();
        const time = guest.text(timestamp, 'the timestamp', most.event);
        const number = guest.text(value, 'the value', most.event);
        const event = reader.read(time, number, guest.text(tags, 'the list of tags', most.event));
        store.write(event.names, event.timestampUs, event.value);
        if (live.isTimed) live.exports.liveNow(BigInt(nowUs()));
        if (live.offer(event) === LIVE_FULL) full();
        return 0;
      },
      failed: 1,
    };
  },

  u_writeback_http: ({ memory, http }) => ({
    body: (url: number, data: number, method: number) => {
      const guest = memory();
      const verb = methods[method >>> 0];
      if (verb === undefined) {
        throw new CallFailure(`${method >>> 0} is not a method; 0 is GET, 1 POST, 2 PUT, 3 DELETE`);
      }
      const target = guest.text(url, 'the URL', most.url);
      const body = guest.region(data, 'the data');
      if (body.length > most.body) throw new CallFailure(`the data has ${body.length} bytes; at most ${most.body}`);
      const answer = http(verb, target, body.slice());
      if (!(answer instanceof Uint8Array)) {
        throw new CallFailure(`${verb} ${excerpt(target, shownUrl)}: ${answer.error}`);
      }
      return answer.length === 0 ? 0 : guest.give(answer);
    },
    failed: 0,
  }),

  u_writeback_ws: ({ memory, toProducer }) => ({
    body: (producer: Argument, data: number) => {
      const id = typeof producer === 'bigint' ? BigInt.asUintN(64, producer) : BigInt(producer >>> 0);
      const text = memory().text(data, 'the message', most.message);
      const isSent = id <= BigInt(Number.MAX_SAFE_INTEGER) && toProducer(Number(id), text);
      if (!isSent) throw new CallFailure(`producer ${id} is not connected`);
      return 0;
    },
    failed: 1,
  }),

  u_now: ({ nowUs }) => ({ body: () => nowUs(), failed: 0 }),

  u_emit: (world) => {
    let line = new Uint8Array(1024);
    return {
      body: (data: number) => {
        const bytes = world.memory().region(data, 'the record');
        const end = bytes[bytes.length - 1] === newline ? bytes.length - 1 : bytes.length;
        const inside = bytes.indexOf(newline);
        if (inside >= 0 && inside < end)
          throw new CallFailure('a record with a newline inside is more than one record');
        if (end < bytes.length) world.write(bytes);
        else {
          if (line.length <= end) line = new Uint8Array(end * 2 + 1);
          line.set(bytes);
          line[end] = newline;
          world.write(line.subarray(0, end + 1));
        }
        return 0;
      },
      failed: 1,
    };
  },
};

/** Handles are u64; older programs have i32. */
function handleOf(handle: Argument): bigint {
  return typeof handle === 'bigint' ? handle : BigInt(handle >>> 0);
}

/**
 * AssemblyScript's `abort(message, file, line, column)`, with UTF-16 texts whose length in bytes stands before them.
 */
export function abortFunction(memory: () => WebAssembly.Memory): Body {
  const textAt = (pointer: number): string => {
    const { buffer } = memory();
    const view = new DataView(buffer as ArrayBuffer);
    const at = pointer >>> 0;
    if (at < 4 || at > buffer.byteLength) return '';
    const bytes = Math.min(view.getUint32(at - 4, true), 2000);
    if (at + bytes > buffer.byteLength) return '';
    return Buffer.from(buffer as ArrayBuffer, at, bytes)
      .toString('utf16le')
      .replaceAll(/\s+/g, ' ');
  };
  return (message: number, file: number, line: number, column: number) => {
    throw new Trap(`it aborted: ${textAt(message)} (${textAt(file)}:${line >>> 0}:${column >>> 0})`);
  };
}
