/**
 * Makes the core functions behind `tangent:logs/log@0.1.0` for one guest: an instance of the adapter module
 * (asm/adapter.ts) over the guest's memory, linked to the engine's instance. After linking, no JavaScript runs when
 * the guest looks at a record, except to throw a Trap. ABI.md says what each function does.
 */
import { readFileSync } from 'node:fs';
import * as V from '../../engine/view-codes.ts';
import type { ViewsExports } from '../../engine/views.ts';
import type { Gate } from '../gate.ts';
import { type CoreFunction, PluginError, Trap } from '../guest.ts';
import type { CanonOptions } from '../tangent-module.ts';

/** Why a call traps: the one place where the codes are words. */
const reasons: Readonly<Record<number, string>> = {
  [V.VIEW_BAD_HANDLE]:
    'it used a logview handle that it does not own: never given to it, already dropped, or of another instance',
  [V.VIEW_BAD_PATH]: 'it passed a path that is not valid UTF-8',
  [V.VIEW_PATH_TOO_LONG]: `it passed a path of more than ${V.VIEW_PATH_BYTES} bytes`,
  [V.VIEW_TOO_MANY_ITEMS]: 'it asked for a list or map of more items than there is memory for',
  [V.VIEW_GATE_CLOSED]: 'it called the host from inside its cabi_realloc or post-return function',
  [V.VIEW_RESULT_UNALIGNED]: 'it passed a result address that is not aligned',
  [V.VIEW_RESULT_OUTSIDE]: 'it passed a result address outside its memory',
  [V.VIEW_PATH_OUTSIDE]: 'it passed a path outside its memory',
  [V.VIEW_REALLOC_ZERO]: 'it returned 0 from cabi_realloc, which has to return memory or trap',
  [V.VIEW_REALLOC_UNALIGNED]: 'it returned an address from cabi_realloc that is not aligned as asked',
  [V.VIEW_REALLOC_OUTSIDE]: 'it returned an address from cabi_realloc that is outside its memory',
};

/** What a function needs of the canonical options, beside its export in the adapter. */
interface Known {
  readonly export: string;
  readonly needs: readonly ('memory' | 'realloc')[];
}

const functions: Readonly<Record<string, Known>> = {
  '[method]logview.has': { export: 'has', needs: ['memory'] },
  '[method]logview.get': { export: 'get', needs: ['memory', 'realloc'] },
  '[method]logview.len': { export: 'len', needs: ['memory'] },
  '[method]logview.get-list': { export: 'getList', needs: ['memory', 'realloc'] },
  '[method]logview.get-map': { export: 'getMap', needs: ['memory', 'realloc'] },
  '[method]logview.keys': { export: 'keys', needs: ['memory', 'realloc'] },
  '[method]logview.log': { export: 'log', needs: ['memory', 'realloc'] },
  '[resource-drop]logview': { export: 'drop', needs: [] },
};

type Exports = Record<string, CoreFunction>;

let compiled: WebAssembly.Module | undefined;

/** The adapter's module, compiled once per thread. */
export function adapterModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./tangent-adapter.wasm', import.meta.url)));
  return compiled;
}

function trap(code: number): never {
  throw new Trap(reasons[code] ?? `it broke rule ${code} of the logview interface`);
}

/** In place of an allocator that was not given; the functions that would call it are not handed out. */
const noRealloc = (): number => 0;

function link({ memory, realloc }: CanonOptions, engine: ViewsExports, gate: Gate): Exports {
  const imports = {
    // A component drops handles without naming its memory; the adapter then stands over an empty one.
    env: { memory: memory ?? new WebAssembly.Memory({ initial: 0, maximum: 0 }) },
    engine,
    host: { gate: gate.global, trap: gate.guard(trap) },
    guest: { realloc: realloc ?? noRealloc },
  };
  try {
    return new WebAssembly.Instance(adapterModule(), imports).exports as Exports;
  } catch (error) {
    if (!(error instanceof WebAssembly.LinkError)) throw error;
    throw new PluginError(`its memory or its realloc function is of a kind that slung cannot link: ${error.message}`);
  }
}

/** Finds the core function behind a canonical name (`[method]logview.get`), for a `canon lower` with these options. */
export type AdapterLookup = (name: string, options: CanonOptions) => CoreFunction | undefined;

/**
 * The logview functions of one guest instance. Every import is lowered by itself; those with the same memory and
 * allocator share an instance of the adapter, which is made when the first of them is asked for.
 * @param engine the exports of the views instance whose rows the guest will see
 * @param gate the guest's own; the adapter closes it while it calls the guest's allocator
 * @returns a look-up: undefined for a name that the interface does not have. It throws a PluginError when the options
 *   lack what the function needs, or when they cannot be linked (a shared memory)
 */
export function logviewAdapter(engine: ViewsExports, gate: Gate): AdapterLookup {
  const linked: (CanonOptions & { readonly exports: Exports })[] = [];
  return (name, options) => {
    const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (known === undefined) return undefined;
    for (const option of known.needs) {
      if (options[option] === undefined)
        throw new PluginError(`it imports ${name} without the canonical option ${option}`);
    }
    const { memory, realloc } = options;
    let adapter = linked.find((one) => one.memory === memory && one.realloc === realloc);
    if (adapter === undefined) {
      adapter = { memory, realloc, exports: link(options, engine, gate) };
      linked.push(adapter);
    }
    return adapter.exports[known.export];
  };
}
