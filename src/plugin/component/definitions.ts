/**
 * What a component consists of: definitions in the order of the file, each of which adds to one or more of twelve
 * index spaces (component model, design/mvp/Explainer.md and Binary.md). Types only; parse.ts makes these from bytes
 * and link.ts carries them out. Component-level types are counted, not read: nothing here depends on what is in them.
 */
import type { CustomSection } from '../binary/module.ts';

/** The index spaces. Those that begin with `core` hold what WebAssembly itself knows. */
export type Sort =
  | 'core func'
  | 'core table'
  | 'core memory'
  | 'core global'
  | 'core type'
  | 'core module'
  | 'core instance'
  | 'func'
  | 'value'
  | 'type'
  | 'component'
  | 'instance';

/** Something in an index space. */
export interface SortIndex {
  readonly sort: Sort;
  readonly index: number;
}

export interface NamedItem extends SortIndex {
  readonly name: string;
}

/** The options of `canon lift` and `canon lower`, as indices of the core spaces. The encoding is always UTF-8. */
export interface CanonIndices {
  readonly memory: number | undefined;
  readonly realloc: number | undefined;
  readonly postReturn: number | undefined;
}

/** A core module inside a component: where its bytes are, and which one it is, counted over the whole file. */
export interface ModuleDefinition {
  readonly kind: 'core module';
  readonly number: number;
  /** A view of the file. */
  readonly bytes: Uint8Array;
}

export interface ComponentDefinition {
  readonly kind: 'component';
  readonly definitions: readonly Definition[];
  readonly customs: readonly CustomSection[];
}

export type Definition =
  | ModuleDefinition
  | ComponentDefinition
  /** `count` types of one section. */
  | { readonly kind: 'types'; readonly sort: 'core type' | 'type'; readonly count: number }
  | {
      readonly kind: 'core instance';
      readonly module: number;
      readonly args: readonly { readonly name: string; readonly instance: number }[];
    }
  | { readonly kind: 'core exports'; readonly items: readonly NamedItem[] }
  | { readonly kind: 'instance'; readonly component: number; readonly args: readonly NamedItem[] }
  | { readonly kind: 'exports'; readonly items: readonly NamedItem[] }
  | { readonly kind: 'alias export'; readonly sort: Sort; readonly instance: number; readonly name: string }
  | { readonly kind: 'alias core export'; readonly sort: Sort; readonly instance: number; readonly name: string }
  /** The item `index` of the component that is `up` levels around this one; 0 is this one. */
  | { readonly kind: 'alias outer'; readonly sort: Sort; readonly up: number; readonly index: number }
  | { readonly kind: 'lift'; readonly func: number; readonly options: CanonIndices }
  | { readonly kind: 'lower'; readonly func: number; readonly options: CanonIndices }
  | { readonly kind: 'resource'; readonly operation: ResourceOperation; readonly type: number }
  /** `same` is the type that an imported type has to be, when it is given. */
  | { readonly kind: 'import'; readonly name: string; readonly sort: Sort; readonly same: number | undefined }
  | ({ readonly kind: 'export' } & NamedItem);

export type ResourceOperation = 'new' | 'drop' | 'rep';
