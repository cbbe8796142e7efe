/**
 * Loads a bundle of the program with the code that V8 made of it at an earlier start: compiling it is half of what a
 * start costs over that of Node (bench/startup.mjs). Where Node keeps compiled code itself (22.8 and later), that is
 * asked to; before, it is done here. Whatever is wrong with what is kept, the bundle is compiled as if nothing were.
 *
 * The surprising part: V8 believes what it is given and crashes over a damaged byte. So a file has the code twice, and
 * is used when both are the same, which takes less time to see than any checksum that is at hand this early.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { Script } from 'node:vm';
import { type Kept, keptIn, MARK_BYTES } from './kept-file.ts';
import { lanesAhead } from './lanes-ahead.ts';
import { codeFolder, isPrivate, isPrivateFolder } from './place.ts';
import { shortInput } from './short-input.ts';

/** What a bundle exports. */
// biome-ignore lint/suspicious/noExplicitAny: each bundle has its own, and bin/slung.js is JavaScript
type Exports = any;

/** Code in memory, and where it is to be kept. */
export interface Code {
  readonly script: Script;
  /** `NAME.KEY.code` in `folder`. */
  readonly name: string;
  readonly folder: string;
  /** What it was made of and by; see `keyOf`. */
  readonly key: string;
  /** How often it has been kept already; each time it has the functions that were called since. */
  readonly round: number;
  /** Of V8's own header, to know code by that was made after flags have changed. */
  readonly mark: Buffer;
}

/** What a first run calls is most of what all call; what a third one adds is little. */
const ROUNDS = 3;
/** Larger than any of ours. */
const MAX_BYTES = 64 << 20;
const { O_NOFOLLOW = 0, O_RDONLY } = constants;

let unkept: Code | undefined;

export { codeFolder, lanesAhead, shortInput };

/**
 * The exports of dist/NAME.cjs.
 * @param folder where code is kept; undefined: nowhere
 */
export function load(name: string, folder: string | undefined): Exports {
  const file = `${__dirname}/${name}.cjs`;
  if (folder === undefined || nodeKeeps(folder)) return require(file);
  const { source, identity } = sourceOf(file);
  const key = keyOf(file, identity, source);
  const codeName = `${name}.${checksum(key)}.code`;
  const kept = readKept(`${folder}/${codeName}`, key, folder);
  const script = new Script(source, { filename: file, cachedData: kept?.code });
  const isUsed = kept !== undefined && script.cachedDataRejected !== true;
  const round = isUsed ? kept.round : 0;
  if (round < ROUNDS) {
    const mark = (isUsed ? kept.code : script.createCachedData()).subarray(0, MARK_BYTES);
    unkept = { script, name: codeName, folder, key, round, mark };
  }
  return run(script, file);
}

/** Keeps the code of what was loaded, with the functions that were called since; most starts have nothing to keep. */
export function keepCode(): void {
  const code = unkept;
  unkept = undefined;
  if (code === undefined) return;
  try {
    (require('./keep-code.cjs') as { keep: (code: Code) => void }).keep(code);
  } catch {
    // The next start takes a few milliseconds longer.
  }
}

/** Node 22.8 and later keep compiled code in files of their own. @returns whether this one does */
function nodeKeeps(folder: string): boolean {
  if (Number(process.versions.node.split('.')[0]) < 22) return false;
  const { enableCompileCache } = process.getBuiltinModule('node:module') as {
    readonly enableCompileCache?: (folder: string) => unknown;
  };
  if (enableCompileCache === undefined) return false;
  const { makeFolder } = require('./keep-code.cjs') as { makeFolder: (folder: string) => boolean };
  if (isPrivateFolder(folder) || makeFolder(folder)) enableCompileCache(folder);
  return true;
}

function run(script: Script, file: string): Exports {
  // Code that was kept cannot import modules by itself.
  const importModule = (url: string): Promise<unknown> => import(url);
  const module = { exports: {}, filename: file, id: file, loaded: true, importModule };
  const main = script.runInThisContext() as (...given: unknown[]) => void;
  main.call(module.exports, module.exports, require, module, file, dirname(file));
  (require as NodeJS.Require).cache[file] = module as unknown as NodeModule;
  return module.exports;
}

/** What stands around a CommonJS file, as in Node. */
const WRAPPER = ['(function (exports, require, module, __filename, __dirname) {', '\n})'] as const;

/**
 * The text of a bundle as a function. Bundles are ASCII (build.mjs), so each byte is a character; it becomes a string
 * once, with all that belongs to it, because V8 copies what is put together.
 */
function sourceOf(file: string): { readonly source: string; readonly identity: string } {
  const fd = openSync(file, O_RDONLY);
  try {
    const { size, mtimeMs, ino } = fstatSync(fd);
    const bytes = readWhole(fd, size, WRAPPER);
    if (bytes === undefined) throw new Error(`${file} changes while it is read`);
    return { source: bytes.toString('latin1'), identity: `${size} ${mtimeMs} ${ino}` };
  } finally {
    closeSync(fd);
  }
}

/** The end of a bundle is the checksum of the rest. */
const CHECKSUM_CHARACTERS = 80;

/** All that decides whether code fits; V8 itself compares its version, its flags and the length of the source. */
function keyOf(file: string, identity: string, source: string): string {
  const { node, v8 } = process.versions;
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  return [file, identity, source.slice(-CHECKSUM_CHARACTERS), node, v8, process.arch, options].join('\n');
}

/** 32 bits by FNV-1a (Fowler, Noll, Vo), for the name of a file that says in full what it is for. */
function checksum(text: string): string {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return (sum >>> 0).toString(16).padStart(8, '0');
}

/** Undefined when there is none, or it cannot be trusted. */
function readKept(path: string, key: string, folder: string): Kept | undefined {
  try {
    if (!isPrivateFolder(folder)) return undefined;
    const fd = openSync(path, O_RDONLY | O_NOFOLLOW);
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile() || !isPrivate(stats) || stats.size > MAX_BYTES) return undefined;
      const bytes = readWhole(fd, stats.size);
      return bytes === undefined ? undefined : keptIn(bytes, key);
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/** The bytes of a file between two texts; undefined when it is shorter than `size`. */
function readWhole(
  fd: number,
  size: number,
  [before, behind]: readonly [string, string] = ['', ''],
): Buffer | undefined {
  const bytes = Buffer.allocUnsafeSlow(before.length + size + behind.length);
  const end = before.length + size;
  let filled = before.length;
  while (filled < end) {
    const count = readSync(fd, bytes, filled, end - filled, null);
    if (count === 0) return undefined;
    filled += count;
  }
  bytes.write(before, 0, 'latin1');
  bytes.write(behind, end, 'latin1');
  return bytes;
}
