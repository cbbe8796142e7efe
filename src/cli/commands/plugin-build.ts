/** `slung plugin build`: the source of a plugin → a .wasm file beside it, or where -o says. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, relative, resolve } from 'node:path';
import { UsageError } from '../../config/errors.ts';
import { formatSize } from '../../config/quantity.ts';
import { removeLeftovers, temporaryBeside } from '../../lock/temporary.ts';
import { sourceEndings } from '../../plugin/authoring/build.ts';
import { pluginOfFolder } from '../../plugin/authoring/test-cases.ts';
import { Exit } from '../../text/explained.ts';
import { excerpt } from '../../text/printable.ts';
import { buildSource } from '../plugin/build.ts';
import { pluginArguments } from '../plugin/flags.ts';
import { pluginFolders } from '../plugin/folders.ts';
import type { World } from '../world.ts';

const isSource = (path: string): boolean => sourceEndings.some((ending) => ending === extname(path));

/** Writes the file, and says so on standard error. @throws UsageError, PluginFileError */
export async function pluginBuildCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands } = await pluginArguments('plugin build', argv, world, [0, 1, 'a name or a file']);
  const source = sourceOf(operands[0], world);
  const label = relative(world.directory(), source);
  const bytes = await buildSource(source, label, world);
  const out = resolved.optionalText('pluginOutput');
  const target =
    out === undefined ? `${source.slice(0, -extname(source).length)}.wasm` : resolve(world.directory(), out);
  // Under another name first: a run that starts now must not read half of it.
  const temporary = temporaryBeside(target);
  try {
    writeFileSync(temporary, bytes, { flag: 'wx' });
    removeLeftovers(target, temporary);
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
  }
  world.write(2, `slung: ${excerpt(relative(world.directory(), target))}: ${formatSize(bytes.length)}\n`);
  return Exit.ok;
}

function sourceOf(word: string | undefined, world: World): string {
  if (word !== undefined && isSource(word)) return resolve(world.directory(), word);
  const folders = pluginFolders(word, world, () => true);
  const source = folders.map(pluginOfFolder).find((path) => path !== undefined && isSource(path));
  if (source !== undefined) return source;
  const name = basename(folders[0] ?? world.directory());
  throw new UsageError(
    `plugin build: there is no ${sourceEndings.map((ending) => excerpt(name) + ending).join(', ')}`,
    'Name the source: slung plugin build FILE',
  );
}
