/**
 * Keeps what AssemblyScript made, so that `slung run plugin.ts` compiles once for each content. An entry is two files:
 * KEY.wasm, and KEY.json with the checksum of every file that the compiler asked for, also of those that were not there
 * (a new one could be taken instead). The entry holds when all of them are as they were and the result is whole;
 * otherwise it is made anew. KEY is the checksum of the source's path and the compiler's version.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Compiled, compileAssemblyScript, findAsc, textOf } from './build.ts';

/** The form of KEY.json. */
interface Entry {
  /** Checksum of KEY.wasm. */
  readonly result: string;
  /** By absolute path; null for a file that was not there. */
  readonly inputs: Readonly<Record<string, string | null>>;
}

/**
 * The module of `file` (an absolute path), from `directory` or newly compiled. A cache that cannot be read or written is
 * only slow. `unique` is part of temporary names, so that two processes do not share one.
 * @throws BuildError
 */
export async function buildCached(
  file: string,
  directory: string | undefined,
  unique: string,
): Promise<{ bytes: Uint8Array; isCached: boolean }> {
  const place = findAsc(file);
  if (directory === undefined) return { bytes: (await compileAssemblyScript(file, place)).bytes, isCached: false };
  const key = checksum(`${place.version}\0${file}`).slice(0, 32);
  const kept = readEntry(directory, key);
  if (kept !== undefined) return { bytes: kept, isCached: true };
  const compiled = await compileAssemblyScript(file, place);
  writeEntry(directory, key, compiled, unique);
  return { bytes: compiled.bytes, isCached: false };
}

function readEntry(directory: string, key: string): Uint8Array | undefined {
  try {
    const { result, inputs } = JSON.parse(readFileSync(join(directory, `${key}.json`), 'utf8')) as Entry;
    const isCurrent = Object.entries(inputs).every(([path, sum]) => sumOf(textOf(path)) === sum);
    if (!isCurrent) return undefined;
    const bytes = readFileSync(join(directory, `${key}.wasm`));
    return checksum(bytes) === result ? bytes : undefined;
  } catch {
    // Not there, or damaged: it is made anew.
    return undefined;
  }
}

function writeEntry(directory: string, key: string, { bytes, inputs }: Compiled, unique: string): void {
  const entry: Entry = {
    result: checksum(bytes),
    inputs: Object.fromEntries([...inputs].map(([path, text]) => [path, sumOf(text)])),
  };
  const files = [
    [`${key}.wasm`, bytes],
    [`${key}.json`, JSON.stringify(entry)],
  ] as const;
  try {
    mkdirSync(directory, { recursive: true });
    for (const [name, content] of files) {
      const temporary = join(directory, `${name}.${unique}`);
      try {
        writeFileSync(temporary, content);
        renameSync(temporary, join(directory, name));
      } finally {
        rmSync(temporary, { force: true });
      }
    }
  } catch {
    // A full or read-only disk costs the next run its time and this one nothing.
  }
}

function checksum(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function sumOf(text: string | undefined): string | null {
  return text === undefined ? null : checksum(text);
}
