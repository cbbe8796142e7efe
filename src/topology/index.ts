/**
 * What the rest of slung uses of topologies. read-yaml.ts is loaded apart: it brings the YAML library. README.md
 * explains.
 */
export { type Checked, type CheckOptions, checkTopology, checkTree } from './check.ts';
export type { Key, KeyTable, Section } from './key.ts';
export { keyTable } from './keys.ts';
export { checkKinds, type PluginKind } from './kinds.ts';
export * from './problem.ts';
export * from './topology.ts';
