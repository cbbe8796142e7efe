/**
 * Where compiled code is kept between starts, and whether it may be trusted there. What is read from it is run, so the
 * folder and the files must be the user's own, and nobody else may be able to write them.
 */
import { lstatSync, type Stats } from 'node:fs';
import { isAbsolute, join } from 'node:path';

const WRITABLE_BY_OTHERS = 0o022;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder; undefined when code is not to be kept, or cannot: SLUNG_CODE_CACHE is 0, Node's own variable says so, or
 * there is no home. It need not be there yet.
 */
export function codeFolder(environment: Environment): string | undefined {
  const { SLUNG_CODE_CACHE: asked = '' } = environment;
  const isOff = asked !== '' && /^(0|false|off|no)$/i.test(asked);
  if (isOff || environment.NODE_DISABLE_COMPILE_CACHE || userId() === undefined) return undefined;
  const cache = environment.XDG_CACHE_HOME ?? '';
  // A relative XDG_CACHE_HOME is invalid by the specification and to be ignored.
  if (isAbsolute(cache)) return join(cache, 'slung/code');
  return isAbsolute(environment.HOME ?? '') ? join(environment.HOME!, '.cache/slung/code') : undefined;
}

/** Whether it is a folder that nobody else can put anything into. */
export function isPrivateFolder(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && isPrivate(stats);
}

/** Whether it is the user's own, and nobody else may write it. */
export function isPrivate({ uid, mode }: Stats): boolean {
  return uid === userId() && (mode & WRITABLE_BY_OTHERS) === 0;
}

/** Undefined where there are no users, and in a program that runs with the rights of another than who started it. */
function userId(): number | undefined {
  const id = process.getuid?.();
  return id === process.geteuid?.() ? id : undefined;
}
