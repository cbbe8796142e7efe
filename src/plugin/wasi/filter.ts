/**
 * Runs a WASI command (a core module that exports `_start`) as a filter: the stream's lines are its standard input,
 * its standard output is the stream's. It is an ordinary program and runs once over the whole stream; when it ends
 * early, the rest of the input is its caller's to let go.
 */
import { compileModule, instantiateModule } from '../binary/compile.ts';
import { readCoreModule } from '../binary/module.ts';
import { capMemory } from '../binary/rewrite.ts';
import { isSameSignature, showSignature } from '../binary/signature.ts';
import { Gate } from '../gate.ts';
import { type GuestStream, PluginError, Trap } from '../guest.ts';
import { GuestExit, ProcExit } from './errors.ts';
import { preview1 } from './preview1.ts';
import { preview1Module, preview1Names, preview1Signature } from './signatures.ts';
import type { WasiHost } from './world.ts';

export interface FilterLimits {
  /** The most memory that the guest may have, in pages of 64 KiB. */
  readonly maxPages: number;
}

/** For messages of the compiler and the linker. */
const what = 'the module';
/** A name of the standard's draft, before wasi_snapshot_preview1. */
const draftModule = 'wasi_unstable';

/**
 * Checks a command and compiles it.
 * @param bytes only read
 * @throws PluginError when it imports what preview 1 does not have, exports no `_start` or no memory, wants more
 * memory
 *   than it may have, or is no valid module
 */
export function compileFilter(bytes: Uint8Array, limits: FilterLimits): WebAssembly.Module {
  const core = readCoreModule(bytes);
  const { imports, exports } = core;
  for (const { module, name, kind, signature } of imports) {
    checkImport(module, name);
    const known = preview1Signature(name)!;
    if (kind !== 'function' || signature === undefined || !isSameSignature(signature, known)) {
      const given = signature === undefined ? `a ${kind}` : showSignature(signature);
      throw new PluginError(`it imports ${module}.${name} as ${given}, and that is ${showSignature(known)}`);
    }
  }
  if (!exports.some(({ name, kind }) => name === 'memory' && kind === 'memory')) {
    throw new PluginError('it exports no memory named `memory`, through which WASI takes and gives bytes');
  }
  const start = exports.find(({ name, kind }) => name === '_start' && kind === 'function');
  if (start === undefined) throw new PluginError('it exports no function `_start`: it is a library, not a program');
  const { signature } = start;
  if (signature === undefined || signature.parameters.length + signature.results.length > 0) {
    throw new PluginError('its function `_start` has parameters or results, and a program has none');
  }
  return compileModule(capMemory(bytes, limits.maxPages, core), what);
}

function checkImport(module: string, name: string): void {
  if (module === preview1Module && preview1Signature(name) !== undefined) return;
  if (module === draftModule) {
    throw new PluginError(`it imports ${draftModule}.${name}, of a draft of WASI; rebuild it for wasm32-wasip1`);
  }
  const known = `a filter may import from ${preview1Module}: ${preview1Names.join(', ')}`;
  throw new PluginError(`it imports ${module}.${name}, which slung does not have; ${known}`);
}

/**
 * Runs a filter from its start to its end.
 * @param module bytes of a module, or what `compileFilter` made of them
 * @param stream its lines are read as the guest asks for them; they may not all have been read when this returns
 * @throws GuestExit when the guest ends with a status that is not 0; PluginError as `compileFilter`, and when the
 * module
 *   cannot be linked; what traps the guest, and what the stream throws, unchanged
 */
export function runFilter(
  module: Uint8Array | WebAssembly.Module,
  stream: GuestStream,
  host: WasiHost,
  limits: FilterLimits,
): void {
  const compiled = module instanceof Uint8Array ? compileFilter(module, limits) : module;
  let instance: WebAssembly.Instance | undefined;
  const memory = (): WebAssembly.Memory => {
    if (instance === undefined) throw new Trap('it calls WASI while it is instantiated, before `_start`');
    return instance.exports.memory as WebAssembly.Memory;
  };
  const gate = new Gate();
  const table = preview1({ ...host, ...standardStreams(stream) }, memory, gate);
  try {
    gate.run(() => {
      instance = instantiateModule(compiled, { [preview1Module]: table }, what);
      (instance.exports._start as () => void)();
    });
  } catch (error) {
    if (!(error instanceof ProcExit)) throw error;
    if (error.status !== 0) throw new GuestExit(error.status);
  }
}

function standardStreams(stream: GuestStream) {
  let pieces: readonly Uint8Array[] = [];
  let next = 0;
  return {
    stdin: (): Uint8Array | undefined => {
      if (next < pieces.length) return pieces[next++];
      const more = stream.nextLines();
      if (more === undefined) return undefined;
      pieces = more;
      next = 0;
      // An empty piece means: nothing yet, ask again.
      return pieces[next++] ?? EMPTY;
    },
    stdout: (bytes: Uint8Array) => stream.write(bytes),
  };
}

const EMPTY = new Uint8Array(0);
