// Test entry: the regular expression kernel alone.
export { regexMatch } from '../../../src/engine/asm/regex';
export function heapBase(): usize {
  return __heap_base;
}
