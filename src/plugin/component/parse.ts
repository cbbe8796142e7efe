/**
 * Bytes of a component to its definitions (component model, design/mvp/Binary.md): a walk over sections, each a vector
 * of items, and nested components by recursion of bounded depth. Only the shape is checked; whether an index means
 * something shows when link.ts follows it. Bodies of type sections are passed over by their size.
 */

import { checkCap, componentCaps } from '../binary/caps.ts';
import type { CustomSection } from '../binary/module.ts';
import { ByteReader, readSection, type Section } from '../binary/reader.ts';
import { refusal } from '../binary/refusal.ts';
import { readCanon } from './canon.ts';
import type { ComponentDefinition, Definition, NamedItem } from './definitions.ts';
import { passTypeOf, readCoreSort, readSort, readTypeBound } from './sorts.ts';

/** Magic, version 13, layer 1. */
const preamble = '0061736d0d000100';

/**
 * Reads a whole component. The views in the result are of `bytes`, which must not change while it is used.
 * @throws PluginError in one line, with the place, for everything that is malformed or that slung does not link
 */
export function parseComponent(bytes: Uint8Array): ComponentDefinition {
  return readComponent(new ByteReader(bytes), { depth: 0, modules: 0, sections: 0, definitions: 0, types: 0 });
}

/** Where the walk is, and what it has seen so far in the whole file. */
interface Walk {
  depth: number;
  /** Core modules. */
  modules: number;
  sections: number;
  /** With arguments and items. */
  definitions: number;
  types: number;
}

/** @throws PluginError when there are more than slung takes; to be called before they are read */
function takeDefinitions(walk: Walk, count: number): void {
  walk.definitions += count;
  checkCap('definitions', walk.definitions, componentCaps.definitions);
}

function readComponent(reader: ByteReader, walk: Walk): ComponentDefinition {
  const { depth } = componentCaps;
  if (walk.depth > depth) throw reader.fault(`components are nested more than ${depth} deep`);
  const start = reader.at;
  const head = Buffer.from(reader.take(preamble.length / 2, 'the preamble of a component')).toString('hex');
  if (head !== preamble) throw reader.fault('this is not a component of version 13', start);
  const definitions: Definition[] = [];
  const customs: CustomSection[] = [];
  while (!reader.isAtEnd) {
    checkCap('sections', ++walk.sections, componentCaps.sections);
    const section = readSection(reader);
    const { id, body } = section;
    if (id === 0) {
      customs.push({ name: body.name('the name of a custom section'), bytes: body.bytes.subarray(body.at, body.end) });
    } else readDefinitions(section, walk, definitions);
  }
  return { kind: 'component', definitions, customs };
}

/** Appends what one section defines. */
function readDefinitions({ id, start, body }: Section, walk: Walk, to: Definition[]): void {
  switch (id) {
    case 1:
      takeDefinitions(walk, 1);
      to.push({ kind: 'core module', number: walk.modules++, bytes: body.take(body.left, 'a core module') });
      return;
    case 4:
      takeDefinitions(walk, 1);
      walk.depth += 1;
      to.push(readComponent(body, walk));
      walk.depth -= 1;
      return;
    case 3:
    case 7: {
      const count = body.count('types');
      walk.types += count;
      checkCap('types', walk.types, componentCaps.types);
      to.push({ kind: 'types', sort: id === 3 ? 'core type' : 'type', count });
      return;
    }
    case 9:
      throw body.fault('a component with a start function, which is not supported', start);
    case 12:
      throw body.fault('a component with value definitions, which are not supported', start);
  }
  const reading = itemReaders[id];
  if (reading === undefined) throw body.fault(`section ${id} does not exist in components`, start);
  const count = body.count(reading.what);
  takeDefinitions(walk, count);
  for (let left = count; left > 0; left--) to.push(reading.read(body, walk));
  body.expectEnd(`the section of ${reading.what}`);
}

const itemReaders: Readonly<Record<number, { what: string; read: (body: ByteReader, walk: Walk) => Definition }>> = {
  2: { what: 'core instances', read: readCoreInstance },
  5: { what: 'instances', read: readInstance },
  6: { what: 'aliases', read: readAlias },
  8: { what: 'canonical definitions', read: readCanon },
  10: { what: 'imports', read: readImport },
  11: { what: 'exports', read: readExport },
};

function list<T>(body: ByteReader, walk: Walk, what: string, read: () => T): T[] {
  const length = body.count(what);
  takeDefinitions(walk, length);
  return Array.from({ length }, read);
}

function readCoreInstance(body: ByteReader, walk: Walk): Definition {
  const start = body.at;
  const form = body.u8('a core instance');
  if (form === 0x00) {
    const module = body.u32('a module index');
    const args = list(body, walk, 'arguments', () => {
      const name = body.name('the name of an argument');
      if (body.u8('the sort of an argument') !== 0x12) throw body.fault('an argument is not a core instance');
      return { name, instance: body.u32('an instance index') };
    });
    return { kind: 'core instance', module, args };
  }
  if (form !== 0x01) throw body.fault('a core instance of an unknown form', start);
  const items = list(body, walk, 'exports', (): NamedItem => {
    const name = body.name('the name of an export');
    return { name, sort: readCoreSort(body), index: body.u32('an index') };
  });
  return { kind: 'core exports', items };
}

function readInstance(body: ByteReader, walk: Walk): Definition {
  const start = body.at;
  const form = body.u8('an instance');
  if (form === 0x00) {
    const component = body.u32('a component index');
    const args = list(body, walk, 'arguments', (): NamedItem => {
      const name = body.name('the name of an argument');
      return { name, sort: readSort(body), index: body.u32('an index') };
    });
    return { kind: 'instance', component, args };
  }
  if (form !== 0x01) throw body.fault('an instance of an unknown form', start);
  const items = list(body, walk, 'exports', (): NamedItem => {
    const name = readExternalName(body);
    return { name, sort: readSort(body), index: body.u32('an index') };
  });
  return { kind: 'exports', items };
}

function readAlias(body: ByteReader): Definition {
  const start = body.at;
  const sort = readSort(body);
  const target = body.u8('the target of an alias');
  if (target === 0x02) {
    return { kind: 'alias outer', sort, up: body.u32('a component count'), index: body.u32('an index') };
  }
  if (target > 0x02) throw body.fault('an alias of an unknown form', start);
  const instance = body.u32('an instance index');
  const name = body.name('the name of an alias');
  return { kind: target === 0x00 ? 'alias export' : 'alias core export', sort, instance, name };
}

/** A prefix of 0 is today's; 1 was an interface's name until 2023; what comes later has parts we do not know. */
function readExternalName(body: ByteReader): string {
  const start = body.at;
  if (body.u8('the form of a name') > 0x01) throw body.fault('a name of an unknown form', start);
  return body.name('the name of an import or export');
}

function readImport(body: ByteReader): Definition {
  const name = readExternalName(body);
  const sort = readSort(body);
  return { kind: 'import', name, sort, same: sort === 'type' ? readTypeBound(body) : passTypeOf(body, sort) };
}

function readExport(body: ByteReader): Definition {
  const name = readExternalName(body);
  const sort = readSort(body);
  const index = body.u32('an index');
  const start = body.at;
  const ascribed = body.u8('the type of an export');
  if (ascribed > 0x01) throw body.fault('the type of an export is of an unknown form', start);
  if (ascribed === 0x01) {
    const given = readSort(body);
    if (given !== sort) throw refusal(`the export ${name} is a ${sort} and is said to be a ${given}`);
    if (sort === 'type') readTypeBound(body);
    else passTypeOf(body, sort);
  }
  return { kind: 'export', name, sort, index };
}
