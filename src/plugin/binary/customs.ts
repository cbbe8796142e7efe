/**
 * The custom sections that tools leave in modules and components: `producers` (WebAssembly tool conventions,
 * ProducersSection.md) and `name` or `component-name` (Core Specification, appendix 7.4.1). They never make a file
 * invalid: what cannot be read is as if it were not there.
 */
import { PluginError } from '../guest.ts';
import type { CustomSection } from './module.ts';
import { ByteReader, readSection } from './reader.ts';

/** `{ field: 'processed-by', name: 'wit-component', version: '0.259.0' }` */
export interface Producer {
  readonly field: string;
  readonly name: string;
  readonly version: string;
}

export function readProducers(customs: readonly CustomSection[]): Producer[] {
  return customs
    .filter(({ name }) => name === 'producers')
    .flatMap(({ bytes }) => lenient(() => producersIn(bytes)) ?? []);
}

function producersIn(bytes: Uint8Array): Producer[] {
  const reader = new ByteReader(bytes);
  const producers: Producer[] = [];
  for (let fields = reader.count('fields'); fields > 0; fields--) {
    const field = reader.name('a field');
    for (let values = reader.count('values'); values > 0; values--) {
      producers.push({ field, name: reader.name('a tool'), version: reader.name('a version') });
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
    while (!reader.isAtEnd) {
      const { id, body } = readSection(reader);
      if (id === ownNameSubsection) own = body.name('the name');
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
