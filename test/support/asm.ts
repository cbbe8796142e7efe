/**
 * Compiles an AssemblyScript test entry (test/engine/asm/NAME.ts) that re-exports kernels of src/engine/asm, so that
 * a kernel can be called directly. The engine itself exports only what the engine's host needs.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Kernel {
  readonly exports: Record<string, (...args: (number | bigint)[]) => number | bigint>;
  readonly memory: WebAssembly.Memory;
  /** First byte that the kernel's own static data does not use. */
  readonly heapBase: number;
  bytes(): Uint8Array;
}

/** Compiles `test/engine/asm/<name>.ts` with the engine's own options and instantiates it over a fresh memory. */
export function compileKernel(name: string, pages = 256): Kernel {
  const out = mkdtempSync(join(tmpdir(), 'slung-asm-'));
  try {
    const file = join(out, `${name}.wasm`);
    execFileSync(
      process.execPath,
      [
        join(root, 'node_modules/assemblyscript/bin/asc.js'),
        join(root, `test/engine/asm/${name}.ts`),
        ...['-o', file, '-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--sharedMemory'],
        ...['--initialMemory', '16', '--maximumMemory', '65536', '--enable', 'simd,threads,bulk-memory'],
        ...['--use', 'abort=', '--exportStart', '_start'],
      ],
      { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { env: { memory } });
    const exports = instance.exports as unknown as Kernel['exports'] & { heapBase?: () => number };
    const heapBase = exports.heapBase ? Number(exports.heapBase()) : 65536;
    return { exports, memory, heapBase, bytes: () => new Uint8Array(memory.buffer) };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
