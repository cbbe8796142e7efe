/** Compiling as the commands need it: with the user's cache, and with errors that name the file. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { PluginFileError } from '../../config/errors.ts';
import { BuildError, compileNative } from '../../plugin/authoring/build.ts';
import { buildCached as buildByContent } from '../../plugin/authoring/build-cache.ts';
import { excerpt } from '../../text/printable.ts';
import { SignalWatch } from '../signals.ts';
import type { World } from '../world.ts';

/** The module of a .ts file; `label` is the file as typed. @throws PluginFileError */
export async function buildCached(path: string, label: string, world: World): Promise<Uint8Array> {
  requireFile(path, label);
  try {
    return (await buildByContent(path, cacheDirectory(world), world.uid())).bytes;
  } catch (error) {
    throw explained(error, label);
  }
}

/** The module of a source in any of the languages. @throws PluginFileError */
export async function buildSource(path: string, label: string, world: World): Promise<Uint8Array> {
  if (path.endsWith('.ts')) return await buildCached(path, label, world);
  requireFile(path, label);
  const folder = mkdtempSync(join(tmpdir(), 'slung-build-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const stop = new AbortController();
  const watch = new SignalWatch(world.signals);
  watch.beforeDeath(() => {
    stop.abort();
    remove();
  });
  try {
    const out = join(folder, 'plugin.wasm');
    await compileNative(path, out, stop.signal);
    return readFileSync(out);
  } catch (error) {
    throw explained(error, label);
  } finally {
    watch.end();
    remove();
  }
}

/** Where compiled sources are kept; undefined when the user has no home. */
function cacheDirectory({ environment }: World): string | undefined {
  const cache = environment.XDG_CACHE_HOME ?? '';
  if (isAbsolute(cache)) return join(cache, 'slung/plugins');
  return environment.HOME ? join(environment.HOME, '.cache/slung/plugins') : undefined;
}

function requireFile(path: string, label: string): void {
  try {
    if (!statSync(path).isFile()) throw new PluginFileError(`${excerpt(label)}: that is no file, and a source is one`);
  } catch (error) {
    if (error instanceof PluginFileError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new PluginFileError(`${excerpt(label)}: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}

function explained(error: unknown, label: string): unknown {
  return error instanceof BuildError ? new PluginFileError(`${excerpt(label)}: ${error.message}`, error.detail) : error;
}
