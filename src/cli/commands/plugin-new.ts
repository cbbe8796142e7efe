/** `slung plugin new`: a folder with a plugin and a test for it. */
import { basename, relative, resolve } from 'node:path';
import { UsageError } from '../../config/errors.ts';
import { isTaken, nameProblem, pluginLanguages, writeNewPlugin } from '../../plugin/authoring/new.ts';
import { Exit } from '../../text/explained.ts';
import { excerpt, quoted } from '../../text/printable.ts';
import { shellWord } from '../mistakes.ts';
import { pluginArguments } from '../plugin/flags.ts';
import type { World } from '../world.ts';

/** Makes the folder and says on standard error what to do next. @throws UsageError */
export async function pluginNewCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands } = await pluginArguments('plugin new', argv, world, [1, 1, 'a name']);
  const word = operands[0]!;
  const folder = resolve(world.directory(), word);
  const name = basename(folder);
  const problem = nameProblem(name);
  if (problem !== undefined) throw new UsageError(`plugin new: ${quoted(word)}: ${problem}`);
  if (isTaken(folder)) {
    throw new UsageError(
      `plugin new: ${excerpt(word)} exists and is not empty`,
      'Nothing was written. Choose another name.',
    );
  }
  const folderText = shellWord(relative(world.directory(), folder) || '.');
  const language = resolved.choice('lang', pluginLanguages);
  const files = writeNewPlugin({ name, folder, folderText, language });
  world.write(
    2,
    `slung: made ${excerpt(folderText)}: ${files[0]} and ${files.length - 1} other files\nNext: slung plugin test ${excerpt(folderText)}\n`,
  );
  return Exit.ok;
}
