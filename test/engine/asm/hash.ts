/** The hash of bytes, for test/engine/hash.test.ts. */
export { hashBytes, setSeed } from '../../../src/engine/asm/hash';

export function heapBase(): usize {
  return __heap_base;
}
