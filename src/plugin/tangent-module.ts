/**
 * What a Tangent plugin is once it is loaded, whatever the file's shape: its exports under the canonical ABI, and the
 * host that it is linked with. Types only. src/plugin/component makes one of a component, src/plugin/tangent of a core
 * module.
 */
import type { Gate } from './gate.ts';
import type { CoreFunction } from './guest.ts';

export type Realloc = (old: number, oldBytes: number, align: number, newBytes: number) => number;

/** The options of one `canon lower` or `canon lift`, resolved. Only UTF-8 is linked; others are refused. */
export interface CanonOptions {
  readonly memory: WebAssembly.Memory | undefined;
  readonly realloc: Realloc | undefined;
}

/** What a Tangent plugin (component or core module) is linked with. One host for each instance. */
export interface TangentHost {
  /** The guest's own; what it is given beside `lower` is guarded by it. */
  readonly gate: Gate;
  /**
   * The core function behind an import, in canonical-ABI form: `lower('tangent:logs/log@0.1.0', '[method]logview.get',
   * options)`; drops are `[resource-drop]NAME`. Called while linking. What is known but not granted is a function that
   * throws a Trap when it is called.
   * @throws PluginError for an interface or function that the world does not have
   */
  lower(interfaceName: string, functionName: string, options: CanonOptions): CoreFunction;
}

/**
 * A core function of the guest, lifted: call it, read its result from `memory`, then call `postReturn` with the
 * result.
 */
export interface LiftedFunction {
  readonly call: (...values: number[]) => number;
  readonly memory: WebAssembly.Memory;
  readonly realloc: Realloc | undefined;
  readonly postReturn: ((result: number) => void) | undefined;
}

/** The exports of the world `tangent:logs/processor@0.1.0`, whatever the file's shape. */
export interface TangentExports {
  readonly metadata: LiftedFunction;
  readonly probe: LiftedFunction;
  readonly processLogs: LiftedFunction;
}

/** A Tangent plugin, parsed and compiled once for a thread; every instance has memories of its own. */
export interface TangentModule {
  readonly kind: 'tangent-component' | 'tangent-core';
  /**
   * Instantiates everything in the order of the file, and runs its start functions. @throws PluginError, Trap or what
   * the guest throws
   */
  instantiate(host: TangentHost): TangentExports;
}
