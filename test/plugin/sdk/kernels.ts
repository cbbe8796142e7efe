/**
 * Compiles and instantiates asm/kernels.ts: the SDK's writers as plain functions, for tests that call them in bulk.
 */
import { compilePlugin } from '../../support/plugins.ts';

interface Exports {
  readonly memory: WebAssembly.Memory;
  input(): number;
  output(): number;
  doubles(count: number): number;
  signed(count: number): number;
  unsigned(count: number): number;
  text(size: number): number;
  room(size: number): number;
  power(k: number): number;
}

export interface Kernels extends Exports {
  /** What the last call wrote. */
  written(bytes: number): string;
}

export async function loadKernels(): Promise<Kernels> {
  const bytes = await compilePlugin('test/plugin/sdk/asm/kernels.ts');
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { abort: () => undefined } });
  const exports = instance.exports as unknown as Exports;
  const written = (size: number) => Buffer.from(exports.memory.buffer, exports.output(), size).toString();
  return { ...exports, written };
}
