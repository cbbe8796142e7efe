/**
 * Functions that exist before what they call. A guest has to be given its imports before it has the memory that those
 * imports work on, so it is linked with trampolines: one module whose exports jump through a table, and, when
 * everything is there, a second one whose only effect is to fill that table. The same trick as the shim and fixup
 * modules of wit-component. Wasm to wasm the detour costs about 2 ns a call; a closure of JavaScript would cost 8.
 */
import { compileModule, instantiateModule } from './compile.ts';
import type { Signature } from './signature.ts';
import { coreModulePreamble, leb, nameBytes, section, vector } from './writer.ts';

export interface Trampolines {
  /** As many as there are signatures. They trap until `connect` was called. */
  readonly functions: readonly unknown[];
  /**
   * Decides what they call from now on.
   * @param targets one for each signature, of JavaScript or WebAssembly
   * @throws PluginError when a target is a WebAssembly function of another signature
   */
  connect(targets: readonly unknown[]): void;
}

const tableExport = '$imports';
const funcref = 0x70;
const end = 0x0b;

/**
 * Compiles the two modules once for a guest's imports.
 * @returns makes new trampolines, for one instance of the guest
 */
export function compileTrampolines(signatures: readonly Signature[]): () => Trampolines {
  const what = 'the link to its imports';
  const jump = compileModule(jumpModule(signatures), what);
  const fill = compileModule(fillModule(signatures), what);
  return () => {
    const { exports } = instantiateModule(jump, {}, what);
    return {
      functions: signatures.map((_, index) => exports[`${index}`]),
      connect: (targets) => {
        const imports = Object.fromEntries(targets.map((target, index) => [`${index}`, target]));
        instantiateModule(fill, { '': { ...imports, [tableExport]: exports[tableExport] } }, what);
      },
    };
  };
}

function typeSection(signatures: readonly Signature[]): number[] {
  const bytes = (types: readonly number[]) => [...leb(types.length), ...types];
  return section(
    1,
    vector(signatures.map(({ parameters, results }) => [0x60, ...bytes(parameters), ...bytes(results)])),
  );
}

function tableType(count: number): number[] {
  return [funcref, 0x01, ...leb(count), ...leb(count)];
}

/** Exports "0", "1" and so on, each with its signature, and the table that they call through. */
function jumpModule(signatures: readonly Signature[]): Uint8Array {
  const bodies = signatures.map(({ parameters }, index) => {
    const get = parameters.flatMap((_, parameter) => [0x20, ...leb(parameter)]);
    const call = [0x11, ...leb(index), 0x00];
    const code = [0x00, ...get, 0x41, ...signedLeb(index), ...call, end];
    return [...leb(code.length), ...code];
  });
  return Uint8Array.from([
    ...coreModulePreamble,
    ...typeSection(signatures),
    ...section(3, vector(signatures.map((_, index) => leb(index)))),
    ...section(4, vector([tableType(signatures.length)])),
    ...section(
      7,
      vector([
        ...signatures.map((_, index) => [...nameBytes(`${index}`), 0x00, ...leb(index)]),
        [...nameBytes(tableExport), 0x01, 0x00],
      ]),
    ),
    ...section(10, vector(bodies)),
  ]);
}

/** Imports the table and the functions, and puts the functions into the table. */
function fillModule(signatures: readonly Signature[]): Uint8Array {
  const imports = signatures.map((_, index) => [...nameBytes(''), ...nameBytes(`${index}`), 0x00, ...leb(index)]);
  const table = [...nameBytes(''), ...nameBytes(tableExport), 0x01, ...tableType(signatures.length)];
  const all = signatures.map((_, index) => leb(index));
  return Uint8Array.from([
    ...coreModulePreamble,
    ...typeSection(signatures),
    ...section(2, vector([...imports, table])),
    ...section(9, vector([[0x00, 0x41, 0x00, end, ...vector(all)]])),
  ]);
}

/** Signed LEB128 of a number that is not negative. */
function signedLeb(value: number): number[] {
  const bytes = leb(value);
  if (bytes.at(-1)! < 0x40) return bytes;
  bytes.push(bytes.pop()! | 0x80, 0x00);
  return bytes;
}
