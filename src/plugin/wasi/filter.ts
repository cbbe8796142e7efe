/**
 * Runs a WASI command (a core module that exports `_start`, or a component that exports `wasi:cli/run`) as a filter:
 * the stream's lines are its standard input, its standard output is the stream's. It is an ordinary program and runs
 * once over the whole stream; when it ends early, the rest of the input is its caller's to let go.
 */
import { compileModule, instantiateModule } from '../binary/compile.ts';
import { pageBytes } from '../binary/limits.ts';
import { readCoreModule } from '../binary/module.ts';
import { capMemory } from '../binary/rewrite.ts';
import { isSameSignature, type Signature, showSignature, signatureOf } from '../binary/signature.ts';
import { type CommandModule, compileCommand } from '../component/command.ts';
import { Gate } from '../gate.ts';
import { type GuestStream, PluginError, Trap } from '../guest.ts';
import { GuestExit, ProcExit } from './errors.ts';
import { preview1 } from './preview1.ts';
import { preview2 } from './preview2.ts';
import { preview1Module, preview1Names, preview1Signature } from './signatures.ts';
import type { WasiHost, WasiWorld } from './world.ts';

export interface FilterLimits {
  /** The most memory that the guest may have, in pages of 64 KiB. */
  readonly maxPages: number;
}

/** For messages of the compiler and the linker. */
const what = 'the module';
/** A name of the standard's draft, before wasi_snapshot_preview1. */
const draftModule = 'wasi_unstable';

/**
 * What emscripten calls beside WASI when its memory has grown, so that a host may look at it anew; ours always does.
 */
const growthNotice = { module: 'env', name: 'emscripten_notify_memory_growth' } as const;
const growthSignature = signatureOf('(i32) -> ()');

/** A command that has been compiled: a core module for preview 1, or a component for 0.2. */
export type Filter = WebAssembly.Module | CommandModule;

/**
 * Checks a command and compiles it.
 * @param bytes borrowed as long as the result is used
 * @throws PluginError when it imports what WASI does not have, exports no `_start` or no memory, wants more memory
 *   than it may have, or is no valid module or component
 */
export function compileFilter(bytes: Uint8Array, limits: FilterLimits): Filter {
  // The layer of the preamble: 0 is a core module (../recognise.ts says more of what is neither).
  if (bytes[6] === 1) return compileCommand(bytes, { maxMemoryBytes: limits.maxPages * pageBytes });
  const core = readCoreModule(bytes);
  const { imports, exports } = core;
  for (const { module, name, kind, signature } of imports) {
    const known = importOf(module, name);
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

/** The signature of what may be imported. @throws PluginError for anything else */
function importOf(module: string, name: string): Signature {
  const known = module === preview1Module ? preview1Signature(name) : undefined;
  if (known !== undefined) return known;
  if (module === growthNotice.module && name === growthNotice.name) return growthSignature;
  if (module === draftModule) {
    throw new PluginError(`it imports ${draftModule}.${name}, of a draft of WASI; rebuild it for wasm32-wasip1`);
  }
  const names = `a filter may import from ${preview1Module}: ${preview1Names.join(', ')}`;
  throw new PluginError(`it imports ${module}.${name}, which slung does not have; ${names}`);
}

/**
 * Runs a filter from its start to its end.
 * @param filter bytes of a module or component, or what `compileFilter` made of them
 * @param stream its lines are read as the guest asks for them; they may not all have been read when this returns
 * @throws GuestExit when the guest ends with a status that is not 0; PluginError as `compileFilter`, and when the
 * module
 *   cannot be linked; what traps the guest, and what the stream throws, unchanged
 */
export function runFilter(
  filter: Uint8Array | Filter,
  stream: GuestStream,
  host: WasiHost,
  limits: FilterLimits,
): void {
  const compiled = filter instanceof Uint8Array ? compileFilter(filter, limits) : filter;
  const world = { ...host, ...standardStreams(stream) };
  try {
    if (compiled instanceof WebAssembly.Module) runModule(compiled, world);
    else runCommand(compiled, world);
  } catch (error) {
    if (!(error instanceof ProcExit)) throw error;
    if (error.status !== 0) throw new GuestExit(error.status);
  }
}

function runCommand(command: CommandModule, world: WasiWorld): void {
  const gate = new Gate();
  const answer = gate.run(() => {
    const run = command.instantiate({
      gate,
      lower: (interfaceName, functionName, options) => {
        const found = preview2(world, { ...options, gate })(interfaceName, functionName);
        if (found !== undefined) return found;
        throw new PluginError(`imports ${functionName} of ${interfaceName}, which slung does not have`);
      },
    });
    return run();
  });
  // `run` answers with result<_, _>: 0 is ok.
  if (answer !== 0) throw new GuestExit(1);
}

function runModule(compiled: WebAssembly.Module, world: WasiWorld): void {
  let instance: WebAssembly.Instance | undefined;
  const memory = (): WebAssembly.Memory => {
    if (instance === undefined) throw new Trap('it calls WASI while it is instantiated, before `_start`');
    return instance.exports.memory as WebAssembly.Memory;
  };
  const gate = new Gate();
  const imports = {
    [preview1Module]: preview1(world, memory, gate),
    [growthNotice.module]: { [growthNotice.name]: gate.guard(() => undefined) },
  };
  gate.run(() => {
    instance = instantiateModule(compiled, imports, what);
    (instance.exports._start as () => void)();
  });
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
