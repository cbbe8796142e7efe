/**
 * From the NAME of `plugin build` and `plugin test` to folders: NAME itself, ./plugins/NAME, or without NAME all there
 * are.
 */
import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UsageError } from '../../config/errors.ts';
import { nearest } from '../../selector/suggest.ts';
import { excerpt } from '../../text/printable.ts';
import type { World } from '../world.ts';

/**
 * Absolute paths of folders that `fits`. Without a word: the working directory when it fits, or else those in it and
 * in ./plugins. @throws UsageError for a name that is no folder
 */
export function pluginFolders(word: string | undefined, world: World, fits: (folder: string) => boolean): string[] {
  const here = world.directory();
  if (word === undefined) {
    if (fits(here)) return [here];
    return [here, join(here, 'plugins')].flatMap(foldersIn).filter(fits);
  }
  const found = [resolve(here, word), resolve(here, 'plugins', word)].find(isFolder);
  if (found !== undefined) return [found];
  const near = nearest(
    word,
    [here, join(here, 'plugins')]
      .flatMap(foldersIn)
      .filter(fits)
      .map((path) => basename(path)),
  );
  throw new UsageError(`there is no folder ${excerpt(word)}, here or in ./plugins`, {
    near,
    detail: `To begin one: slung plugin new ${excerpt(word)}`,
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path)
      .sort()
      .map((name) => join(path, name))
      .filter((folder) => !basename(folder).startsWith('.') && basename(folder) !== 'node_modules' && isFolder(folder));
  } catch {
    return [];
  }
}
