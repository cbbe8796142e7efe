/**
 * The custom sections that tools leave in modules and components: `producers` (WebAssembly tool conventions,
 * ProducersSection.md) and `name` or `component-name` (Core Specification, appendix 7.4.1). They never make a file
 * invalid: what cannot be read is as if it were not there.
 */
import { excerpt } from '../../text/printable.ts';
import { PluginError } from '../guest.ts';
import { noteCaps } from './caps.ts';
import type { CustomSection } from './module.ts';
import { ByteReader, readSection } from './reader.ts';

/** `{ field: 'processed-by', name: 'wit-component', version: '0.259.0' }` */
export interface Producer {
  readonly field: string;
  readonly name: string;
  readonly version: string;
}

/** The first thousand; their texts are cut to what can be shown. */
export function readProducers(customs: readonly CustomSection[]): Producer[] {
  const all: Producer[] = [];
  for (const { name, bytes } of customs) {
    if (name !== 'producers' || all.length >= noteCaps.producers) continue;
    // A section is taken as a whole, or not at all.
    all.push(...(lenient(() => producersIn(bytes, noteCaps.producers - all.length)) ?? []));
  }
  return all;
}

function producersIn(bytes: Uint8Array, most: number): Producer[] {
  const reader = new ByteReader(bytes);
  const text = (what: string): string => excerpt(reader.name(what));
  const producers: Producer[] = [];
  for (let fields = Math.min(reader.count('fields'), most); fields > 0; fields--) {
    const field = text('a field');
    for (let values = reader.count('values'); values > 0; values--) {
      if (producers.length >= most) return producers;
      producers.push({ field, name: text('a tool'), version: text('a version') });
    }
  }
  return producers;
}

export interface Names {
  /** What the module or component is called, when it is. */
  readonly own: string | undefined;
  /** How many functions have names, so that a stack trace can say them. */
  readonly functions: number;
}

const ownNameSubsection = 0;
const functionNamesSubsection = 1;

/** From the section `name` of a module or `component-name` of a component; the first one counts. */
export function readNames(customs: readonly CustomSection[]): Names {
  const custom = customs.find(({ name }) => name === 'name' || name === 'component-name');
  let own: string | undefined;
  let functions = 0;
  if (custom === undefined) return { own, functions };
  const reader = new ByteReader(custom.bytes);
  lenient(() => {
    for (let left = noteCaps.subsections; left > 0 && !reader.isAtEnd; left--) {
      const { id, body } = readSection(reader);
      if (id === ownNameSubsection) own = excerpt(body.name('the name'));
      // A component's subsection 1 names items of all sorts, one sort a subsection.
      else if (id === functionNamesSubsection && custom.name === 'name') functions = body.count('names');
    }
  });
  return { own, functions };
}

function lenient<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof PluginError) return undefined;
    throw error;
  }
}
