/**
 * The engine with the reading of points out of rows: a module of its own (points.wasm), because neither `select` nor
 * plugins should have to compile it.
 */
export * from './engine';
export * from './points';
export { badRow as pointsBadRow, rejectBadRows as pointsReject } from './bad-rows';
export {
  answersAt as pointsAnswers,
  endOfKeys as pointsKeysEnd,
  keysAt as pointsKeys,
  waits as pointsWaiting,
} from './points-keys';
export { pointsOddLine, pointsOddSpec, pointsOddTime } from './points-units';
