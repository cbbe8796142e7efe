/**
 * What tests compile from AssemblyScript is kept under node_modules/.cache, by the content of everything that went
 * into it: compiling costs a second or two, and most runs of the tests change no source. A name there is always whole,
 * so processes that compile the same at the same time do no harm.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules/.cache/slung-test-plugins');

function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|json)$/.test(file))
    .map((file) => join(folder, file))
    .sort();
}

/** The file for what is compiled from these folders (from the project's root) by these words of a command. */
export function cacheKey(folders: readonly string[], words: readonly string[]): string {
  const hash = createHash('sha256');
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/assemblyscript/package.json'), 'utf8'));
  hash.update(JSON.stringify([version, words]));
  for (const file of folders.flatMap(filesOf)) {
    hash.update(`\n${file}\n`);
    hash.update(readFileSync(join(root, file)));
  }
  return join(cache, `${hash.digest('hex').slice(0, 32)}.wasm`);
}

/** What is there, if anything is. */
export function cached(file: string): Buffer<ArrayBuffer> | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** A name to compile to, which `keep` then makes the file's. */
export function passingName(file: string): string {
  mkdirSync(cache, { recursive: true });
  return `${file}.${process.pid}`;
}

export function keep(passing: string, file: string): Buffer<ArrayBuffer> {
  renameSync(passing, file);
  return readFileSync(file);
}

/** What is there, or what `compile` writes. */
export function cachedSync(file: string, compile: (outFile: string) => void): Buffer<ArrayBuffer> {
  const found = cached(file);
  if (found !== undefined) return found;
  const passing = passingName(file);
  compile(passing);
  return keep(passing, file);
}
