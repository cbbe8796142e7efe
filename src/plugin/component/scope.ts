/**
 * The index spaces of one component that is being instantiated, and what can be in them. A component value remembers
 * the scope it was defined in, because its outer aliases reach there; a type is only ever asked whether it was
 * imported and by which name, since that is what a drop is linked by.
 */
import { refusal } from '../binary/refusal.ts';
import type { CoreFunction } from '../guest.ts';
import type { Realloc } from '../tangent-module.ts';
import type { ComponentDefinition, ModuleDefinition, Sort } from './definitions.ts';

/** A function of the host's. */
export interface ImportedFunction {
  readonly kind: 'imported';
  readonly interfaceName: string;
  readonly name: string;
}

/** A core function of the guest with its options, which a `canon lift` made. */
export interface LiftedValue {
  readonly kind: 'lifted';
  readonly call: CoreFunction;
  readonly memory: WebAssembly.Memory | undefined;
  readonly realloc: Realloc | undefined;
  readonly postReturn: CoreFunction | undefined;
}

export type FunctionValue = ImportedFunction | LiftedValue;

/** A type of the host's, or any other. */
export type TypeValue =
  | { readonly kind: 'imported'; readonly interfaceName: string; readonly name: string }
  | { readonly kind: 'own' };

/** An instance of the host's, in which every name exists until it is lowered, or one that the component has made. */
export type InstanceValue =
  | { readonly kind: 'imported'; readonly interfaceName: string }
  | { readonly kind: 'made'; readonly exports: ReadonlyMap<string, Item> };

export interface ComponentValue {
  readonly definition: ComponentDefinition;
  readonly scope: Scope | undefined;
}

/** What each sort is, once it exists. */
export interface ValueOf {
  'core func': CoreFunction;
  'core table': WebAssembly.Table;
  'core memory': WebAssembly.Memory;
  'core global': WebAssembly.Global;
  'core type': undefined;
  'core module': ModuleDefinition;
  'core instance': Readonly<Record<string, unknown>>;
  func: FunctionValue;
  value: never;
  type: TypeValue;
  component: ComponentValue;
  instance: InstanceValue;
}

export type Item = { [S in Sort]: { readonly sort: S; readonly value: ValueOf[S] } }[Sort];

type Spaces = { readonly [S in Sort]: ValueOf[S][] };

/** One component's spaces, inside those of the component around its definition. */
export class Scope {
  readonly outer: Scope | undefined;
  readonly exports = new Map<string, Item>();
  readonly #spaces: Spaces = {
    'core func': [],
    'core table': [],
    'core memory': [],
    'core global': [],
    'core type': [],
    'core module': [],
    'core instance': [],
    func: [],
    value: [],
    type: [],
    component: [],
    instance: [],
  };

  constructor(outer: Scope | undefined) {
    this.outer = outer;
  }

  add<S extends Sort>(sort: S, value: ValueOf[S]): void {
    this.#spaces[sort].push(value);
  }

  addItem(item: Item): void {
    this.add(item.sort, item.value as ValueOf[Sort] & never);
  }

  /** @throws PluginError when nothing has that index yet */
  get<S extends Sort>(sort: S, index: number): ValueOf[S] {
    const space = this.#spaces[sort];
    if (index >= space.length) throw refusal(`the component refers to ${sort} ${index} and has ${space.length}`);
    return space[index]!;
  }

  item<S extends Sort>(sort: S, index: number): Item {
    return { sort, value: this.get(sort, index) } as Item;
  }

  /** @throws PluginError when there are not that many components around this one */
  up(levels: number): Scope {
    let scope: Scope | undefined = this;
    for (let level = 0; level < levels && scope !== undefined; level++) scope = scope.outer;
    if (scope === undefined) throw refusal(`an alias reaches ${levels} components up, and there are fewer`);
    return scope;
  }
}
