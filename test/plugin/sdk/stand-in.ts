/**
 * A small host in JavaScript for SDK plugins: logview over JSON.parse, and maps for cache, config and lock. It is no
 * model of speed, and no substitute for the real host's tests; with it, what the SDK itself does can be tested alone.
 * It is strict where a wrong guest would go unnoticed: handles are counted, strings must be UTF-8, areas must be
 * aligned.
 */
import { type Json, lookUp, type Scalar, scalarOf } from './lookup.ts';

interface Guest {
  readonly memory: WebAssembly.Memory;
  cabi_realloc(old: number, oldSize: number, align: number, size: number): number;
  metadata(): number;
  probe(): number;
  processLogs(logs: number, count: number): number;
}

export interface Outcome {
  readonly isError: boolean;
  /** The output, or the error's text. */
  readonly text: string;
}

const strict = new TextDecoder('utf-8', { fatal: true });

export class StandIn {
  readonly guest: Guest;
  readonly cache = new Map<string, Scalar>();
  readonly ttls = new Map<string, bigint | undefined>();
  readonly config = new Map<string, string>();
  readonly locks = new Set<string>();
  stderr = '';
  /** What cache.get answers instead, as an error. */
  cacheError: string | undefined;
  /** Calls into the allocator, to see that a field costs no more than one. */
  allocations = 0;
  readonly #live = new Map<number, string>();
  #nextHandle = 100;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    const own = this.#imports();
    const module = new WebAssembly.Module(bytes);
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      if (!own[from]?.[name]) throw new Error(`the stand-in has no ${from} ${name}`);
    }
    this.guest = new WebAssembly.Instance(module, own).exports as unknown as Guest;
  }

  /** One call of process-logs over these lines. */
  call(lines: readonly string[]): Outcome {
    const handles = lines.map((line) => {
      const handle = this.#nextHandle++;
      this.#live.set(handle, line);
      return handle;
    });
    const at = this.guest.cabi_realloc(0, 0, 4, 4 * handles.length);
    new Uint32Array(this.guest.memory.buffer, at, handles.length).set(handles);
    const result = this.guest.processLogs(at, handles.length);
    if (this.#live.size > 0) throw new Error(`${this.#live.size} handles were not dropped`);
    const view = this.#view();
    return {
      isError: view.getUint8(result) === 1,
      text: this.#text(view.getUint32(result + 4, true), view.getUint32(result + 8, true)),
    };
  }

  metadata(): { name: string; version: string } {
    const at = this.guest.metadata();
    return { name: this.#pair(at), version: this.#pair(at + 8) };
  }

  /** The selectors as JSON, with the predicate's name as the key. */
  probe(): unknown[] {
    const at = this.guest.probe();
    return this.#list(at, 24, 4, (selector) => ({
      any: this.#list(selector, 32, 8, (pred) => this.#pred(pred)),
      all: this.#list(selector + 8, 32, 8, (pred) => this.#pred(pred)),
      none: this.#list(selector + 16, 32, 8, (pred) => this.#pred(pred)),
    }));
  }

  #pred(at: number): unknown {
    const path = this.#pair(at + 8);
    const operands = {
      has: () => undefined,
      eq: () => this.#scalar(at + 16),
      prefix: () => this.#pair(at + 16),
      in: () => this.#list(at + 16, 16, 8, (scalar) => this.#scalar(scalar)),
      gt: () => this.#view().getFloat64(at + 16, true),
      regex: () => this.#pair(at + 16),
    };
    const [name, operand] = Object.entries(operands)[this.#view().getUint8(at)]!;
    return { [name]: [path, operand()].filter((part) => part !== undefined) };
  }

  #scalar(at: number): Scalar {
    const view = this.#view();
    const kinds = [
      () => this.#pair(at + 8),
      () => view.getBigInt64(at + 8, true),
      () => view.getFloat64(at + 8, true),
      () => view.getUint8(at + 8) === 1,
    ];
    return kinds[view.getUint8(at)]!();
  }

  #list<T>(at: number, itemBytes: number, align: number, read: (item: number) => T): T[] {
    const from = this.#view().getUint32(at, true);
    if (from % align !== 0) throw new Error('a list is not aligned');
    return Array.from({ length: this.#view().getUint32(at + 4, true) }, (_, i) => read(from + i * itemBytes));
  }

  #view(): DataView {
    return new DataView(this.guest.memory.buffer);
  }

  #text(at: number, size: number): string {
    return strict.decode(new Uint8Array(this.guest.memory.buffer, at, size));
  }

  #pair(at: number): string {
    return this.#text(this.#view().getUint32(at, true), this.#view().getUint32(at + 4, true));
  }

  #allocate(align: number, size: number): number {
    this.allocations++;
    const at = this.guest.cabi_realloc(0, 0, align, size);
    if (at % align !== 0 || at + size > this.guest.memory.buffer.byteLength) throw new Error('a bad allocation');
    return at;
  }

  #storeText(at: number, text: string): void {
    const bytes = Buffer.from(text);
    const to = bytes.length > 0 ? this.#allocate(1, bytes.length) : 1;
    new Uint8Array(this.guest.memory.buffer).set(bytes, to);
    this.#view().setUint32(at, to, true);
    this.#view().setUint32(at + 4, bytes.length, true);
  }

  #storeScalar(at: number, value: Scalar): void {
    const kinds = ['string', 'bigint', 'number', 'boolean'];
    this.#view().setUint8(at, kinds.indexOf(typeof value));
    if (typeof value === 'string') this.#storeText(at + 8, value);
    else if (typeof value === 'bigint') this.#view().setBigInt64(at + 8, value, true);
    else if (typeof value === 'number') this.#view().setFloat64(at + 8, value, true);
    else this.#view().setUint8(at + 8, value ? 1 : 0);
  }

  /** A list of items in the guest's memory; its address and count at `at`. */
  #storeList<T>(
    at: number,
    items: readonly T[],
    itemBytes: number,
    align: number,
    write: (to: number, item: T) => void,
  ): void {
    const to = items.length > 0 ? this.#allocate(align, items.length * itemBytes) : align;
    for (const [i, item] of items.entries()) write(to + i * itemBytes, item);
    this.#view().setUint32(at, to, true);
    this.#view().setUint32(at + 4, items.length, true);
  }

  #log(handle: number): string {
    const line = this.#live.get(handle);
    if (line === undefined) throw new Error(`handle ${handle} is not live`);
    return line;
  }

  #field(handle: number, at: number, size: number): Json | undefined {
    return lookUp(JSON.parse(this.#log(handle)) as Json, this.#text(at, size));
  }

  #some(ret: number, isSome: boolean, align: number): boolean {
    if (ret % align !== 0) throw new Error('a return area is not aligned');
    this.#view().setUint8(ret, isSome ? 1 : 0);
    return isSome;
  }

  /** AssemblyScript's: the text is UTF-16, and its size stands before it. */
  #abort(at: number): never {
    const bytes = new Uint8Array(this.guest.memory.buffer, at, this.#view().getUint32(at - 4, true));
    throw new Error(`aborted: ${Buffer.from(bytes).toString('utf16le')}`);
  }

  #imports(): Record<string, Record<string, (...values: never[]) => unknown>> {
    const object = (value: Json | undefined) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
    return {
      env: { abort: (at: number) => this.#abort(at) },
      'tangent:logs/log@0.1.0': {
        '[method]logview.has': (log: number, at: number, size: number) =>
          this.#field(log, at, size) === undefined ? 0 : 1,
        '[method]logview.get': (log: number, at: number, size: number, ret: number) => {
          const value = scalarOf(this.#field(log, at, size));
          if (this.#some(ret, value !== undefined, 8)) this.#storeScalar(ret + 8, value!);
        },
        '[method]logview.len': (log: number, at: number, size: number, ret: number) => {
          const value = this.#field(log, at, size);
          const is = Array.isArray(value) || typeof value === 'string';
          if (!this.#some(ret, is, 4)) return;
          this.#view().setUint32(
            ret + 4,
            Array.isArray(value) ? value.length : Buffer.byteLength(value as string),
            true,
          );
        },
        '[method]logview.get-list': (log: number, at: number, size: number, ret: number) => {
          const value = this.#field(log, at, size);
          if (!this.#some(ret, Array.isArray(value), 4)) return;
          const items = (value as Json[]).map(scalarOf).filter((item) => item !== undefined);
          this.#storeList(ret + 4, items, 16, 8, (to, item) => this.#storeScalar(to, item));
        },
        '[method]logview.get-map': (log: number, at: number, size: number, ret: number) => {
          const entries = object(this.#field(log, at, size));
          if (!this.#some(ret, entries !== undefined, 4)) return;
          const pairs = entries!.flatMap(([key, value]) => {
            const scalar = scalarOf(value);
            return scalar === undefined ? [] : [{ key, scalar }];
          });
          this.#storeList(ret + 4, pairs, 24, 8, (to, { key, scalar }) => {
            this.#storeText(to, key);
            this.#storeScalar(to + 8, scalar);
          });
        },
        '[method]logview.keys': (log: number, at: number, size: number, ret: number) => {
          const keys = (object(this.#field(log, at, size)) ?? []).map(([key]) => key);
          this.#storeList(ret, keys, 8, 4, (to, key) => this.#storeText(to, key));
        },
        '[method]logview.log': (log: number, ret: number) => this.#storeText(ret, this.#log(log)),
        '[resource-drop]logview': (log: number) => {
          this.#log(log);
          this.#live.delete(log);
        },
      },
      'tangent:logs/config@0.1.0': {
        get: (at: number, size: number, ret: number) => {
          const value = this.config.get(this.#text(at, size));
          if (this.#some(ret, value !== undefined, 4)) this.#storeText(ret + 4, value!);
        },
      },
      'tangent:logs/cache@0.1.0': {
        get: (at: number, size: number, ret: number) => {
          if (this.#some(ret, this.cacheError !== undefined, 8)) return this.#storeText(ret + 8, this.cacheError!);
          const value = this.cache.get(this.#text(at, size));
          this.#view().setUint8(ret + 8, value === undefined ? 0 : 1);
          if (value !== undefined) this.#storeScalar(ret + 16, value);
        },
        set: (
          at: number,
          size: number,
          kind: number,
          payload: bigint,
          textBytes: number,
          hasTtl: number,
          ttl: bigint,
          ret: number,
        ) => {
          const bits = new DataView(new BigInt64Array([payload]).buffer);
          const values = [
            () => this.#text(Number(payload), textBytes),
            () => payload,
            () => bits.getFloat64(0, true),
            () => payload === 1n,
          ];
          const key = this.#text(at, size);
          this.cache.set(key, values[kind]!());
          this.ttls.set(key, hasTtl ? ttl : undefined);
          this.#some(ret, false, 4);
        },
        del: (at: number, size: number, ret: number) => {
          this.#some(ret, false, 4);
          this.#view().setUint8(ret + 4, this.cache.delete(this.#text(at, size)) ? 1 : 0);
        },
      },
      'tangent:logs/lock@0.1.0': {
        acquire: (at: number, size: number) => {
          const key = this.#text(at, size);
          const isFree = !this.locks.has(key);
          this.locks.add(key);
          return isFree ? 1 : 0;
        },
        release: (at: number, size: number) => this.locks.delete(this.#text(at, size)),
      },
      'wasi:cli/stderr@0.2.0': { 'get-stderr': () => 7 },
      'wasi:io/streams@0.2.0': {
        '[method]output-stream.blocking-write-and-flush': (stream: number, at: number, size: number, ret: number) => {
          if (stream !== 7 || size > 4096) throw new Error('a bad write');
          this.stderr += this.#text(at, size);
          this.#some(ret, false, 4);
        },
        '[resource-drop]output-stream': () => undefined,
      },
    };
  }
}
