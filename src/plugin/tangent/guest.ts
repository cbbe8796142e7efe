/**
 * One instance of a Tangent plugin, linked: its imports come from the adapter (views, wasm to wasm), from the services
 * and from the closed WASI tables; its exports are called through the canonical ABI.
 */
import type { RowEngine } from '../../engine/row-engine.ts';
import type { ViewsExports } from '../../engine/views.ts';
import type { ListSelector } from '../../selector/index.ts';
import { Gate } from '../gate.ts';
import { type CoreFunction, PluginError } from '../guest.ts';
import type { ServicesClient } from '../services/client.ts';
import type { CanonOptions, TangentExports, TangentHost, TangentModule } from '../tangent-module.ts';
import { preview1 } from '../wasi/preview1.ts';
import { preview2 } from '../wasi/preview2.ts';
import type { WasiHost, WasiWorld } from '../wasi/world.ts';
import { type AdapterLookup, logviewAdapter } from './adapter.ts';
import { liftMetadata, liftOutput, liftSelectors, lowerHandles, type PluginMetadata } from './canonical.ts';
import { serviceFunctions } from './services-host.ts';

const LOG = 'tangent:logs/log@0.1.0';
const decoder = new TextDecoder();

/** What a guest is linked with besides the engine. */
export interface TangentSurroundings {
  readonly services: ServicesClient;
  readonly config: Readonly<Record<string, string>>;
  /** Is told every name of the configuration that the guest asks for. */
  readonly configAsked?: (name: string) => void;
  readonly wasi: WasiHost;
  /** The most output of one call. */
  readonly maxOutputBytes: number;
}

export class TangentGuest {
  readonly #engine: RowEngine;
  readonly #views: ViewsExports;
  readonly #around: TangentSurroundings;
  readonly #gate = new Gate();
  readonly #exports: TangentExports;
  readonly #adapter: AdapterLookup;
  #preview1: Readonly<Record<string, CoreFunction>> | undefined;
  /** The first handle of the next call. */
  nextHandle: number;

  /**
   * Links and starts an instance; handles are given out from `firstHandle` on. @throws PluginError, Trap, or what the
   * guest throws
   */
  constructor(
    module: TangentModule,
    engine: RowEngine,
    views: ViewsExports,
    around: TangentSurroundings,
    firstHandle: number,
  ) {
    this.#engine = engine;
    this.#views = views;
    this.#around = around;
    this.nextHandle = firstHandle;
    this.#adapter = logviewAdapter(views, this.#gate);
    views.resetViews();
    this.#exports = this.#gate.run(() => module.instantiate(this.#host()));
  }

  metadata(): PluginMetadata {
    return this.#gate.run(() => liftMetadata(this.#exports, this.#gate));
  }

  /** What `probe()` says it wants. */
  selectors(): ListSelector[] {
    return this.#gate.run(() => liftSelectors(this.#exports, this.#gate));
  }

  /**
   * One call with the rows [rowFrom, rowTo). `take` borrows the output.
   * @returns the guest's reason when it returned an error; its output is nothing then
   * @throws Trap, or what the guest throws; the instance must not be called again then
   */
  processLogs(rowFrom: number, rowTo: number, take: (bytes: Uint8Array) => void): string | undefined {
    const { processLogs } = this.#exports;
    const count = rowTo - rowFrom;
    const first = this.#views.beginCall(this.nextHandle, rowFrom, rowTo) >>> 0;
    this.nextHandle = first + count;
    const result = this.#gate.run(() => {
      const list = lowerHandles(processLogs, first, count, this.#gate);
      const pointer = processLogs.call(list, count);
      // What a guest returns that has been ended is not looked at: that would hide what ended it.
      this.#gate.throwIfEnded();
      return liftOutput(processLogs, pointer, this.#around.maxOutputBytes, this.#gate, take);
    });
    this.#views.endCall();
    return 'error' in result ? result.error : undefined;
  }

  /** The paths asked for so far, in order, when there are more than `known`. */
  askedPaths(known: number): string[] | undefined {
    const count = this.#views.askedCount();
    if (count <= known) return undefined;
    return Array.from({ length: count }, (_, i) => {
      const from = this.#views.askedPath(i) >>> 0;
      return decoder.decode(this.#engine.view(from, from + this.#views.askedLength(i)).slice());
    });
  }

  /** Views that were discarded because the guest kept too many. */
  pinsLost(): number {
    return this.#views.pinsLost();
  }

  #host(): TangentHost {
    return {
      gate: this.#gate,
      lower: (interfaceName, functionName, options) => this.#lower(interfaceName, functionName, options),
    };
  }

  #lower(interfaceName: string, functionName: string, options: CanonOptions): CoreFunction {
    const { services, config, configAsked = () => {} } = this.#around;
    const found =
      this.#lowerLog(interfaceName, functionName, options) ??
      serviceFunctions(services, { config, configAsked }, options, this.#gate)(interfaceName, functionName) ??
      this.#lowerWasi(interfaceName, functionName, options);
    if (found !== undefined) return found;
    throw new PluginError(`imports ${functionName} of ${interfaceName}, which slung does not have`);
  }

  #lowerLog(interfaceName: string, functionName: string, options: CanonOptions): CoreFunction | undefined {
    return interfaceName === LOG ? this.#adapter(functionName, options) : undefined;
  }

  #lowerWasi(interfaceName: string, functionName: string, options: CanonOptions): CoreFunction | undefined {
    const { wasi } = this.#around;
    if (interfaceName.startsWith('wasi:')) {
      return preview2(wasi, { ...options, gate: this.#gate })(interfaceName, functionName);
    }
    if (interfaceName !== 'wasi_snapshot_preview1') return undefined;
    const { memory } = options;
    if (memory === undefined) throw new PluginError('imports WASI, but has no memory');
    // One table for all imports: what it knows of descriptors belongs to the instance. Its output is what process-logs
    // returns, so what it prints is for people.
    const world: WasiWorld = { ...wasi, stdin: () => undefined, stdout: wasi.stderr };
    this.#preview1 ??= preview1(world, () => memory, this.#gate);
    return this.#preview1[functionName];
  }
}
