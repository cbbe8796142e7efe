/** The store's kernels as one module; kernel.ts says what each takes and gives. */
export { decodeTimes, decodeValues, encodeBlock } from './codec';
export { decodeOrdinals, encodeOrdinals } from './codec-ordinals';
export { crc32, makeCrcTables } from './crc';
export {
  anyOrdinal,
  countMarks,
  isAscending,
  markReplaced,
  mergeNumbered,
  numberPoints,
  raiseOrdinals,
  upToNumbered,
} from './numbered';
export { namesBytes, namesDefinitions, namesIntern, namesKeys, namesOrder, namesRehash } from './names';
export { packAdd, packDecode, packEncode, packGather } from './pack';
export { lowerBound, mergePoints, orderPoints, sortPoints } from './sort';
export { summaryAdd, summaryAppend, summaryClear, summaryPool } from './summary';
export { foldBlocks, foldNext, foldPoints, foldValues } from './summary-fold';
export { slide } from './summary-slide';
export { tableAppend, tableGather } from './table';
export { valuesCount, valuesSelect, valuesSort } from './values';

/** The first byte that the module's own data does not use. */
export function heapBase(): usize {
  return __heap_base;
}
