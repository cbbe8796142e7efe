/** What the rest of slung uses of topologies. read-yaml.ts is loaded apart: it brings the YAML library. README.md explains. */
export { type CheckOptions, checkTopology } from './check.ts';
export type { FlagFacts, FlagLookup, Key, KeyTable } from './key.ts';
export { keyTable } from './keys.ts';
export * from './problem.ts';
export * from './topology.ts';
