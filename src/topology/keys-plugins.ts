/** The keys of a topology's top, of `plugins` and of `tests`: a part of the table that keys.ts explains. */
import type { KeyRow } from './key.ts';

export const topKeys: readonly KeyRow[] = [
  { name: 'version', type: 'integer', min: 1, max: 1, default: '1', doc: 'The version of the form of this file.' },
  { name: 'defaults', type: 'section', of: 'defaults', doc: 'Settings of the whole run.' },
  { name: 'sources', type: 'named', of: 'source', doc: 'Where records come from.' },
  { name: 'plugins', type: 'named', of: 'plugin', doc: 'WebAssembly plugins.' },
  { name: 'sinks', type: 'named', of: 'sink', doc: 'Where records go to.' },
  { name: 'routes', type: 'sections', of: 'route', doc: 'What goes where.' },
  {
    name: 'rejects',
    type: 'node',
    defaultText: 'they are counted and the first ones shown',
    doc: 'The sink of bad lines, of records that plugins fail on, and of messages that failed too often.',
  },
  { name: 'tests', type: 'sections', of: 'test', doc: 'What slung test runs.' },
];

export const pluginKeys: readonly KeyRow[] = [
  { name: 'file', type: 'text', isRequired: true, doc: 'The path of the file, .wasm or .ts.' },
  {
    name: 'config',
    type: 'values',
    doc: 'What the plugin gets when it asks its configuration. Numbers, lists and maps are given as JSON text.',
  },
  { name: 'memory', flag: 'memory', doc: 'The most memory that one instance may have.' },
  { name: 'time-limit', flag: 'time-limit', doc: 'The longest time that one call may take.' },
  {
    name: 'network-time-limit',
    flag: 'network-time-limit',
    doc: 'The longest that a plugin may wait for the network in a call.',
  },
  { name: 'max-output', flag: 'max-output', doc: 'The most that a plugin may output in a call.' },
  { name: 'lanes', flag: 'lanes', doc: 'The number of threads, each with an instance of the plugin. The order stays.' },
  {
    name: 'abi',
    type: 'choice',
    choices: ['tangent-component', 'tangent-core', 'slung', 'wasi'],
    defaultText: 'recognised from the bytes',
    doc: 'The kind of plugin.',
  },
  { name: 'args', type: 'texts', doc: 'Arguments, for WASI filters and Slung programs.' },
  { name: 'on-error', flag: 'on-plugin-error', doc: 'What to do when the plugin fails.' },
  { name: 'unmatched', flag: 'unmatched', doc: 'What to do with a record that the plugin does not select.' },
  { name: 'allow-net', flag: 'allow-net', doc: 'Hosts that the plugin may send requests to.' },
  { name: 'allow-read', flag: 'allow-read', doc: 'Directories that a WASI filter may read.' },
  { name: 'allow-env', flag: 'allow-env', doc: 'Environment variables that the plugin may see.' },
  { name: 'where', type: 'selector', doc: 'Only these records reach the plugin. The others are unmatched.' },
  { name: 'time', flag: 'time', doc: 'For Slung programs: where the time of an event is.' },
  { name: 'value', flag: 'value', doc: 'For Slung programs: where the value of an event is.' },
  { name: 'series', flag: 'series', doc: 'For Slung programs: where the name of the series is.' },
  { name: 'tags', flag: 'tags', doc: 'For Slung programs: where the tags are.' },
  { name: 'time-unit', flag: 'time-unit', doc: 'The unit of times that are numbers, also in where.' },
];

export const testKeys: readonly KeyRow[] = [
  { name: 'name', type: 'text', isRequired: true, doc: 'What is tested.' },
  { name: 'into', type: 'node', isRequired: true, doc: 'The source, or the plugin, that the records are given to.' },
  {
    name: 'input',
    type: 'texts',
    isRequired: true,
    doc: 'Records as JSON, or the path of a file of them.',
  },
  {
    name: 'expect',
    type: 'expect',
    isRequired: true,
    doc: 'For each sink what arrives: a number of records, records as JSON, the path of a file of them, or [] for nothing.',
  },
  { name: 'unordered', type: 'switch', default: 'false', doc: 'The order of records does not matter.' },
];
