/**
 * The engine with the reading of points out of rows: a module of its own (points.wasm), because neither `select` nor
 * plugins should have to compile it.
 */
export * from './engine';
export * from './points';
export { pointsOddLine, pointsOddSpec, pointsOddTime } from './points-units';
