/**
 * What a core module says about itself, read without compiling it: the signatures of the functions it imports and
 * exports, its memories, its start function and its custom sections (WebAssembly Core Specification, 5.5). Code and data
 * are passed over, so this takes microseconds. Validity is not decided here; that is the engine's compiler's business.
 */

import { type Limits, readMemory, readTable } from './limits.ts';
import { ByteReader, readSection, type Section } from './reader.ts';
import { refusal } from './refusal.ts';
import { readValueType, type Signature } from './signature.ts';

export type ExternalKind = 'function' | 'table' | 'memory' | 'global' | 'tag';

export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternalKind;
  /** Of a function; undefined when its type is none of numbers and simple references. */
  readonly signature: Signature | undefined;
  /** Of a memory or table. */
  readonly limits: Limits | undefined;
}

export interface ModuleExport {
  readonly name: string;
  readonly kind: ExternalKind;
  /** In the index space of its kind, where imports come first. */
  readonly index: number;
  /** Of a function. */
  readonly signature: Signature | undefined;
}

export interface CustomSection {
  readonly name: string;
  /** A view of what follows the name. */
  readonly bytes: Uint8Array;
}

export interface CoreModule {
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  /** Those that it defines. */
  readonly memories: readonly Limits[];
  /** How many tables it defines. */
  readonly tables: number;
  /** The index of the function that instantiation runs. */
  readonly start: number | undefined;
  readonly customs: readonly CustomSection[];
}

/** Section ids of the Core Specification, 5.5.2. */
export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
} as const;

const externalKinds: readonly ExternalKind[] = ['function', 'table', 'memory', 'global', 'tag'];

/** @throws PluginError when the bytes are not the sections of a core module of version 1 */
export function readCoreModule(bytes: Uint8Array): CoreModule {
  const found = new ModuleParts();
  for (const section of coreSections(bytes)) found.add(section);
  return found.result();
}

/** The sections of a core module, in order. `bytes` is the module from its first byte. */
export function* coreSections(bytes: Uint8Array): Generator<Section> {
  checkCorePreamble(bytes);
  const reader = new ByteReader(bytes, 8);
  while (!reader.isAtEnd) yield readSection(reader);
}

function checkCorePreamble(bytes: Uint8Array): void {
  const head = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  if (head === '0061736d01000000') return;
  if (head.length < 16) throw refusal('the file is truncated: a core module has a preamble of 8 bytes');
  if (!head.startsWith('0061736d')) throw refusal('a core module does not begin with \\0asm');
  throw refusal('a core module of a version that is not 1');
}

/** Gathers the sections; types come before what refers to them, which the order of sections guarantees. */
class ModuleParts {
  readonly types: (Signature | undefined)[] = [];
  readonly imports: ModuleImport[] = [];
  /** Signatures of all functions, imported ones first. */
  readonly functions: (Signature | undefined)[] = [];
  readonly exports: { name: string; kind: ExternalKind; index: number }[] = [];
  readonly memories: Limits[] = [];
  tables = 0;
  readonly customs: CustomSection[] = [];
  start: number | undefined;

  add({ id, body }: Section): void {
    if (id === sectionIds.custom) {
      const name = body.name('the name of a custom section');
      this.customs.push({ name, bytes: body.bytes.subarray(body.at, body.end) });
    } else if (id === sectionIds.type) this.addTypes(body);
    else if (id === sectionIds.import) repeat(body, 'imports', () => this.addImport(body));
    else if (id === sectionIds.function) repeat(body, 'functions', () => this.addFunction(body));
    else if (id === sectionIds.table) this.tables += body.count('tables');
    else if (id === sectionIds.memory) repeat(body, 'memories', () => this.memories.push(readMemory(body)));
    else if (id === sectionIds.export) repeat(body, 'exports', () => this.addExport(body));
    else if (id === sectionIds.start) this.start = body.u32('the start function');
  }

  addTypes(body: ByteReader): void {
    const count = body.count('types');
    for (let index = 0; index < count; index++) {
      // What is no function type belongs to the garbage collection proposal; its length is not known here, and no
      // plugin needs the signatures that come after it, so they stay undefined.
      if (body.bytes[body.at] !== 0x60) return;
      body.u8('a type');
      const parameters = readTypes(body);
      this.types.push({ parameters, results: readTypes(body) });
    }
  }

  /** @returns the signature of the type that is referred to */
  addFunction(body: ByteReader): Signature | undefined {
    const signature = this.types[body.u32('a type index')];
    this.functions.push(signature);
    return signature;
  }

  addImport(body: ByteReader): void {
    const module = body.name('the module of an import');
    const name = body.name('the name of an import');
    const kind = readKind(body);
    let signature: Signature | undefined;
    let limits: Limits | undefined;
    if (kind === 'function') signature = this.addFunction(body);
    else if (kind === 'table') limits = readTable(body);
    else if (kind === 'memory') limits = readMemory(body);
    else passGlobalOrTag(body, kind);
    this.imports.push({ module, name, kind, signature, limits });
  }

  addExport(body: ByteReader): void {
    const name = body.name('the name of an export');
    const kind = readKind(body);
    this.exports.push({ name, kind, index: body.u32('the index of an export') });
  }

  result(): CoreModule {
    const { imports, memories, tables, start, customs } = this;
    const exports = this.exports.map((item) => ({
      ...item,
      signature: item.kind === 'function' ? this.functions[item.index] : undefined,
    }));
    return { imports, exports, memories, tables, start, customs };
  }
}

function readTypes(body: ByteReader): number[] {
  return Array.from({ length: body.count('value types') }, () => readValueType(body));
}

/** The kind of an import or export. */
export function readKind(body: ByteReader): ExternalKind {
  const start = body.at;
  const kind = externalKinds[body.u8('the kind of an import or export')];
  if (kind === undefined) throw body.fault('an import or export of a kind that does not exist', start);
  return kind;
}

/** Passes over the description of an imported global or tag. */
export function passGlobalOrTag(body: ByteReader, kind: 'global' | 'tag'): void {
  if (kind === 'global') {
    readValueType(body);
    body.u8('the mutability of a global');
  } else {
    body.u8('the attribute of a tag');
    body.u32('a type index');
  }
}

/** Reads a vector that fills a section. */
export function repeat(body: ByteReader, what: string, read: () => void): void {
  const count = body.count(what);
  for (let index = 0; index < count; index++) read();
  body.expectEnd(`the section of ${what}`);
}
