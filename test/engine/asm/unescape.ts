/** The string kernel for unescape.test.ts. */
export { equalsUnescaped, hasEscape, unescapeInto } from '../../../src/engine/asm/unescape';

export function heapBase(): usize {
  return __heap_base;
}
