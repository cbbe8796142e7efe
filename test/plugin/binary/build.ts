/**
 * Small core modules for tests, from their parts. Only what the tests need: every function has its code given as
 * bytes, without the size and the locals.
 */
import { signatureOf } from '../../../src/plugin/binary/signature.ts';
import { coreModulePreamble, leb, nameBytes, section, vector } from '../../../src/plugin/binary/writer.ts';

export interface ModuleSource {
  /** Imported functions: module, name, type as `(i32) -> i32`. */
  readonly imports?: readonly (readonly [module: string, name: string, type: string])[];
  /** Imports of other kinds, encoded: kind and type. They come after those of functions. */
  readonly otherImports?: readonly (readonly [module: string, name: string, description: readonly number[]])[];
  /** Own functions, each exported when it has a name. */
  readonly functions?: readonly { readonly type: string; readonly code: readonly number[]; readonly name?: string }[];
  /** Encoded tables: element type and limits. */
  readonly tables?: readonly (readonly number[])[];
  /** Encoded limits. The first is exported as `memory`. */
  readonly memories?: readonly (readonly number[])[];
  /** How many exceptions without a payload it defines. */
  readonly tags?: number;
  readonly globals?: readonly (readonly number[])[];
  /** Index of the start function, among own functions. */
  readonly start?: number;
  /** Put at offset 0 of the memory. */
  readonly data?: readonly number[];
  readonly customs?: readonly (readonly [name: string, bytes: readonly number[]])[];
}

/** (memory 1) */
export const onePage: readonly number[] = [0x00, 0x01];

export const opcodes = { get: 0x20, call: 0x10, i32: 0x41, end: 0x0b, unreachable: 0x00, grow: [0x40, 0x00] } as const;

export function buildModule(source: ModuleSource): Uint8Array {
  const { imports = [], otherImports = [], functions = [], tables = [], memories = [], globals = [] } = source;
  const tags = new Array<string>(source.tags ?? 0).fill('() -> ()');
  const types = [...imports.map(([, , type]) => type), ...functions.map(({ type }) => type), ...tags].map(typeBytes);
  const importItems = [
    ...imports.map(([module, name], index) => [...nameBytes(module), ...nameBytes(name), 0x00, ...leb(index)]),
    ...otherImports.map(([module, name, description]) => [...nameBytes(module), ...nameBytes(name), ...description]),
  ];
  const exports = functions.flatMap(({ name }, index) =>
    name === undefined ? [] : [[...nameBytes(name), 0x00, ...leb(imports.length + index)]],
  );
  if (memories.length > 0) exports.push([...nameBytes('memory'), 0x02, 0x00]);
  const code = functions.map((item) => {
    const body = [0x00, ...item.code, opcodes.end];
    return [...leb(body.length), ...body];
  });
  const given = (id: number, items: readonly (readonly number[])[]) =>
    items.length === 0 ? [] : section(id, vector(items));
  return Uint8Array.from([
    ...coreModulePreamble,
    ...given(1, types),
    ...given(2, importItems),
    ...given(
      3,
      functions.map((_, index) => leb(imports.length + index)),
    ),
    ...given(4, tables),
    ...given(5, memories),
    ...given(
      13,
      tags.map((_, index) => [0x00, ...leb(imports.length + functions.length + index)]),
    ),
    ...given(6, globals),
    ...given(7, exports),
    ...(source.start === undefined ? [] : section(8, leb(imports.length + source.start))),
    ...given(10, code),
    ...(source.data === undefined
      ? []
      : section(11, [1, 0, opcodes.i32, 0, opcodes.end, ...leb(source.data.length), ...source.data])),
    ...(source.customs ?? []).flatMap(([name, bytes]) => section(0, [...nameBytes(name), ...bytes])),
  ]);
}

function typeBytes(type: string): number[] {
  const { parameters, results } = signatureOf(type);
  return [0x60, ...leb(parameters.length), ...parameters, ...leb(results.length), ...results];
}

/** The exports of a mapper that answers with nothing: every call returns the address 16. */
export function mapperFunctions(prefix = 'tangent:logs/mapper@0.1.0#'): NonNullable<ModuleSource['functions']> {
  const code = [opcodes.i32, 16];
  return [
    { type: '() -> i32', code, name: `${prefix}metadata` },
    { type: '() -> i32', code, name: `${prefix}probe` },
    { type: '(i32 i32) -> i32', code, name: `${prefix}process-logs` },
    { type: '(i32 i32 i32 i32) -> i32', code, name: 'cabi_realloc' },
  ];
}
