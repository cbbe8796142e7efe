/**
 * What the parts of src/plugin share: the kinds of plugins, the two errors, and what loading a Tangent plugin yields.
 * Types and two classes only. A guest is one instance of one plugin in one lane; everything here is used on the lane's
 * thread, where the guest runs and where waiting is allowed.
 */

import type { Gate } from './gate.ts';

/** How a plugin talks with us; recognised from its bytes (recognise.ts). */
export const pluginKinds = ['tangent-component', 'tangent-core', 'slung', 'wasi'] as const;
export type PluginKind = (typeof pluginKinds)[number];

/** A file cannot be used as a plugin. The message is one line: the reason, without the file's name. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
}

/**
 * The guest did what its ABI forbids, or asked for what it was not granted; thrown from a host function, so that it
 * unwinds the guest. The message is one line without the plugin's name. The instance must not be called again.
 */
export class Trap extends Error {
  override readonly name = 'Trap';
}

/** Any core function; the canonical ABI fixes parameters and results by name. */
export type CoreFunction = (...values: never[]) => unknown;

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

/** A core function of the guest, lifted: call it, read its result from `memory`, then call `postReturn` with the result. */
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
  /** Instantiates everything in the order of the file, and runs its start functions. @throws PluginError, Trap or what the guest throws */
  instantiate(host: TangentHost): TangentExports;
}

/** What a guest may say besides its output. Lines for people; nothing here is data. */
export interface GuestTalk {
  /** One warning, without the plugin's name, which is put in front. */
  warn(text: string): void;
}

/** What a guest that runs once over a whole stream (a WASI filter, a Slung program) is given for output and input. */
export interface GuestStream {
  /**
   * Appends to the output; the bytes are copied. They reach the sink at the latest when the next input is asked for.
   * @throws Trap when the guest puts out more than it may before it reads on
   */
  write(bytes: Uint8Array): void;
  /**
   * Hands on what was written, gives the current block back and waits for the next one.
   * @returns its lines as borrowed pieces (good until the next call), or undefined, from then on always, at the end
   */
  nextLines(): readonly Uint8Array[] | undefined;
  /**
   * The same for records: they are in the engine's row table (layout.ts, "row") until the next call.
   * @returns the number of rows (at least 1), or undefined, from then on always, at the end of the input
   */
  nextRows(): number | undefined;
}

/** Thrown out of a guest that has asked for more input after the end and has nothing left to do; not an error. */
export class GuestStopped extends Error {
  override readonly name = 'GuestStopped';
}
