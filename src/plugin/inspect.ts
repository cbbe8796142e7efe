/**
 * What there is to know about a plugin file without running it: its kind or why it is refused, what it imports and
 * exports, its memories, the modules inside it and who made it. Plain data; the command line prints it. A file that is
 * refused is described as far as it can be read, because that is when one looks.
 */
import { type Producer, readNames, readProducers } from './binary/customs.ts';
import { type CoreModule, type CustomSection, readCoreModule } from './binary/module.ts';
import type { ComponentDefinition, Definition, ModuleDefinition } from './component/definitions.ts';
import { parseComponent } from './component/parse.ts';
import { PluginError, type PluginKind } from './guest.ts';
import { layerOf, recognise } from './recognise.ts';

/** Names that are imported from one module or interface, sorted. */
export interface ImportGroup {
  readonly from: string;
  readonly names: readonly string[];
}

/** A memory that a module defines, in pages of 64 KiB, before --memory caps it. */
export interface MemorySize {
  readonly initialPages: number;
  /** As the file has it; undefined is as much as there is. */
  readonly maximumPages: number | undefined;
}

/** One core module: the file itself, or one inside a component. */
export interface ModuleInspection {
  readonly bytes: number;
  /** From its name section. */
  readonly name: string | undefined;
  /** How many functions have names that a stack trace can say. */
  readonly namedFunctions: number;
  readonly memories: readonly MemorySize[];
}

export interface Inspection {
  readonly bytes: number;
  readonly layer: 'core' | 'component' | undefined;
  /** Exactly one of kind and refusal is given. */
  readonly kind: PluginKind | undefined;
  /** One line. */
  readonly refusal: string | undefined;
  /** What the file as a whole is called, from its custom section. */
  readonly name: string | undefined;
  readonly imports: readonly ImportGroup[];
  readonly exports: readonly string[];
  /** Of all modules. */
  readonly memories: readonly MemorySize[];
  readonly modules: readonly ModuleInspection[];
  readonly producers: readonly Producer[];
}

/** Never throws for what is in the file. Says nothing that needs the plugin to run: no metadata, no selectors. */
export function inspect(bytes: Uint8Array): Inspection {
  const kind = attempt(() => recognise(bytes).kind);
  const layer = attempt(() => layerOf(bytes));
  const parts = attempt(() => (layer.value === 'component' ? componentParts(bytes) : coreParts(bytes)));
  const nothing: Parts = { name: undefined, imports: [], exports: [], modules: [], customs: [] };
  const { customs, ...described } = parts.value ?? nothing;
  return {
    bytes: bytes.length,
    layer: layer.value,
    kind: kind.value,
    refusal: kind.refusal,
    ...described,
    memories: described.modules.flatMap(({ memories }) => memories),
    producers: distinct(readProducers(customs)),
  };
}

/** A component and the modules in it were often made by the same tools. */
function distinct(producers: readonly Producer[]): Producer[] {
  return [...new Map(producers.map((producer) => [JSON.stringify(producer), producer])).values()];
}

interface Parts {
  readonly name: string | undefined;
  readonly imports: readonly ImportGroup[];
  readonly exports: readonly string[];
  readonly modules: readonly ModuleInspection[];
  readonly customs: readonly CustomSection[];
}

function attempt<T>(read: () => T): { readonly value: T | undefined; readonly refusal: string | undefined } {
  try {
    return { value: read(), refusal: undefined };
  } catch (error) {
    if (error instanceof PluginError) return { value: undefined, refusal: error.message };
    throw error;
  }
}

function coreParts(bytes: Uint8Array): Parts {
  const core = readCoreModule(bytes);
  const names = new Map<string, Set<string>>();
  for (const { module, name } of core.imports) addName(names, module, name);
  const module = describeModule(bytes.length, core);
  return {
    name: module.name,
    imports: groups(names),
    exports: core.exports.map(({ name }) => name),
    modules: [module],
    customs: core.customs,
  };
}

function describeModule(bytes: number, { customs, memories }: CoreModule): ModuleInspection {
  const { own, functions } = readNames(customs);
  return {
    bytes,
    name: own,
    namedFunctions: functions,
    memories: memories.map(({ initial, maximum }) => ({ initialPages: initial, maximumPages: maximum })),
  };
}

function componentParts(bytes: Uint8Array): Parts {
  const component = parseComponent(bytes);
  const { definitions, customs } = component;
  const names = new Map<string, Set<string>>();
  for (const item of ofKind(definitions, 'import')) names.set(item.name, new Set());
  gatherUses(component, names);
  return {
    name: readNames(customs).own,
    imports: groups(names),
    exports: ofKind(definitions, 'export').map(({ name }) => name),
    modules: modulesIn(component).map(inspectInner),
    // A component wraps modules whose producers say more than its own.
    customs: [
      ...customs,
      ...modulesIn(component).flatMap((inner) => attempt(() => readCoreModule(inner.bytes)).value?.customs ?? []),
    ],
  };
}

function inspectInner(inner: ModuleDefinition): ModuleInspection {
  const core = attempt(() => readCoreModule(inner.bytes)).value;
  if (core !== undefined) return describeModule(inner.bytes.length, core);
  return { bytes: inner.bytes.length, name: undefined, namedFunctions: 0, memories: [] };
}

function ofKind<K extends Definition['kind']>(definitions: readonly Definition[], kind: K) {
  return definitions.filter((definition): definition is Definition & { kind: K } => definition.kind === kind);
}

/** Core modules at every depth, in the order of the file. */
function modulesIn({ definitions }: ComponentDefinition): ModuleDefinition[] {
  return definitions.flatMap((definition) => {
    if (definition.kind === 'core module') return [definition];
    return definition.kind === 'component' ? modulesIn(definition) : [];
  });
}

/**
 * The functions, without drops, that components take out of the imported instances in `names`. Inner components are
 * given the same instances under the same names by every toolchain, so they are searched as well.
 */
function gatherUses({ definitions }: ComponentDefinition, names: Map<string, Set<string>>): void {
  const instances: (string | undefined)[] = [];
  for (const definition of definitions) {
    if (definition.kind === 'component') gatherUses(definition, names);
    else if (definition.kind === 'import' && definition.sort === 'instance') instances.push(definition.name);
    else if (definition.kind === 'alias export' && definition.sort === 'func') {
      const from = instances[definition.instance];
      if (from !== undefined && names.has(from)) addName(names, from, definition.name);
    } else if (addsInstance(definition)) instances.push(undefined);
  }
}

function addsInstance(definition: Definition): boolean {
  if (definition.kind === 'instance' || definition.kind === 'exports') return true;
  return 'sort' in definition && definition.sort === 'instance';
}

function addName(names: Map<string, Set<string>>, from: string, name: string): void {
  const known = names.get(from);
  if (known === undefined) names.set(from, new Set([name]));
  else known.add(name);
}

function groups(names: ReadonlyMap<string, ReadonlySet<string>>): ImportGroup[] {
  return [...names].map(([from, some]) => ({ from, names: [...some].sort() }));
}
