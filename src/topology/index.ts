/**
 * What the rest of slung uses of topologies. read-yaml.ts is loaded separately, because it brings the YAML library.
 * README.md explains the parts.
 */
export { type Checked, type CheckOptions, checkTopology, checkTree } from './check.ts';
export type { Key, KeyTable, Section } from './key.ts';
export { keyTable } from './keys.ts';
export { checkKinds, type PluginKind } from './kinds.ts';
export * from './problem.ts';
export * from './topology.ts';
