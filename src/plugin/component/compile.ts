/**
 * A component of the world `tangent:logs/processor@0.1.0` from its bytes to callable exports: parsed and compiled once
 * for a thread, then instantiated as often as wanted, in about a quarter of a millisecond for one written in C.
 */

import { pageBytes } from '../binary/limits.ts';
import { refusal } from '../binary/refusal.ts';
import { type CoreFunction, Trap } from '../guest.ts';
import type { LiftedFunction, TangentExports, TangentModule } from '../tangent-module.ts';
import type { ComponentDefinition } from './definitions.ts';
import { countInstances, linkComponent } from './link.ts';
import { ModuleCache } from './modules.ts';
import { parseComponent } from './parse.ts';
import type { InstanceValue, Item } from './scope.ts';
import { checkVersion, mapperInterface, worldName } from './world.ts';

export interface CompileOptions {
  /** For all memories and tables of an instance together, rounded down to pages of 64 KiB. */
  readonly maxMemoryBytes: number;
}

/**
 * @param bytes the whole file; borrowed as long as the result is used
 * @throws PluginError when it is malformed, of another world or version, or needs what slung does not have
 */
export function compileComponent(bytes: Uint8Array, { maxMemoryBytes }: CompileOptions): TangentModule {
  const component = parseComponent(bytes);
  checkWorld(component);
  const modules = new ModuleCache(Math.floor(maxMemoryBytes / pageBytes));
  modules.compile(countInstances(component, modules));
  return {
    kind: 'tangent-component',
    instantiate: (host) => exportsOf(linkComponent(component, modules, host)),
  };
}

/** What of the world shows without instantiating. @throws PluginError that says what the component is instead */
export function checkWorld({ definitions }: ComponentDefinition): void {
  const imports = definitions.filter((definition) => definition.kind === 'import');
  for (const { name } of imports) checkVersion(name);
  const names = definitions.filter((definition) => definition.kind === 'export').map(({ name }) => name);
  if (names.includes(mapperInterface)) return;
  for (const name of names) checkVersion(name);
  const exported = names.length === 0 ? 'it exports nothing' : `it exports ${namesShown(names)}`;
  throw refusal(`a component of another world: ${exported}; slung runs ${worldName} and wasi:cli/command@0.2`);
}

/** The first few, for a message. */
export function namesShown(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function exportsOf(exports: ReadonlyMap<string, Item>): TangentExports {
  const mapper = exports.get(mapperInterface);
  if (mapper?.sort !== 'instance') throw refusal(`its export ${mapperInterface} is not an instance`);
  const processLogs = liftedFunction(mapper.value, 'process-logs');
  if (processLogs.realloc === undefined) throw refusal('its export process-logs has no realloc function');
  return {
    metadata: liftedFunction(mapper.value, 'metadata'),
    probe: liftedFunction(mapper.value, 'probe'),
    processLogs,
  };
}

function liftedFunction(mapper: InstanceValue, name: string): LiftedFunction {
  const item = mapper.kind === 'made' ? mapper.exports.get(name) : undefined;
  if (item?.sort !== 'func' || item.value.kind !== 'lifted') {
    throw refusal(`its ${mapperInterface} has no function ${name}`);
  }
  const { call, memory, realloc, postReturn } = item.value;
  if (memory === undefined) throw refusal(`its export ${name} has no memory`);
  return {
    call: checkedCall(call, name),
    memory,
    realloc,
    postReturn: postReturn as LiftedFunction['postReturn'],
  };
}

/**
 * Every export of the world answers with one i32, a pointer. Core types are not compared when a component is linked,
 * so that is checked here, and V8's signed number is made the address that it is.
 */
export function checkedCall(call: CoreFunction, name: string): LiftedFunction['call'] {
  return (...values) => {
    const result = (call as (...values: number[]) => unknown)(...values);
    if (typeof result !== 'number') throw new Trap(`${name} returned no pointer`);
    return result >>> 0;
  };
}
