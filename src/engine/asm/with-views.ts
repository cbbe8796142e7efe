/**
 * The engine with what plugins need besides: views over records, and a check of what they output. A module of its own
 * (views.wasm), because `select` should not have to compile it.
 */
export * from './engine';
export * from './views';
export * from './events';
export { liveForgetUnit, liveHasOdd, liveOddLine, liveOddTime, liveUnit } from './event-units';
export * from './check';
export * from './emit-lines';
