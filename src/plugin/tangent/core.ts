/**
 * Bare core modules of the world `tangent:logs/processor@0.1.0`: what a component has inside, without the wrapper, as
 * AssemblyScript, C, Zig or Rust make it directly. Imports and exports go by their canonical core names; exports may
 * also have names that every language can write. A start function is called when the imports work, not while V8 makes
 * the instance, so that AssemblyScript's top-level code may already ask the host; a component's may not.
 */

import { compileModule, instantiateModule } from '../binary/compile.ts';
import { pageBytes } from '../binary/limits.ts';
import { type CoreModule, type ModuleImport, readCoreModule } from '../binary/module.ts';
import { refusal } from '../binary/refusal.ts';
import { capMemory, deferStart } from '../binary/rewrite.ts';
import { F64, I32, isSameSignature, type Signature, showSignature, signatureOf } from '../binary/signature.ts';
import { compileTrampolines, type Trampolines } from '../binary/trampolines.ts';
import { type CompileOptions, checkedCall } from '../component/compile.ts';
import {
  isWasi02,
  isWorldInterface,
  type MapperFunction,
  mapperAliases,
  mapperFunctions,
  worldFunction,
} from '../component/world.ts';
import type { CoreFunction } from '../guest.ts';
import type { LiftedFunction, Realloc, TangentExports, TangentHost, TangentModule } from '../tangent-module.ts';
import { abortFunction } from './abort.ts';

/** An import that the host answers. */
interface HostImport {
  readonly module: string;
  readonly name: string;
  readonly signature: Signature;
}

/** The export behind each function of the world, and behind its post-return where there is one. */
type ExportNames = { readonly [F in MapperFunction]: { readonly call: string; readonly post: string | undefined } };

const reallocSignature = signatureOf('(i32 i32 i32 i32) -> i32');
const postSignature = signatureOf('(i32) -> ()');
const initializeSignature = signatureOf('() -> ()');
const abortSignature = signatureOf('(i32 i32 i32 i32) -> ()');

/**
 * @param bytes the whole file; only read during this call
 * @throws PluginError when it is malformed, or imports or lacks what slung does not know or needs
 */
export function compileCore(bytes: Uint8Array, { maxMemoryBytes }: CompileOptions): TangentModule {
  const core = readCoreModule(bytes);
  const imports = core.imports.filter((item) => !isAbort(item)).map(hostImport);
  const exportNames = namesOf(core);
  const { module: deferred, startExport } = deferStart(bytes, core);
  const module = compileModule(capMemory(deferred, Math.floor(maxMemoryBytes / pageBytes), core), 'the module');
  const initializers = core.exports.some(({ name }) => name === '_initialize') ? ['_initialize'] : [];
  if (startExport !== undefined) initializers.unshift(startExport);
  const linking: Linking = {
    module,
    imports,
    exportNames,
    initializers,
    newTrampolines: compileTrampolines(imports.map(({ signature }) => signature)),
  };
  return { kind: 'tangent-core', instantiate: (host) => instantiate(linking, host) };
}

/** What is known of a module when it has been compiled. */
interface Linking {
  readonly module: WebAssembly.Module;
  readonly imports: readonly HostImport[];
  readonly exportNames: ExportNames;
  /** Exports to call once, in order, when the imports are wired. */
  readonly initializers: readonly string[];
  readonly newTrampolines: () => Trampolines;
}

function isAbort({ module, name, signature }: ModuleImport): boolean {
  return module === 'env' && name === 'abort' && signature !== undefined && isSameSignature(signature, abortSignature);
}

/** @throws PluginError, by name, for everything that the host does not answer */
function hostImport({ module, name, kind, signature }: ModuleImport): HostImport {
  if (kind !== 'function') {
    throw refusal(`it imports the ${kind} ${name} of ${module}; a plugin defines its own`);
  }
  const isWasi = module === 'wasi_snapshot_preview1' || isWasi02(module);
  if (!isWasi && !isWorldInterface(module)) {
    throw refusal(`it imports ${name} of ${module}, which slung does not have`);
  }
  // Trampolines can pass numbers on, and no function of either world takes anything else.
  if (
    signature === undefined ||
    [...signature.parameters, ...signature.results].some((type) => type < F64 || type > I32)
  ) {
    throw refusal(`it imports ${name} of ${module} with types that are not numbers`);
  }
  if (!isWasi) {
    const known = worldFunction(module, name).signature;
    if (!isSameSignature(signature, known)) {
      const types = `${showSignature(signature)}, and it is ${showSignature(known)}`;
      throw refusal(`it imports ${name} of ${module} as ${types}`);
    }
  }
  return { module, name, signature };
}

function namesOf({ exports }: CoreModule): ExportNames {
  const find = (names: readonly string[], signature: Signature, isNeeded: boolean): string | undefined => {
    const found = names
      .map((name) => exports.find((item) => item.name === name && item.kind === 'function'))
      .find((item) => item !== undefined);
    if (found === undefined) {
      if (isNeeded) throw refusal(`it exports no function ${names.slice(0, 2).join(' or ')}`);
      return undefined;
    }
    if (found.signature !== undefined && isSameSignature(found.signature, signature)) return found.name;
    const types = found.signature === undefined ? 'unknown types' : showSignature(found.signature);
    throw refusal(`its export ${found.name} is ${types}, and has to be ${showSignature(signature)}`);
  };
  if (!exports.some(({ name, kind }) => name === 'memory' && kind === 'memory')) {
    throw refusal('it exports no memory by the name of memory');
  }
  if (exports.some(({ name }) => name === '_initialize')) find(['_initialize'], initializeSignature, true);
  // Always needed: the list of records that process-logs is given is allocated by it.
  find(['cabi_realloc'], reallocSignature, true);
  const pair = (name: MapperFunction) => ({
    call: find(mapperAliases(name), mapperFunctions[name], true)!,
    post: find(
      mapperAliases(name).map((alias) => `cabi_post_${alias}`),
      postSignature,
      false,
    ),
  });
  return { metadata: pair('metadata'), probe: pair('probe'), 'process-logs': pair('process-logs') };
}

function instantiate(linking: Linking, host: TangentHost): TangentExports {
  const trampolines = linking.newTrampolines();
  const late: { memory: WebAssembly.Memory | undefined } = { memory: undefined };
  const imports: Record<string, Record<string, unknown>> = Object.create(null);
  for (const [index, { module, name }] of linking.imports.entries()) {
    imports[module] ??= Object.create(null) as Record<string, unknown>;
    imports[module][name] = trampolines.functions[index];
  }
  imports.env = { abort: host.gate.guard(abortFunction(() => late.memory)) };
  const { exports } = instantiateModule(linking.module, imports, 'the module');
  const memory = exports.memory as WebAssembly.Memory;
  const realloc = exports.cabi_realloc as Realloc;
  late.memory = memory;
  trampolines.connect(linking.imports.map(({ module, name }) => host.lower(module, name, { memory, realloc })));
  for (const name of linking.initializers) (exports[name] as () => void)();
  const lifted = (name: MapperFunction): LiftedFunction => {
    const { call, post } = linking.exportNames[name];
    return {
      call: checkedCall(exports[call] as CoreFunction, name),
      memory,
      realloc,
      postReturn: post === undefined ? undefined : (exports[post] as LiftedFunction['postReturn']),
    };
  };
  return { metadata: lifted('metadata'), probe: lifted('probe'), processLogs: lifted('process-logs') };
}
