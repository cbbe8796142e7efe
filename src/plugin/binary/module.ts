/**
 * What a core module says about itself, read without compiling it: the signatures of the functions it imports and
 * exports, its memories, its start function and its custom sections (WebAssembly Core Specification, 5.5). Code and
 * data are passed over, so this takes microseconds. Validity is not decided here; that is the engine's compiler's
 * business.
 */

import { caps, checkCap, checkSectionCount } from './caps.ts';
import { type Limits, readMemory, readTable } from './limits.ts';
import { ByteReader, readSection, type Section } from './reader.ts';
import { refusal } from './refusal.ts';
import { readValueType, type Signature } from './signature.ts';
import { TypeTable } from './types.ts';

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

/** The types of all functions, imported ones first. */
export interface FunctionTypes {
  readonly types: TypeTable;
  /** Of each function. */
  readonly indices: readonly number[];
  /** How many of them are imported. */
  readonly imported: number;
}

export interface CoreModule {
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  /** Those that it defines. */
  readonly memories: readonly Limits[];
  /** Those that it defines. */
  readonly tables: readonly Limits[];
  readonly functions: FunctionTypes;
  /** Its types are there only with the garbage collection proposal. */
  readonly needsGc: boolean;
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
  element: 9,
  code: 10,
  data: 11,
} as const;

const externalKinds: readonly ExternalKind[] = ['function', 'table', 'memory', 'global', 'tag'];

/** @throws PluginError when the bytes are not the sections of a core module of version 1 */
export function readCoreModule(bytes: Uint8Array): CoreModule {
  const found = new ModuleParts();
  for (const section of coreSections(bytes)) found.add(section);
  return found.result();
}

/**
 * The sections of a core module, in order. `bytes` is the module from its first byte.
 * @throws PluginError also when there are too many, or more in one than slung takes
 */
export function* coreSections(bytes: Uint8Array): Generator<Section> {
  checkCorePreamble(bytes);
  const reader = new ByteReader(bytes, 8);
  let seen = 0;
  for (let count = 1; !reader.isAtEnd; count++) {
    checkCap('sections', count, caps.sections);
    const section = readSection(reader);
    const { id, body } = section;
    // Otherwise what is counted in one section would not be all of it.
    if (id !== sectionIds.custom && id < 32) {
      if (seen & (1 << id)) throw body.fault(`section ${id} is there twice`, section.start);
      seen |= 1 << id;
    }
    checkSectionCount(id, body);
    yield section;
  }
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
  readonly types = new TypeTable();
  readonly imports: ModuleImport[] = [];
  /** The types of all functions, imported ones first. */
  readonly functions: number[] = [];
  importedFunctions = 0;
  readonly exports: { name: string; kind: ExternalKind; index: number }[] = [];
  readonly memories: Limits[] = [];
  readonly tables: Limits[] = [];
  readonly customs: CustomSection[] = [];
  start: number | undefined;

  add({ id, body }: Section): void {
    if (id === sectionIds.custom) {
      const name = body.name('the name of a custom section');
      this.customs.push({ name, bytes: body.bytes.subarray(body.at, body.end) });
    } else if (id === sectionIds.type) this.types.read(body);
    else if (id === sectionIds.import) repeat(body, 'imports', () => this.addImport(body));
    else if (id === sectionIds.function) {
      repeat(body, 'functions', () => this.functions.push(body.u32('a type index')));
    } else if (id === sectionIds.table) repeat(body, 'tables', () => this.addTable(body));
    else if (id === sectionIds.memory) repeat(body, 'memories', () => this.memories.push(readMemory(body)));
    else if (id === sectionIds.export) repeat(body, 'exports', () => this.addExport(body));
    else if (id === sectionIds.start) this.start = body.u32('the start function');
  }

  addImport(body: ByteReader): void {
    const module = body.name('the module of an import');
    const name = body.name('the name of an import');
    const kind = readKind(body);
    let signature: Signature | undefined;
    let limits: Limits | undefined;
    if (kind === 'function') {
      const type = body.u32('a type index');
      this.functions.push(type);
      this.importedFunctions += 1;
      signature = this.types.signature(type);
    } else if (kind === 'table') limits = readTable(body);
    else if (kind === 'memory') limits = readMemory(body);
    else passGlobalOrTag(body, kind);
    this.imports.push({ module, name, kind, signature, limits });
  }

  addTable(body: ByteReader): void {
    const limits = readTable(body);
    checkCap('elements in a table', limits.initial, caps.tableElements);
    this.tables.push(limits);
  }

  addExport(body: ByteReader): void {
    const name = body.name('the name of an export');
    const kind = readKind(body);
    this.exports.push({ name, kind, index: body.u32('the index of an export') });
  }

  result(): CoreModule {
    const { imports, memories, tables, start, customs, types } = this;
    const exports = this.exports.map((item) => ({ ...item, signature: this.signatureOf(item) }));
    const functions = { types, indices: this.functions, imported: this.importedFunctions };
    return { imports, exports, memories, tables, functions, start, customs, needsGc: types.needsGc };
  }

  signatureOf({ kind, index }: { kind: ExternalKind; index: number }): Signature | undefined {
    const type = kind === 'function' ? this.functions[index] : undefined;
    return type === undefined ? undefined : this.types.signature(type);
  }
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
