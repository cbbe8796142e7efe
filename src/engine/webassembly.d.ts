/**
 * The part of the WebAssembly JavaScript interface that slung uses (W3C WebAssembly JavaScript Interface, section 5).
 * TypeScript has it only in its DOM library, whose other ten thousand names do not exist in Node.
 */
declare namespace WebAssembly {
  type ExternalKind = 'function' | 'table' | 'memory' | 'global' | 'tag';
  function validate(bytes: Uint8Array): boolean;
  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): { module: string; name: string; kind: ExternalKind }[];
    static exports(module: Module): { name: string; kind: ExternalKind }[];
    static customSections(module: Module, name: string): ArrayBuffer[];
  }
  /** What a guest throws; not an Error everywhere. */
  class Exception {
    readonly stack?: string;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    /** Shared for an engine, not shared for a guest. */
    readonly buffer: ArrayBufferLike;
    /** @returns the size before, in pages of 64 KiB */
    grow(pages: number): number;
  }
  class Table {
    constructor(descriptor: { element: 'anyfunc'; initial: number; maximum?: number });
    readonly length: number;
    get(index: number): unknown;
    set(index: number, value: unknown): void;
  }
  class Global<T extends 'i32' | 'i64' | 'f64' = 'i32'> {
    constructor(descriptor: { value: T; mutable: boolean }, value: T extends 'i64' ? bigint : number);
    value: T extends 'i64' ? bigint : number;
  }
  /** `Exports` is what whoever compiled the module knows of it. */
  class Instance<Exports extends object = Record<string, unknown>> {
    constructor(module: Module, imports?: Readonly<Record<string, object>>);
    readonly exports: Exports;
  }
  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}
}
