/** `slung generate`: records of a template on standard output, until there are enough or nobody reads any more. */
import { UsageError } from '../../config/errors.ts';
import { generateRecords } from '../../generate/generate.ts';
import { Exit } from '../../text/explained.ts';
import { excerpt } from '../../text/printable.ts';
import { generateOptions, readTemplate } from '../bench/template.ts';
import { paintFor } from '../color.ts';
import { commandOf } from '../commands.ts';
import { resolveLine } from '../line.ts';
import type { World } from '../world.ts';

/** When nobody says how many. */
const USUAL_RECORDS = 1000;

/** The exit code. @throws UsageError, TemplateError */
export async function generateCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands } = resolveLine('generate', argv, world.environment);
  const [file, other] = operands;
  if (other !== undefined) throw new UsageError(`generate takes only one template: ${excerpt(other)}`);
  if (file === undefined && world.isTTY(0)) {
    const { helpText } = await import('../help/help.ts');
    world.write(2, helpText('brief', commandOf('generate'), await paintFor(0)));
    return Exit.usage;
  }
  const wanted = resolved.optionalNumber('records') ?? USUAL_RECORDS;
  const records = wanted === 0 ? Number.POSITIVE_INFINITY : wanted;
  const template = readTemplate(file ?? '-', world);
  for (const lines of generateRecords(template, { ...generateOptions(resolved), records })) {
    if (!world.writeData(lines)) break;
  }
  return Exit.ok;
}
