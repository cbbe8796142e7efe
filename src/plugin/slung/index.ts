/** Slung programs: core modules that import `env.u_*`. ABI.md describes what they may call. */
export type { EventFieldNames } from './bad-records.ts';
export { CallFailure } from './errors.ts';
export type { HttpMethod } from './functions.ts';
export { type CompiledProgram, compileProgram, type ProgramCounts, type ProgramHost, runProgram } from './program.ts';
export { type HistoryStore, MemoryStore } from './store.ts';
export type { EventNames } from './written-event.ts';
