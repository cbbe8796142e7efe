// @ts-check
/**
 * A Tangent component by way of jco-transpile, in a process of its own: the component is made into JavaScript, and its
 * logview is an object of ours over records from JSON.parse. That object is as good as we can make it: paths are taken
 * apart once and kept, a whole key is looked up first, an int and a float differ by their value. Prints one line of
 * JSON.
 *
 *     node plugin-jco.mjs calls FILE.wasm FOLDER MODES CALLS SECONDS [--quiet]     ns a call for each mode
 *     node plugin-jco.mjs map FILE.wasm FOLDER INPUT OUTPUT [--quiet]              seconds for all records of INPUT
 *
 * What jco makes asks the environment at every call whether it is to trace; --quiet takes these questions out, which
 * nobody does who just uses it. Without jco-transpile the line is {"absent":true}.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { callRecord } from './plugin-records.mjs';

/** The names are computed so that TypeScript does not ask for packages that are optional. */
const PACKAGES = ['@bytecodealliance/jco-transpile', '@bytecodealliance/preview2-shim/instantiation'];
/** As many records as slung gives to one call. */
const BATCH_RECORDS = 512;
const TRACE_QUESTION = 'if (!globalThis?.process?.env?.JCO_DEBUG) { return; }';

/**
 * @typedef {{ tag: 'str', val: string } | { tag: 'int', val: bigint } | { tag: 'float', val: number } | { tag:
 * 'boolean', val: boolean }} Scalar
 */
/** @type {Map<string, readonly (string | number)[]>} */
const paths = new Map();

/** `a.b[0].c` as steps. @param {string} path */
function stepsOf(path) {
  let steps = paths.get(path);
  if (steps === undefined) {
    const parts = path.matchAll(/\[(\d+)\]|[^.[]+/g);
    steps = [...parts].map(([name, index]) => (index === undefined ? name : Number(index)));
    paths.set(path, steps);
  }
  return steps;
}

/** @param {any} record @param {string} path @returns {any} undefined: not there */
function find(record, path) {
  const whole = record[path];
  if (whole !== undefined) return whole;
  let value = record;
  for (const step of stepsOf(path)) {
    if (value === null || typeof value !== 'object') return undefined;
    value = value[step];
  }
  return value;
}

/** @param {unknown} value @returns {Scalar | undefined} */
function scalar(value) {
  if (typeof value === 'string') return { tag: 'str', val: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { tag: 'int', val: BigInt(value) } : { tag: 'float', val: value };
  return typeof value === 'boolean' ? { tag: 'boolean', val: value } : undefined;
}

/** The resource `logview`. A class, because jco looks for methods on its prototype. */
class Logview {
  /** @param {any} record */
  constructor(record) {
    this.record = record;
  }
  /** @param {string} path */
  has(path) {
    return find(this.record, path) !== undefined;
  }
  /** @param {string} path */
  get(path) {
    return scalar(find(this.record, path));
  }
  /** @param {string} path */
  len(path) {
    const value = find(this.record, path);
    if (typeof value === 'string') return Buffer.byteLength(value);
    return Array.isArray(value) ? value.length : undefined;
  }
  /** @param {string} path */
  getList(path) {
    const value = find(this.record, path);
    if (!Array.isArray(value)) return undefined;
    return value.map(scalar).filter((one) => one !== undefined);
  }
  /** @param {string} path @returns {[string, Scalar | undefined][] | undefined} */
  getMap(path) {
    const value = find(this.record, path);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    return this.keys(path)
      .map((key) => /** @type {[string, Scalar | undefined]} */ ([key, scalar(value[key])]))
      .filter(([, one]) => one !== undefined);
  }
  /** @param {string} path */
  keys(path) {
    const value = find(this.record, path);
    return value === null || typeof value !== 'object' || Array.isArray(value) ? [] : Object.keys(value);
  }
  log() {
    return JSON.stringify(this.record);
  }
}

/**
 * @param {string} file @param {string} folder @param {boolean} quiet @returns {Promise<any>} the mapper's functions;
 * undefined: jco is not there
 */
async function load(file, folder, quiet) {
  let modules;
  try {
    modules = await Promise.all(PACKAGES.map((name) => import(name)));
  } catch {
    return undefined;
  }
  const [{ transpileBytes }, { WASIShim }] = modules;
  const options = { name: 'guest', instantiation: 'sync', noTypescript: true, validLiftingOptimization: true };
  const { files } = await transpileBytes(readFileSync(file), options);
  const target = mkdtempSync(join(folder, 'jco-'));
  const named = Array.isArray(files) ? files : Object.entries(files);
  for (const [name, content] of named) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    writeFileSync(join(target, name), content);
  }
  // Otherwise Node would look for the type of the module in some package.json above.
  const script = join(target, 'guest.mjs');
  const source = readFileSync(join(target, 'guest.js'), 'utf8');
  if (quiet && !source.includes(TRACE_QUESTION)) throw new Error('what jco makes has changed: no question to take out');
  writeFileSync(script, quiet ? source.replaceAll(TRACE_QUESTION, 'return;') : source);
  const { instantiate } = await import(pathToFileURL(script).href);
  const core = (/** @type {string} */ name) => new WebAssembly.Module(readFileSync(join(target, name)));
  const imports = { ...new WASIShim().getImportObject(), 'tangent:logs/log': { Logview } };
  return instantiate(core, imports).mapper;
}

/**
 * Best of several rounds, so that what is compared is never jco's bad moment. @param {any} mapper @param {number} mode
 * @param {number} calls @param {number} seconds
 */
function nsPerCall(mapper, mode, calls, seconds) {
  const time = (/** @type {number} */ count) => {
    const view = new Logview(callRecord(mode, count));
    const start = process.hrtime.bigint();
    mapper.processLogs([view]);
    return Number(process.hrtime.bigint() - start);
  };
  time(calls);
  let best = Number.POSITIVE_INFINITY;
  const start = process.hrtime.bigint();
  do {
    const few = time(calls / 10);
    best = Math.min(best, (time(calls) - few) / (calls * 0.9));
  } while (Number(process.hrtime.bigint() - start) < seconds * 1e9);
  return best;
}

/**
 * Reading, parsing, calling and writing, without starting and without transpiling. @param {any} mapper @param {string}
 * input @param {string} output @returns {number} seconds
 */
function mapAll(mapper, input, output) {
  const start = process.hrtime.bigint();
  /** @type {Uint8Array[]} */
  const parts = [];
  const lines = readFileSync(input, 'latin1').split('\n');
  for (let at = 0; at < lines.length; at += BATCH_RECORDS) {
    const views = [];
    for (const line of lines.slice(at, at + BATCH_RECORDS)) {
      if (line === '') continue;
      const record = JSON.parse(line);
      if (record.source?.name === 'myservice') views.push(new Logview(record));
    }
    if (views.length > 0) parts.push(mapper.processLogs(views));
  }
  writeFileSync(output, Buffer.concat(parts));
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const [task, file = '', folder = '', ...rest] = process.argv.slice(2).filter((word) => word !== '--quiet');
const mapper = await load(file, folder, process.argv.includes('--quiet'));
if (mapper === undefined) console.log('{"absent":true}');
else if (task === 'map') console.log(JSON.stringify({ seconds: mapAll(mapper, rest[0] ?? '', rest[1] ?? '') }));
else {
  const [modes = '', calls, seconds] = rest;
  const ns = modes.split(',').map((mode) => nsPerCall(mapper, Number(mode), Number(calls), Number(seconds)));
  console.log(JSON.stringify({ ns }));
}
