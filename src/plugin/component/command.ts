/**
 * A WASI 0.2 command: a component that exports `wasi:cli/run`, as wasm32-wasip2 of Rust, TinyGo and jco make them. It
 * is linked like a plugin of Tangent's world; what it imports is found by its host.
 */
import { pageBytes } from '../binary/limits.ts';
import { refusal } from '../binary/refusal.ts';
import type { CoreFunction } from '../guest.ts';
import type { TangentHost } from '../tangent-module.ts';
import type { CompileOptions } from './compile.ts';
import type { ComponentDefinition } from './definitions.ts';
import { countInstances, linkComponent } from './link.ts';
import { ModuleCache } from './modules.ts';
import { parseComponent } from './parse.ts';
import { isWasi02, mapperInterface } from './world.ts';

const runInterface = /^wasi:cli\/run@/;

/** A command, parsed and compiled once for a thread. */
export interface CommandModule {
  readonly kind: 'command';
  /**
   * Instantiates everything in the order of the file. @returns `run`, which answers with 0 for good and 1 for bad
   * @throws PluginError, Trap or what the guest throws
   */
  instantiate(host: TangentHost): () => unknown;
}

/** The name of its export `wasi:cli/run` of any 0.2; undefined when it has none, or is a plugin of Tangent's world. */
export function commandExport({ definitions }: ComponentDefinition): string | undefined {
  const names = definitions.flatMap((one) => (one.kind === 'export' ? [one.name] : []));
  if (names.includes(mapperInterface)) return undefined;
  return names.find((name) => runInterface.test(name) && isWasi02(name));
}

/**
 * @param bytes the whole file; borrowed as long as the result is used
 * @throws PluginError when it is malformed, is no command, or imports what is not WASI 0.2
 */
export function compileCommand(bytes: Uint8Array, { maxMemoryBytes }: CompileOptions): CommandModule {
  const component = parseComponent(bytes);
  const name = commandExport(component);
  if (name === undefined) throw refusal('it exports no wasi:cli/run of WASI 0.2: it is a library, not a program');
  for (const one of component.definitions) {
    if (one.kind !== 'import' || one.sort !== 'instance' || isWasi02(one.name)) continue;
    throw refusal(`it imports ${one.name}; a filter may import interfaces of WASI 0.2`);
  }
  const modules = new ModuleCache(Math.floor(maxMemoryBytes / pageBytes));
  modules.compile(countInstances(component, modules));
  return {
    kind: 'command',
    instantiate: (host) => {
      const exported = linkComponent(component, modules, host).get(name);
      const made = exported?.sort === 'instance' && exported.value.kind === 'made' ? exported.value.exports : undefined;
      const run = made?.get('run');
      if (run?.sort !== 'func' || run.value.kind !== 'lifted') throw refusal(`its ${name} has no function run`);
      return run.value.call as CoreFunction as () => unknown;
    },
  };
}
