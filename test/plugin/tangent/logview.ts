/**
 * What the tests of logview stand on: an engine with records in its row table, an adapter over a plain memory that
 * plays the guest's, and the results of the canonical ABI read back into JavaScript values.
 */
import * as L from '../../../src/engine/layout.ts';
import { createMemory } from '../../../src/engine/memory.ts';
import { buildPlan } from '../../../src/engine/plan.ts';
import { RowEngine } from '../../../src/engine/row-engine.ts';
import { type ViewsExports, viewsOf } from '../../../src/engine/views.ts';
import { Gate } from '../../../src/plugin/gate.ts';
import { GATE_ENDED } from '../../../src/plugin/gate-states.ts';
import { type AdapterLookup, logviewAdapter } from '../../../src/plugin/tangent/adapter.ts';
import type { Realloc } from '../../../src/plugin/tangent-module.ts';
import { compileExpressions, compileLists, parseTangentPath } from '../../../src/selector/index.ts';

/** A scalar as a guest sees it: integers and floats are different things. */
export type GuestScalar = { str: string } | { int: bigint } | { float: number } | { bool: boolean };

export type Method = 'has' | 'get' | 'len' | 'get-list' | 'get-map' | 'keys' | 'log';

export interface RowOptions {
  /** The fields of a row, in order. */
  readonly learned?: readonly string[];
  readonly pinBytes?: number;
  /** Only records with this root key are for the guest; the others get rows as well. */
  readonly wanted?: string;
}

/** An engine with the records' rows; the records are lines without their newlines. */
export function engineWith(records: readonly (string | Uint8Array)[], options: RowOptions = {}): RowEngine {
  const { learned = [], pinBytes = 1 << 16, wanted } = options;
  const lines = Buffer.concat(records.flatMap((record) => [Buffer.from(record), Buffer.from('\n')]));
  const select = wanted === undefined ? undefined : compileLists([{ any: [], all: [{ has: wanted }], none: [] }]);
  const plan = buildPlan(compileExpressions([]), { to: 'rows', fields: learned.map(parseTangentPath), select });
  const blockBytes = Math.max(65536, lines.length);
  const engineOptions = {
    ...{ blockBytes, blockCount: 1, maxDepth: 64, maxRecordBytes: blockBytes, keepRejects: false, strictKeys: false },
    rows: { forAll: wanted !== undefined, tableBytes: 1 << 22, pinBytes, longBlockBytes: blockBytes },
  };
  const { memory, map } = createMemory(plan, engineOptions);
  const engine = new RowEngine(memory, map, engineOptions, plan);
  const from = engine.inputStart(0);
  engine.bytes().set(lines, from);
  engine.setWord(0, L.B_FROM, from);
  engine.setWord(0, L.B_TO, from + lines.length);
  engine.collect(0, from, 1 << 20);
  if (engine.rowCount !== records.length) throw new Error('not every record has a row');
  return engine;
}

/** Where the guest keeps things; from HEAP on it allocates. */
export const PATH = 256;
export const RET = 70_000;
const HEAP = 71_000;

export class TestGuest {
  readonly engine: RowEngine;
  readonly views: ViewsExports;
  readonly memory = new WebAssembly.Memory({ initial: 4 });
  gate = new Gate();
  lookup: AdapterLookup;
  /** Replace it to misbehave. */
  realloc: Realloc;
  #top = HEAP;
  #depth = 0;

  constructor(engine: RowEngine) {
    this.engine = engine;
    this.views = viewsOf(engine);
    this.lookup = logviewAdapter(this.views, this.gate);
    this.realloc = (_old, _oldBytes, align, bytes) => this.allocate(align, bytes);
  }

  allocate(align: number, bytes: number): number {
    const at = Math.ceil(this.#top / align) * align;
    this.#top = at + bytes;
    const missing = this.#top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
    return at;
  }

  readonly #indirect: Realloc = (old, oldBytes, align, bytes) => this.realloc(old, oldBytes, align, bytes);

  /** Calls a core function as a guest would, numbers only. After a trap the next guest asks, over the same views. */
  raw(name: string, ...values: number[]): number {
    if (this.#depth === 0 && this.gate.global.value === GATE_ENDED) {
      this.gate = new Gate();
      this.lookup = logviewAdapter(this.views, this.gate);
    }
    const call = this.lookup(name, { memory: this.memory, realloc: this.#indirect });
    if (call === undefined) throw new Error(`no ${name}`);
    this.#depth++;
    try {
      return (call as (...values: number[]) => number)(...values);
    } finally {
      this.#depth--;
    }
  }

  bytes(): Buffer {
    return Buffer.from(this.memory.buffer as ArrayBuffer);
  }

  drop(handle: number): void {
    this.raw('[resource-drop]logview', handle);
  }

  /** Asks with a path and reads the answer; undefined is none. */
  ask(method: Method, handle: number, path: string | Uint8Array = ''): unknown {
    this.#top = HEAP;
    const bytes = Buffer.from(path);
    const at = bytes.length <= RET - PATH - 64 ? PATH : this.allocate(1, bytes.length);
    this.bytes().set(bytes, at);
    // What was there before must not matter.
    this.bytes().fill(0xee, RET, RET + 32);
    const name = `[method]logview.${method}`;
    if (method === 'has') return this.raw(name, handle, at, bytes.length) !== 0;
    if (method === 'log') this.raw(name, handle, RET);
    else this.raw(name, handle, at, bytes.length, RET);
    if (method === 'log') return this.#text(RET);
    if (method === 'keys') return this.#list(RET, 8, (item) => this.#text(item));
    const view = this.bytes();
    const disc = view[RET];
    if (disc === 0) return undefined;
    if (disc !== 1) throw new Error(`discriminant ${disc}`);
    if (method === 'len') return view.readUInt32LE(RET + 4);
    if (method === 'get') return this.#scalar(RET + 8);
    if (method === 'get-list') return this.#list(RET + 4, 16, (item) => this.#scalar(item));
    return this.#list(RET + 4, 24, (item) => [this.#text(item), this.#scalar(item + 8)]);
  }

  #text(at: number): string {
    const view = this.bytes();
    const from = view.readUInt32LE(at);
    if (from === 0) throw new Error('a string at address 0');
    const bytes = view.subarray(from, from + view.readUInt32LE(at + 4));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  }

  #list<T>(at: number, itemBytes: number, read: (item: number) => T): T[] {
    const view = this.bytes();
    const from = view.readUInt32LE(at);
    if (from === 0 || from % 4 !== 0) throw new Error(`a list at address ${from}`);
    return Array.from({ length: view.readUInt32LE(at + 4) }, (_, i) => read(from + i * itemBytes));
  }

  #scalar(at: number): GuestScalar {
    const view = this.bytes();
    switch (view[at]) {
      case 0:
        return { str: this.#text(at + 8) };
      case 1:
        return { int: view.readBigInt64LE(at + 8) };
      case 2:
        return { float: view.readDoubleLE(at + 8) };
      case 3:
        if (view[at + 8]! > 1) throw new Error('a boolean that is neither');
        return { bool: view[at + 8] === 1 };
      default:
        throw new Error(`scalar discriminant ${view[at]}`);
    }
  }
}

/**
 * A guest in a call over one record. With `learned`, the paths are fields of the row and have been asked for in that
 * order, as the host arranges it after a plugin's first step.
 */
export function viewOf(
  record: string | Uint8Array,
  learned: readonly string[] = [],
): (method: Method, path?: string) => unknown {
  const guest = new TestGuest(engineWith([record], { learned }));
  const handle = guest.views.beginCall(1, 0, 1);
  for (const path of learned) guest.ask('has', handle, path);
  return (method, path) => guest.ask(method, handle, path);
}
