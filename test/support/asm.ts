/**
 * Compiles an AssemblyScript test entry (test/engine/asm/NAME.ts) that re-exports kernels of src/engine/asm, so that
 * a kernel can be called directly. The engine itself exports only what the engine's host needs.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cachedSync, cacheKey, root } from './compiled.ts';

const options = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--sharedMemory'],
  ...['--initialMemory', '16', '--maximumMemory', '65536', '--enable', 'simd,threads,bulk-memory'],
  ...['--use', 'abort=', '--exportStart', '_start'],
];

export interface Kernel {
  readonly exports: Record<string, (...args: (number | bigint)[]) => number | bigint>;
  readonly memory: WebAssembly.Memory;
  /** First byte that the kernel's own static data does not use. */
  readonly heapBase: number;
  bytes(): Uint8Array;
}

/** What a compilation takes in: the kernels, and the entries that export them. */
const sources = ['src/engine/asm', 'test/engine/asm'];

/** The bytes of an entry, compiled with the engine's own options; kept like plugins, see plugins.ts. */
function kernelBytes(name: string): Buffer<ArrayBuffer> {
  const entry = `test/engine/asm/${name}.ts`;
  return cachedSync(cacheKey(sources, [entry, ...options]), (outFile) => {
    const asc = join(root, 'node_modules/assemblyscript/bin/asc.js');
    const args = [asc, join(root, entry), '-o', outFile, ...options];
    execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  });
}

/** Compiles `test/engine/asm/<name>.ts`, once for each content, and instantiates it over a fresh memory. */
export function compileKernel(name: string, pages = 256): Kernel {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(kernelBytes(name)), {
    env: { memory },
    host: { longCall: () => {} },
  });
  const exports = instance.exports as unknown as Kernel['exports'] & { heapBase?: () => number };
  const heapBase = exports.heapBase ? Number(exports.heapBase()) : 65536;
  return { exports, memory, heapBase, bytes: () => new Uint8Array(memory.buffer) };
}
