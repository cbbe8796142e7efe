/**
 * Compiles plugins written in AssemblyScript, for tests: with the SDK's own options, as `slung plugin build` does. What
 * was compiled is kept under node_modules/.cache, by the content of everything that went into it, because compiling
 * costs a second or two and most runs of the tests change no plugin.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main as asc } from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules/.cache/slung-test-plugins');
const sdk = 'src/plugin/sdk';

function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|json)$/.test(file))
    .map((file) => join(folder, file))
    .sort();
}

/** The SDK, the folder of the entry, and the compiler decide about the result. */
function keyOf(entry: string, flags: readonly string[]): string {
  const hash = createHash('sha256');
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/assemblyscript/package.json'), 'utf8'));
  hash.update(JSON.stringify([version, entry, flags]));
  for (const file of [...filesOf(sdk), ...filesOf(dirname(entry))]) {
    hash.update(`\n${file}\n`);
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 32);
}

/** What this process is compiling or has compiled, by file: tests that run side by side share it. */
const compiled = new Map<string, Promise<Buffer>>();

/** Compiles one entry (a path from the project's root) with the SDK's options and `flags`; throws what the compiler says. */
export async function compilePlugin(entry: string, flags: readonly string[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const file = join(cache, `${keyOf(entry, flags)}.wasm`);
  const bytes = compiled.get(file) ?? readOrCompile(file, entry, flags);
  compiled.set(file, bytes);
  // A copy, because some write into it.
  return new Uint8Array(await bytes);
}

async function readOrCompile(file: string, entry: string, flags: readonly string[]): Promise<Buffer> {
  try {
    return readFileSync(file);
  } catch {
    // Not compiled yet.
  }
  mkdirSync(cache, { recursive: true });
  // Other processes may compile the same plugin: what a name holds is always whole.
  const passing = `${file}.${process.pid}`;
  const outFile = relative(root, passing);
  const args = [entry, '--baseDir', root, '--config', join(root, sdk, 'asconfig.json'), '--outFile', outFile, ...flags];
  const { error, stderr } = await asc(args);
  if (error) throw new Error(`${entry} does not compile: ${error.message}\n${stderr.toString()}`);
  renameSync(passing, file);
  return readFileSync(file);
}

/** The same, as a file, for tests that run the command line; the path is absolute. */
export async function pluginFile(entry: string, flags: readonly string[] = []): Promise<string> {
  await compilePlugin(entry, flags);
  return join(cache, `${keyOf(entry, flags)}.wasm`);
}
