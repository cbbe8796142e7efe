/**
 * Components for tests, from hand-written sections, in the notation of the component model's Binary.md. A section of
 * one item is the rule, so that a test reads like a list of definitions.
 */
import { leb, nameBytes, section, vector } from '../../../src/plugin/binary/writer.ts';
import { buildModule, mapperFunctions, onePage } from '../binary/build.ts';

export const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

export function buildComponent(...sections: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...preamble, ...sections.flat()]);
}

const external = (name: string) => [0x00, ...nameBytes(name)];

export const sorts = {
  coreFunc: [0x00, 0x00],
  coreTable: [0x00, 0x01],
  coreMemory: [0x00, 0x02],
  coreModule: [0x00, 0x11],
  func: [0x01],
  type: [0x03],
  component: [0x04],
  instance: [0x05],
} as const;

export type SortBytes = readonly number[];

/** A core sort inside a core instance, where it has no leading zero. */
const bare = (sort: SortBytes) => sort[1]!;

export const coreModule = (bytes: Uint8Array) => section(1, [...bytes]);

export const coreInstance = (module: number, args: Readonly<Record<string, number>> = {}) =>
  section(2, [
    1,
    0x00,
    ...leb(module),
    ...vector(Object.entries(args).map(([name, index]) => [...nameBytes(name), 0x12, ...leb(index)])),
  ]);

export const coreExports = (items: Readonly<Record<string, readonly [SortBytes, number]>>) =>
  section(2, [
    1,
    0x01,
    ...vector(Object.entries(items).map(([name, [sort, index]]) => [...nameBytes(name), bare(sort), ...leb(index)])),
  ]);

export const component = (bytes: Uint8Array) => section(4, [...bytes]);

export const instance = (index: number, args: Readonly<Record<string, readonly [SortBytes, number]>> = {}) =>
  section(5, [
    1,
    0x00,
    ...leb(index),
    ...vector(Object.entries(args).map(([name, [sort, item]]) => [...nameBytes(name), ...sort, ...leb(item)])),
  ]);

export const exportsInstance = (items: Readonly<Record<string, readonly [SortBytes, number]>>) =>
  section(5, [
    1,
    0x01,
    ...vector(Object.entries(items).map(([name, [sort, item]]) => [...external(name), ...sort, ...leb(item)])),
  ]);

export const aliasExport = (sort: SortBytes, index: number, name: string) =>
  section(6, [1, ...sort, 0x00, ...leb(index), ...nameBytes(name)]);

export const aliasCore = (sort: SortBytes, index: number, name: string) =>
  section(6, [1, ...sort, 0x01, ...leb(index), ...nameBytes(name)]);

export const aliasOuter = (sort: SortBytes, up: number, index: number) =>
  section(6, [1, ...sort, 0x02, ...leb(up), ...leb(index)]);

/** A function type and an empty instance type, which is all that the tests refer to. */
export const types = section(7, [2, 0x40, 0x00, 0x01, 0x00, 0x42, 0x00]);

export const encodings = { utf8: [0x00], utf16: [0x01], latin1: [0x02] } as const;
export const memoryOption = (index: number) => [0x03, ...leb(index)];
export const reallocOption = (index: number) => [0x04, ...leb(index)];
export const postReturnOption = (index: number) => [0x05, ...leb(index)];

export const lift = (func: number, ...options: readonly (readonly number[])[]) =>
  section(8, [1, 0x00, 0x00, ...leb(func), ...vector(options), 0x00]);

export const lower = (func: number, ...options: readonly (readonly number[])[]) =>
  section(8, [1, 0x01, 0x00, ...leb(func), ...vector(options)]);

export const canon = (...bytes: readonly number[]) => section(8, [1, ...bytes]);

export const importInstance = (name: string) => section(10, [1, ...external(name), ...sorts.instance, 0x01]);

export const importItem = (name: string, ...description: readonly number[]) =>
  section(10, [1, ...external(name), ...description]);

export const exportItem = (name: string, sort: SortBytes, index: number) =>
  section(11, [1, ...external(name), ...sort, ...leb(index), 0x00]);

/**
 * What the mapper's module exports, as aliases: core funcs 0 to 3 (metadata, probe, process-logs, realloc), memory 0.
 */
export const mapperAliases = (coreInstanceIndex: number): number[] => [
  ...['tangent:logs/mapper@0.1.0#metadata', 'tangent:logs/mapper@0.1.0#probe'].flatMap((name) =>
    aliasCore(sorts.coreFunc, coreInstanceIndex, name),
  ),
  ...aliasCore(sorts.coreFunc, coreInstanceIndex, 'tangent:logs/mapper@0.1.0#process-logs'),
  ...aliasCore(sorts.coreFunc, coreInstanceIndex, 'cabi_realloc'),
  ...aliasCore(sorts.coreMemory, coreInstanceIndex, 'memory'),
];

/**
 * The exported interface, from core funcs `first` to `first` + 3 and memory 0; the lifted functions start at `funcs`.
 */
export const mapperExport = (first = 0, funcs = 0, instances = 0): number[] => [
  ...lift(first, memoryOption(0)),
  ...lift(first + 1, memoryOption(0)),
  ...lift(first + 2, memoryOption(0), reallocOption(first + 3)),
  ...exportsInstance({
    metadata: [sorts.func, funcs],
    probe: [sorts.func, funcs + 1],
    'process-logs': [sorts.func, funcs + 2],
  }),
  ...exportItem('tangent:logs/mapper@0.1.0', sorts.instance, instances),
];

export const mapperModule: Uint8Array = buildModule({ memories: [onePage], functions: mapperFunctions() });

/** The smallest component of the world. */
export function smallComponent(): Uint8Array {
  return buildComponent(coreModule(mapperModule), coreInstance(0), mapperAliases(0), types, mapperExport());
}
