/**
 * Carries out a component's definitions, one after the other, as the order of the file demands: instantiates core
 * modules, wires their exports and the host's functions into each other, and calls nested components. Everything is
 * found by index and by the names of import instances, never by the names that core modules use for their imports, so
 * shims, fixups and every generation of name mangling work without being known. The work is counted: a file of a few
 * hundred bytes can ask for instances without end.
 */

import { componentCaps } from '../binary/caps.ts';
import { instantiateModule } from '../binary/compile.ts';
import { refusal } from '../binary/refusal.ts';
import { Gate } from '../gate.ts';
import { type CoreFunction, Trap } from '../guest.ts';
import type { Realloc, TangentHost } from '../tangent-module.ts';
import type {
  CanonIndices,
  ComponentDefinition,
  Definition,
  ModuleDefinition,
  ResourceOperation,
  Sort,
} from './definitions.ts';
import type { ModuleCache, ModuleUse } from './modules.ts';
import { type ComponentValue, type FunctionValue, type Item, Scope, type TypeValue } from './scope.ts';
import { checkNeeds } from './world.ts';

const { steps, instances, memories, tables, parts } = componentCaps;
const budgets = { steps, instances, memories, tables, parts } as const;

type Budget = keyof typeof budgets;

/** What core instances are made by. */
interface CoreMaker {
  instance(module: ModuleDefinition, imports: Record<string, Record<string, unknown>>): Record<string, unknown>;
  /** An export of a core instance. @throws PluginError when it has none of that sort */
  pick(definition: Definition & { kind: 'alias core export' }, from: Readonly<Record<string, unknown>>): Item;
}

/** Instantiates the outermost component. @returns its exports @throws PluginError, and what start functions throw */
export function linkComponent(
  definition: ComponentDefinition,
  modules: ModuleCache,
  host: TangentHost,
): ReadonlyMap<string, Item> {
  const maker: CoreMaker = {
    instance: (module, imports) =>
      instantiateModule(modules.get(module), imports, modules.measure(module).name).exports as Record<string, unknown>,
    pick: coreExportOf,
  };
  return new Linker(maker, modules, host).instantiate({ definition, scope: undefined }, undefined);
}

/**
 * Goes through the same definitions without making anything, to see how often each core module will be instantiated
 * and whose memory can grow.
 * @throws PluginError when that is too much, or the definitions do not fit together
 */
export function countInstances(
  definition: ComponentDefinition,
  modules: ModuleCache,
): ReadonlyMap<ModuleDefinition, ModuleUse> {
  const uses = new Map<ModuleDefinition, ModuleUse>();
  const nothing = (): undefined => undefined;
  const maker: CoreMaker = {
    instance: (module, imports) => {
      const { memories, memoryFrom, memoryNames, growsMemory } = modules.measure(module);
      const use = uses.get(module) ?? { instances: 0, memoryGrows: false };
      uses.set(module, use);
      use.instances += 1;
      // Instead of a memory stands how the module is used that made it.
      const given = memoryFrom === undefined ? undefined : imports[memoryFrom.module]?.[memoryFrom.name];
      const owner = memories.length > 0 ? use : (given as ModuleUse | undefined);
      if (growsMemory && owner !== undefined) owner.memoryGrows = true;
      return Object.fromEntries(memoryNames.map((name) => [name, owner]));
    },
    pick: ({ sort, name }, from) => ({ sort, value: sort === 'core memory' ? from[name] : nothing }) as unknown as Item,
  };
  const host: TangentHost = { gate: new Gate(), lower: () => nothing };
  new Linker(maker, modules, host).instantiate({ definition, scope: undefined }, undefined);
  return uses;
}

/** The state of one instantiation. */
class Linker {
  readonly #maker: CoreMaker;
  readonly #modules: ModuleCache;
  readonly #host: TangentHost;
  readonly #left: { [B in Budget]: number } = { ...budgets };

  constructor(maker: CoreMaker, modules: ModuleCache, host: TangentHost) {
    this.#maker = maker;
    this.#modules = modules;
    this.#host = host;
  }

  /** @param args what the imports are; undefined for the outermost component, whose imports are the host's */
  instantiate(component: ComponentValue, args: ReadonlyMap<string, Item> | undefined): ReadonlyMap<string, Item> {
    this.#take('instances', 1);
    const scope = new Scope(component.scope);
    for (const definition of component.definition.definitions) this.#define(definition, scope, args);
    return scope.exports;
  }

  #take(budget: Budget, amount: number): void {
    this.#left[budget] -= amount;
    if (this.#left[budget] < 0) throw refusal(`the component takes more than ${budgets[budget]} ${budget} to link`);
  }

  #define(definition: Definition, scope: Scope, args: ReadonlyMap<string, Item> | undefined): void {
    this.#take('steps', 1);
    if (definition.kind === 'types') {
      this.#countTypes(definition.sort, definition.count, scope);
      return;
    }
    const item = this.#itemOf(definition, scope, args);
    scope.addItem(item);
    if (definition.kind === 'export') scope.exports.set(definition.name, item);
  }

  /** What one definition adds. */
  #itemOf(
    definition: Exclude<Definition, { kind: 'types' }>,
    scope: Scope,
    args: ReadonlyMap<string, Item> | undefined,
  ): Item {
    switch (definition.kind) {
      case 'core module':
        return { sort: 'core module', value: definition };
      case 'component':
        return { sort: 'component', value: { definition, scope } };
      case 'core instance':
        return { sort: 'core instance', value: this.#coreInstance(definition, scope) };
      case 'core exports':
        return { sort: 'core instance', value: this.#coreExports(definition.items, scope) };
      case 'instance': {
        const given = this.#items(definition.args, scope);
        const exports = this.instantiate(scope.get('component', definition.component), given);
        return { sort: 'instance', value: { kind: 'made', exports } };
      }
      case 'exports':
        return { sort: 'instance', value: { kind: 'made', exports: this.#items(definition.items, scope) } };
      case 'alias export':
        return exportOf(scope, definition);
      case 'alias core export':
        return this.#maker.pick(definition, scope.get('core instance', definition.instance));
      case 'alias outer':
        return scope.up(definition.up).item(definition.sort, definition.index);
      case 'lift': {
        const call = scope.get('core func', definition.func);
        return { sort: 'func', value: { kind: 'lifted', call, ...optionsOf(scope, definition.options) } };
      }
      case 'lower':
        return { sort: 'core func', value: this.#lower(scope.get('func', definition.func), definition.options, scope) };
      case 'resource':
        return { sort: 'core func', value: this.#resource(definition.operation, scope.get('type', definition.type)) };
      case 'import':
        return importOf(scope, definition, args);
      case 'export':
        return scope.item(definition.sort, definition.index);
    }
  }

  #countTypes(sort: 'core type' | 'type', count: number, scope: Scope): void {
    this.#take('steps', count);
    for (let index = 0; index < count; index++) {
      if (sort === 'core type') scope.add(sort, undefined);
      else scope.add(sort, { kind: 'own' });
    }
  }

  #coreInstance({ module, args }: Definition & { kind: 'core instance' }, scope: Scope): Record<string, unknown> {
    const definition = scope.get('core module', module);
    const measured = this.#modules.measure(definition);
    this.#take('instances', 1);
    this.#take('steps', args.length);
    this.#take('memories', measured.memories.length);
    this.#take('tables', measured.tables.length);
    this.#take('parts', measured.parts);
    // Without a prototype, so that a module called __proto__ is a name like any other.
    const imports: Record<string, Record<string, unknown>> = Object.create(null);
    for (const { name, instance } of args)
      imports[name] = scope.get('core instance', instance) as Record<string, unknown>;
    return this.#maker.instance(definition, imports);
  }

  #coreExports(items: (Definition & { kind: 'core exports' })['items'], scope: Scope): Record<string, unknown> {
    this.#take('steps', items.length);
    const exports: Record<string, unknown> = Object.create(null);
    for (const { name, sort, index } of items) exports[name] = scope.get(sort, index);
    return exports;
  }

  #items(items: (Definition & { kind: 'exports' })['items'], scope: Scope): ReadonlyMap<string, Item> {
    this.#take('steps', items.length);
    return new Map(items.map(({ name, sort, index }) => [name, scope.item(sort, index)]));
  }

  #lower(func: FunctionValue, indices: CanonIndices, scope: Scope): CoreFunction {
    const { memory, realloc } = optionsOf(scope, indices);
    if (func.kind === 'lifted') {
      // Two components in one file that call each other: QuickJS has such calls, and makes them only while it is
      // built.
      return this.#host.gate.guard(() => {
        throw new Trap('it calls from one of its components into another, which is not supported');
      });
    }
    const options = { memory, realloc };
    checkNeeds(func.interfaceName, func.name, options);
    return this.#host.lower(func.interfaceName, func.name, options);
  }

  #resource(operation: ResourceOperation, type: TypeValue): CoreFunction {
    if (type.kind === 'imported') {
      if (operation === 'drop') {
        const options = { memory: undefined, realloc: undefined };
        return this.#host.lower(type.interfaceName, `[resource-drop]${type.name}`, options);
      }
      throw refusal(`the component makes resources of ${type.name}, which it imports`);
    }
    // Resources of a component's own are seen by nobody but itself here, so that the handle may be the representation.
    return this.#host.gate.guard(operation === 'drop' ? () => undefined : (handle: number) => handle);
  }
}

function optionsOf(scope: Scope, { memory, realloc, postReturn }: CanonIndices) {
  return {
    memory: memory === undefined ? undefined : scope.get('core memory', memory),
    realloc: realloc === undefined ? undefined : (scope.get('core func', realloc) as Realloc),
    postReturn: postReturn === undefined ? undefined : scope.get('core func', postReturn),
  };
}

function exportOf(scope: Scope, { sort, instance, name }: Definition & { kind: 'alias export' }): Item {
  const from = scope.get('instance', instance);
  if (from.kind === 'imported') {
    const { interfaceName } = from;
    if (sort === 'func' || sort === 'type') return { sort, value: { kind: 'imported', interfaceName, name } };
    throw refusal(`it imports the ${sort} ${name} of ${interfaceName}; slung gives functions and types only`);
  }
  const item = from.exports.get(name);
  if (item?.sort === sort) return item;
  throw refusal(`the component refers to the ${sort} ${name} of an instance that does not export it`);
}

const coreKinds: Readonly<Partial<Record<Sort, (value: unknown) => boolean>>> = {
  'core func': (value) => typeof value === 'function',
  'core memory': (value) => value instanceof WebAssembly.Memory,
  'core table': (value) => value instanceof WebAssembly.Table,
  'core global': (value) => value instanceof WebAssembly.Global,
};

function coreExportOf(
  { sort, name }: Definition & { kind: 'alias core export' },
  from: Readonly<Record<string, unknown>>,
): Item {
  const value = from[name];
  if (coreKinds[sort]?.(value)) return { sort, value } as Item;
  throw refusal(`the component refers to the ${sort} ${name} of a core instance that does not export it`);
}

function importOf(
  scope: Scope,
  { name, sort, same }: Definition & { kind: 'import' },
  args: ReadonlyMap<string, Item> | undefined,
): Item {
  if (args === undefined) {
    if (sort === 'instance') return { sort, value: { kind: 'imported', interfaceName: name } };
    // A `use` at the level of the world: another name for a type of an interface.
    if (sort === 'type' && same !== undefined) return { sort, value: scope.get('type', same) };
    throw refusal(`it imports ${name}, a ${sort}; slung gives interfaces only`);
  }
  const item = args.get(name);
  if (item?.sort === sort) return item;
  throw refusal(`an inner component imports the ${sort} ${name}, which it is not given`);
}
