/**
 * Compiles plugins written in AssemblyScript, for tests: with the SDK's own options, as `slung plugin build` does.
 */
import { dirname, join, relative } from 'node:path';
import { cached, cacheKey, keep, passingName, root } from './compiled.ts';

const sdk = 'src/plugin/sdk';

/** The SDK, the folder of the entry, and the compiler decide about the result. */
const fileOf = (entry: string, flags: readonly string[]): string => cacheKey([sdk, dirname(entry)], [entry, ...flags]);

/** What this process is compiling or has compiled, by file: tests that run side by side share it. */
const compiled = new Map<string, Promise<Buffer>>();

/**
 * Compiles one entry (a path from the project's root) with the SDK's options and `flags`; throws what the compiler
 * says.
 */
export async function compilePlugin(entry: string, flags: readonly string[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const file = fileOf(entry, flags);
  const bytes = compiled.get(file) ?? readOrCompile(file, entry, flags);
  compiled.set(file, bytes);
  // A copy, because some write into it.
  return new Uint8Array(await bytes);
}

async function readOrCompile(file: string, entry: string, flags: readonly string[]): Promise<Buffer> {
  const found = cached(file);
  if (found !== undefined) return found;
  const passing = passingName(file);
  const outFile = relative(root, passing);
  const args = [entry, '--baseDir', root, '--config', join(root, sdk, 'asconfig.json'), '--outFile', outFile, ...flags];
  // Loading the compiler takes 0.4 s, and most test files find all they need compiled.
  const { main } = await import('assemblyscript/asc');
  const { error, stderr } = await main(args);
  if (error) throw new Error(`${entry} does not compile: ${error.message}\n${stderr.toString()}`);
  return keep(passing, file);
}

/** The same, as a file, for tests that run the command line; the path is absolute. */
export async function pluginFile(entry: string, flags: readonly string[] = []): Promise<string> {
  await compilePlugin(entry, flags);
  return fileOf(entry, flags);
}
