/**
 * Runs a Slung program: a core module that asks for events and ends when it wants to, or when there are none left.
 * `compileProgram` checks what it imports and exports; `runProgram` links it and calls `call()` once. The surprising
 * part is how it stops: at the end of the input a poll throws GuestStopped through the guest, and from then on every
 * import throws it again (../gate.ts), so that a guest which catches everything cannot go on.
 */
import { readFileSync } from 'node:fs';
import type { RowEngine } from '../../engine/row-engine.ts';
import { compileModule, instantiateModule } from '../binary/compile.ts';
import { type CoreModule, readCoreModule } from '../binary/module.ts';
import { capMemory } from '../binary/rewrite.ts';
import { isSameSignature, showSignature, signatureOf } from '../binary/signature.ts';
import { compileTrampolines, type Trampolines } from '../binary/trampolines.ts';
import { Gate } from '../gate.ts';
import { type CoreFunction, GuestStopped, type GuestStream, type GuestTalk, PluginError, Trap } from '../guest.ts';
import { GuestExit, ProcExit } from '../wasi/errors.ts';
import { preview1 } from '../wasi/preview1.ts';
import type { WasiHost } from '../wasi/world.ts';
import { functionNames, type ProgramImport, programImport } from './abi.ts';
import type { EventFieldNames } from './bad-records.ts';
import { abortFunction, type FunctionWorld, hostFunction } from './functions.ts';
import { GuestMemory } from './guest-memory.ts';
import { Pump } from './pump.ts';
import type { HistoryStore } from './store.ts';

const pageBytes = 65536;
/** What events may take that wait because their query is not polled. */
const defaultQueueBytes = 64 << 20;

/** A program, checked and compiled; every run has a memory of its own. */
export interface CompiledProgram {
  readonly module: WebAssembly.Module;
  /** Its imports in order, each checked. */
  readonly imports: readonly KnownImport[];
  /** Those of them that the adapter has, by way of trampolines in this order. */
  readonly adapted: readonly ProgramImport[];
  readonly newTrampolines: () => Trampolines;
}

type KnownImport =
  | ({ readonly kind: 'program' } & ProgramImport)
  | { readonly kind: 'wasi'; readonly name: string }
  | { readonly kind: 'abort' };

/** What a program is given besides its input and output. */
export interface ProgramHost {
  readonly talk: GuestTalk;
  /**
   * Arguments, granted variables, clocks and chance for its WASI imports; its standard output is the output stream.
   */
  readonly wasi: WasiHost;
  /** Whole microseconds since 1970. */
  readonly nowUs: () => number;
  readonly events: EventFieldNames;
  readonly store: HistoryStore;
  /** Waits for the answer. An empty body and a failure are both 0 for the program; a failure is reported. */
  readonly http: FunctionWorld['http'];
  /** Sends text to a connected producer. @returns false when there is none of that number */
  readonly toProducer: FunctionWorld['toProducer'];
  /** What events may take that wait because their query is not polled; 64 MiB unless given. */
  readonly queueBytes?: number | undefined;
}

/** What a run has done. */
export interface ProgramCounts {
  /** Records that were events, and those that were none. */
  readonly events: number;
  readonly bad: number;
  /** Events that the program got; one event counts for each query that got it. */
  readonly delivered: number;
}

/**
 * @throws PluginError when the file is no program, or needs what does not exist
 */
export function compileProgram(bytes: Uint8Array, limits: { readonly maxMemoryBytes: number }): CompiledProgram {
  const description = readCoreModule(bytes);
  const imports = description.imports.map((one): KnownImport => {
    if (one.kind === 'function') {
      if (one.module === 'wasi_snapshot_preview1') return { kind: 'wasi', name: one.name };
      if (one.module === 'env' && one.name === 'abort') return { kind: 'abort' };
      if (one.module === 'env') return { kind: 'program', ...programImport(one) };
    }
    const known = `env.u_* functions (${functionNames.join(', ')}) and wasi_snapshot_preview1`;
    throw new PluginError(`it imports the ${one.kind} ${one.module}.${one.name}; a Slung program may import ${known}`);
  });
  const needsAllocate = imports.some(
    (one) => one.kind === 'program' && (one.name === 'u_poll_handle' || one.name === 'u_writeback_http'),
  );
  checkExports(description, needsAllocate);
  const module = compileModule(
    capMemory(bytes, Math.floor(limits.maxMemoryBytes / pageBytes), description),
    'the program',
  );
  const isAdapted = imports.some((one) => one.kind === 'program' && one.name === 'u_poll_handle');
  const adapted = imports.filter(
    (one) => isAdapted && one.kind === 'program' && one.name in ADAPTED,
  ) as ProgramImport[];
  const signatures = adapted.map(({ name, isOld }) =>
    signatureOf(name === 'u_poll_handle' && !isOld ? '(i64) -> i32' : '(i32) -> i32'),
  );
  return { module, imports, adapted, newTrampolines: compileTrampolines(signatures) };
}

function checkExports({ exports }: CoreModule, needsAllocate: boolean): void {
  if (!exports.some(({ name, kind }) => name === 'memory' && kind === 'memory')) {
    throw new PluginError('it exports no memory of the name `memory`');
  }
  const check = (name: string, types: readonly string[]): void => {
    const found = exports.find((one) => one.name === name && one.kind === 'function');
    if (found === undefined) throw new PluginError(`it exports no function \`${name}\`, ${types[0]}`);
    const { signature } = found;
    if (signature !== undefined && types.some((type) => isSameSignature(signature, signatureOf(type)))) return;
    const shown = signature === undefined ? 'something else' : showSignature(signature);
    throw new PluginError(`its function \`${name}\` is ${shown} and not ${types[0]}`);
  };
  check('call', ['() -> i32', '() -> ()']);
  if (needsAllocate) check('allocate', ['(i32) -> i32']);
  if (exports.some(({ name }) => name === '_initialize')) check('_initialize', ['() -> ()']);
}

/** Functions that the adapter has, where a program polls: the names of both signatures there. */
const ADAPTED: Readonly<Record<string, readonly [string, string]>> = {
  u_poll_handle: ['poll', 'poll32'],
  u_emit: ['emit', 'emit'],
};

let compiledAdapter: WebAssembly.Module | undefined;

/** The adapter's module, compiled once per thread. */
function adapterModule(): WebAssembly.Module {
  compiledAdapter ??= new WebAssembly.Module(readFileSync(new URL('./slung-adapter.wasm', import.meta.url)));
  return compiledAdapter;
}

/**
 * Runs a program from its start to its end: when `call()` returns, or when the input is over and nothing waits.
 * @param engine   with a plan of rows whose fields are time, value, series, tags and, with --listen, producer; one
 *                 program for an engine
 * @param onCounts gets what the run has done, however it ends
 * @throws GuestExit when the program ends with a status other than 0; Trap, PluginError or what the guest throws
 */
export function runProgram(
  program: CompiledProgram,
  stream: GuestStream,
  engine: RowEngine,
  host: ProgramHost,
  onCounts: (counts: ProgramCounts) => void = () => {},
): void {
  const run = new Run(stream, engine, host);
  try {
    run.call(program);
  } finally {
    onCounts(run.pump.finish());
  }
}

class Run {
  readonly pump: Pump;
  readonly #gate = new Gate();
  readonly #isTimed: WebAssembly.Global<'i32'> = new WebAssembly.Global({ value: 'i32', mutable: true }, 0);
  readonly #engine: RowEngine;
  readonly #world: FunctionWorld;
  readonly #wasi: Readonly<Record<string, CoreFunction>>;
  #exports: WebAssembly.Instance['exports'] | undefined;
  #memory: GuestMemory | undefined;

  constructor(stream: GuestStream, engine: RowEngine, host: ProgramHost) {
    this.#engine = engine;
    const { store, nowUs, http, toProducer } = host;
    this.pump = new Pump(stream, engine, {
      talk: host.talk,
      nowUs,
      fields: host.events,
      queueBytes: host.queueBytes ?? defaultQueueBytes,
      gate: this.#gate,
      isTimed: this.#isTimed,
    });
    const { live, complaints } = this.pump;
    const write = (bytes: Uint8Array): void => stream.write(bytes);
    this.#world = {
      memory: () => this.#guestMemory(),
      enter: () => this.pump.enter(),
      end: (error) => this.#gate.end(error),
      full: () => this.pump.full(),
      live,
      store,
      complaints,
      write,
      nowUs,
      http,
      toProducer,
    };
    const world = { ...host.wasi, stdin: () => undefined, stdout: write };
    this.#wasi = preview1(world, () => this.#rawMemory(), this.#gate);
  }

  call(program: CompiledProgram): void {
    try {
      const status = this.#gate.run(() => this.#start(program));
      if (status !== 0) throw new GuestExit(status);
    } catch (error) {
      if (error instanceof GuestStopped) return;
      if (!(error instanceof ProcExit)) throw error;
      if (error.status !== 0) throw new GuestExit(error.status);
    }
  }

  /** @returns the exit status */
  #start(program: CompiledProgram): number {
    const trampolines = program.newTrampolines();
    const imports: Record<string, Record<string, unknown>> = {};
    for (const one of program.imports) {
      const module = one.kind === 'wasi' ? 'wasi_snapshot_preview1' : 'env';
      imports[module] ??= {};
      if (one.kind === 'abort') imports[module].abort = this.#gate.guard(abortFunction(() => this.#rawMemory()));
      else if (one.kind === 'wasi') imports[module][one.name] = this.#wasiFunction(one.name);
      else if (program.adapted.includes(one)) {
        imports[module][one.name] = trampolines.functions[program.adapted.indexOf(one)];
      } else if (one.name !== 'u_poll_handle') {
        imports[module][one.name] = hostFunction(one.name, one.isOld, this.#world);
      }
    }
    const { exports } = instantiateModule(program.module, imports, 'the program');
    this.#exports = exports;
    if (program.adapted.length > 0) {
      const adapter = this.#adapter(exports);
      trampolines.connect(program.adapted.map(({ name, isOld }) => adapter[ADAPTED[name]![isOld ? 1 : 0]!]));
    }
    if (typeof exports._initialize === 'function') exports._initialize();
    const status: unknown = (exports.call as () => unknown)();
    return typeof status === 'number' ? status >>> 0 : 0;
  }

  #adapter(guest: WebAssembly.Instance['exports']): WebAssembly.Instance['exports'] {
    const { pump } = this;
    const guard = (run: CoreFunction) => this.#gate.guard(run);
    const imports = {
      env: { memory: guest.memory },
      engine: this.#engine.exports,
      guest: { allocate: guest.allocate },
      host: {
        gate: this.#gate.global,
        isTimed: this.#isTimed,
        tellTime: () => pump.tellTime(),
        more: guard(() => pump.more()),
        emit: hostFunction('u_emit', false, this.#world),
        refuse: guard((answer: number, handle: bigint) => pump.refuse(answer, handle)),
        fail: guard((code: number) => pump.fail(code)),
      },
    };
    return instantiateModule(adapterModule(), imports, 'the program').exports;
  }

  /** As it is; a call from inside `allocate` is allowed: a panic there should be read. */
  #wasiFunction(name: string): CoreFunction {
    const target = this.#wasi[name];
    if (target === undefined) throw new PluginError(`it imports wasi_snapshot_preview1.${name}, which does not exist`);
    return target;
  }

  #rawMemory(): WebAssembly.Memory {
    if (this.#exports === undefined) throw new Trap('its start function calls the host before there is a memory');
    return this.#exports.memory as WebAssembly.Memory;
  }

  #guestMemory(): GuestMemory {
    this.#memory ??= new GuestMemory(
      this.#rawMemory(),
      this.#gate,
      this.#exports?.allocate as ((bytes: number) => number) | undefined,
    );
    return this.#memory;
  }
}
