/**
 * --files-from and --glob: the files that a line means without naming each. They become its operands before anything
 * else looks at them.
 */
import { UsageError } from '../config/errors.ts';
import type { Resolved } from '../config/layers.ts';
import { filesBelow, isFolder, namesFrom } from '../io/file-list.ts';
import { excerpt } from '../text/printable.ts';

/** @throws UsageError, and SourceError for a list or a folder that cannot be read */
export function inputFiles(resolved: Resolved, operands: readonly string[]): readonly string[] {
  const list = resolved.optionalText('filesFrom');
  const files = list === undefined ? operands : listed(list, operands, resolved.originText('filesFrom'));
  const pattern = resolved.optionalText('glob');
  return pattern === undefined ? files : globbed(pattern, files, resolved.originText('glob'));
}

function listed(list: string, operands: readonly string[], flag: string): readonly string[] {
  const [first] = operands;
  if (first !== undefined) {
    throw new UsageError(
      `${flag} and the file ${excerpt(first)} cannot be used together`,
      'Add its name to the list, or leave the list out.',
    );
  }
  const names = namesFrom(list);
  if (names.length === 0)
    throw new UsageError(`${flag}: there is no name in ${list === '-' ? 'standard input' : excerpt(list)}`);
  if (list !== '-' || !names.includes('-')) return names;
  throw new UsageError(
    `${flag} -: standard input is the list, and cannot be read as -, too`,
    'A file of that name is ./-.',
  );
}

function globbed(pattern: string, files: readonly string[], flag: string): readonly string[] {
  if (pattern === '' || pattern.includes('/')) {
    throw new UsageError(
      `${flag}: ${JSON.stringify(excerpt(pattern))} is no pattern for names`,
      "It is compared with the names of files, wherever they are below the folder: --glob '*.ndjson'",
    );
  }
  if (!files.some(isFolder)) {
    throw new UsageError(`${flag} needs a folder`, `For example: slung select logs ${flag} '*.ndjson'`);
  }
  return files.flatMap((file) => {
    if (!isFolder(file)) return [file];
    const found = filesBelow(file, pattern);
    if (found.length > 0) return found;
    throw new UsageError(`${flag}: no file below ${excerpt(file)} is called like ${JSON.stringify(excerpt(pattern))}`);
  });
}
