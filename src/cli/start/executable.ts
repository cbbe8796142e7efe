/**
 * The start of the program where it is one file with Node in it (`npm run executable`). The files of the package are
 * assets of that file. To the program they lie below the executable itself, where nothing on the disk can be, and it
 * reads them, loads them and starts threads of them as it does anywhere else: what it gets for node:fs and
 * node:worker_threads looks there first. Each bundle comes with the code that V8 made of it when the executable was
 * built, by the same V8.
 */
import fs, { type PathLike } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, Script } from 'node:vm';
import type * as threads from 'node:worker_threads';
import { codeIn } from './kept-file.ts';
import { lanesAhead } from './lanes-ahead.ts';
import { shortInput } from './short-input.ts';

/** Node's module for single executable applications (nodejs.org/api/single-executable-applications.html). */
interface Sea {
  /** The bytes are a part of the executable and must not be written. @throws when there is none of that name */
  getRawAsset(key: string): ArrayBuffer;
}

// biome-ignore lint/suspicious/noExplicitAny: modules of Node and of the program, which know their types themselves
type Exports = any;
type Require = (name: string) => Exports;

/** In a thread: what it runs. It stands in front of this file's text. */
declare const slungThread: string | undefined;

const sea = require('node:sea') as Sea;
const root = process.execPath;
/** The names of the assets that are files of the package, from its root. */
const names: readonly string[] = JSON.parse(textOf('files'));
const loaded = new Map<string, { exports: Exports }>();

/** The name of the asset that lies at `path`; undefined for other files. */
function nameOf(path: PathLike | number): string | undefined {
  if (typeof path === 'number') return undefined;
  const text = path instanceof URL ? fileURLToPath(path) : String(path);
  return text.startsWith(`${root}/`) ? relative(root, text) : undefined;
}

function bytesOf(name: string): Buffer {
  return Buffer.from(sea.getRawAsset(name));
}

/** Of a file in ASCII, as bundles are. */
function textOf(name: string): string {
  return bytesOf(name).toString('latin1');
}

/** What lies in a folder, and below it. */
function namesIn(folder: string): readonly string[] {
  return names.filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1));
}

const isThere = (name: string): boolean => names.includes(name) || namesIn(name).length > 0;

/** A module of Node with some of its functions replaced. Its getters stay getters. */
function replaced(module: object, functions: object): Exports {
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(module), ...Object.getOwnPropertyDescriptors(functions) },
  );
}

const ownFs = replaced(fs, {
  existsSync: (path: PathLike) => {
    const name = nameOf(path);
    return name === undefined ? fs.existsSync(path) : isThere(name);
  },
  readFileSync: (path: PathLike | number, options?: { encoding?: BufferEncoding } | BufferEncoding) => {
    const name = nameOf(path);
    if (name === undefined) return fs.readFileSync(path, options);
    if (!names.includes(name)) throw notThere(String(path));
    const encoding = typeof options === 'string' ? options : options?.encoding;
    // A copy: what is in the executable cannot be written.
    return encoding === undefined ? Buffer.from(bytesOf(name)) : bytesOf(name).toString(encoding);
  },
  readdirSync: (
    path: PathLike,
    options?: fs.ObjectEncodingOptions & { withFileTypes?: false; recursive?: boolean },
  ) => {
    const name = nameOf(path);
    return name === undefined ? fs.readdirSync(path, options) : namesIn(name);
  },
});

function notThere(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
}

/** Made when a thread is started: few runs have one. */
function ownThreads(): Exports {
  const original = require('node:worker_threads') as typeof threads;
  class Worker extends original.Worker {
    constructor(file: string | URL, options?: threads.WorkerOptions) {
      const name = nameOf(file);
      if (name === undefined) super(file, options);
      else super(`const slungThread = ${JSON.stringify(name)};${textOf('start')}`, { ...options, eval: true });
    }
  }
  return replaced(original, { Worker });
}

/** `require` of the file of that name. */
function requireFrom(from: string): Require {
  return (name) => {
    if (name.startsWith('.')) return load(join(dirname(from), name));
    if (/^(node:)?fs$/.test(name)) return ownFs;
    if (/^(node:)?worker_threads$/.test(name)) return ownThreads();
    // Libraries try others that they may do without.
    if (!isBuiltin(name)) throw Object.assign(new Error(`there is no ${name}`), { code: 'MODULE_NOT_FOUND' });
    return require(name);
  };
}

/** What dist/start.cjs exports elsewhere: here no code has to be kept. */
const start = {
  codeFolder: () => undefined,
  keepCode: () => {},
  load: (name: string) => load(`dist/${name}.cjs`),
  lanesAhead,
  shortInput,
};

/** The exports of a file of the program. */
function load(name: string): Exports {
  if (name === 'dist/start.cjs') return start;
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const file = join(root, name);
  // As long as what the code was made of (load.ts): V8 compares the lengths.
  const text = textOf(name).replace(/^#!/, '//');
  const source = `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
  const script = new Script(source, { filename: file, cachedData: codeOf(name) });
  const module = { exports: {}, filename: file, id: file, loaded: true, importModule: importFrom(name) };
  loaded.set(name, module);
  const main = script.runInThisContext() as (...given: unknown[]) => void;
  main.call(module.exports, module.exports, requireFrom(name), module, file, dirname(file));
  return module.exports;
}

/** The code of a bundle; undefined when it has none. */
function codeOf(name: string): Buffer | undefined {
  const code = `code/${name}`;
  return names.includes(code) ? codeIn(bytesOf(code)) : undefined;
}

/** `import()` of a file of the program, of Node, or of the user: a compiler, for one. */
function importFrom(name: string): (url: string) => Promise<Exports> {
  return async (url) => {
    if (!url.startsWith('file:')) return requireFrom(name)(url);
    const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    // Node says that this is experimental, where it is the only way there is.
    const { emitWarning } = process;
    process.emitWarning = () => {};
    try {
      return await new Script('(url) => import(url)', { importModuleDynamically }).runInThisContext()(url);
    } finally {
      process.emitWarning = emitWarning;
    }
  };
}

load(typeof slungThread === 'undefined' ? 'bin/slung.js' : slungThread);
