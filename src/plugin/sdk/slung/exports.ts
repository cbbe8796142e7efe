/**
 * `export * from 'slung/exports';` in a plugin's file makes the module a plugin: these are the functions that the host
 * calls. The line is the author's to write because only the file that is compiled can export, and because a module
 * that speaks another ABI must not have them.
 */
export { cabi_realloc, metadata, probe, processLogs } from './runtime';
