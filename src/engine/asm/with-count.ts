/**
 * The engine that counts records by groups: a module of its own (count.wasm), because `select` should not have to
 * compile it. It has what the engine has, under the same names, so that lanes run either of them.
 */
export { afterLines, buildSet, closeGaps, collect, countLines, heapBase, rowsCollected } from './engine';
export { attachCount as attach, processCount as process } from './count';
