// @ts-check
/**
 * The native peer: native/*.cpp with the single header of the npm package @nozbe/simdjson, compiled here by the
 * machine's C++ compiler for this processor (-O3 -march=native). The program is kept beside the bench's data under a
 * name that holds its sources, the library's and the compiler's version, so it is compiled once.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFolder } from './generate.mjs';

const SOURCES = fileURLToPath(new URL('native/', import.meta.url));
const FLAGS = ['-std=c++17', '-O3', '-march=native', '-DNDEBUG', '-pthread'];
const PACKAGE = '@nozbe/simdjson';
const require = createRequire(import.meta.url);

/** @typedef {{ file: string, about: string } | { missing: string }} Native `about`: library, compiler and flags */

/** Found out once. @type {Native | undefined} */
let known;

/** The compiled program, compiled now if it is not there yet. @returns {Native} */
export function nativePeer() {
  known ??= build();
  return known;
}

/** @returns {Native} */
function build() {
  const library = libraryFolder();
  if (library === undefined) return { missing: `${PACKAGE} is not installed (npm i --prefix bench)` };
  const compiler = process.env.CXX ?? 'c++';
  const said = spawnSync(compiler, ['--version'], { encoding: 'utf8' });
  if (said.status !== 0) return { missing: `no C++ compiler (${compiler}; CXX names another)` };
  const version = said.stdout.split('\n')[0] ?? compiler;
  const libraryVersion = JSON.parse(readFileSync(join(library, '../package.json'), 'utf8')).version;
  const about = `simdjson ${libraryVersion}, ${version}, ${FLAGS.slice(0, 3).join(' ')}`;
  const file = join(dataFolder(), `simdjson-${digestOf(about)}`);
  if (!existsSync(file)) {
    const failed = compile(compiler, library, file);
    if (failed !== undefined) return { missing: failed };
  }
  return { file, about };
}

/** @returns {string | undefined} where simdjson.h and simdjson.cpp are */
function libraryFolder() {
  try {
    return join(dirname(require.resolve(`${PACKAGE}/package.json`)), 'src');
  } catch {
    return undefined;
  }
}

/** @param {string} about @returns {string} */
function digestOf(about) {
  const hash = createHash('sha256').update(about);
  for (const name of readdirSync(SOURCES).toSorted()) hash.update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * @param {string} compiler @param {string} library @param {string} file never there before it is complete
 * @returns {string | undefined} the first error
 */
function compile(compiler, library, file) {
  process.stderr.write(`compiling the native peer with ${compiler}\n`);
  mkdirSync(dataFolder(), { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  const sources = [join(SOURCES, 'simdjson.cpp'), join(library, 'simdjson.cpp')];
  const done = spawnSync(compiler, [...FLAGS, '-I', library, ...sources, '-o', partial], { encoding: 'utf8' });
  if (done.status !== 0)
    return `${compiler} failed: ${/.*error.*/.exec(done.stderr)?.[0] ?? done.stderr.slice(0, 200)}`;
  renameSync(partial, file);
  return undefined;
}
