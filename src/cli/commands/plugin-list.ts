/** `slung plugin list`: which plugins are found by name, and where. */

import { PluginFileError } from '../../config/errors.ts';
import { formatSize } from '../../config/quantity.ts';
import { widthOf } from '../../format/text.ts';
import { listPlugins, pluginPlaces } from '../../plugin/find.ts';
import { kindOf } from '../../stage/plugin/look.ts';
import { Exit } from '../../text/explained.ts';
import { excerpt, oneLine } from '../../text/printable.ts';
import { pluginArguments } from '../plugin/flags.ts';
import { type PluginLimits, pluginLimits, readPluginFile } from '../plugin/read.ts';
import type { World } from '../world.ts';

/** Writes the list to standard output. @throws UsageError */
export async function pluginListCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, paint } = await pluginArguments('plugin list', argv, world, [0, 0, '']);
  const places = pluginPlaces({ environment: world.environment, directory: world.directory() });
  const limits = pluginLimits(resolved);
  const rows = [];
  for (const plugin of listPlugins(places)) rows.push({ ...plugin, kind: await kindAt(plugin.path, world, limits) });
  if (resolved.boolean('json')) {
    const plugins = rows.map(({ name, kind, bytes, path, isHidden }) => ({ name, kind, bytes, path, isHidden }));
    world.write(1, `${JSON.stringify({ places: places.map(({ path }) => path), plugins })}\n`);
    return Exit.ok;
  }
  if (rows.length === 0) {
    world.write(2, `slung: no plugins in ${places.map(({ label }) => excerpt(label)).join(', ')}\n`);
    return Exit.ok;
  }
  const width = Math.max(...rows.map(({ name }) => widthOf(oneLine(name))));
  for (const { name, kind, bytes, label, isHidden } of rows) {
    const shown = oneLine(name);
    const columns = [
      shown + ' '.repeat(width - widthOf(shown)),
      (kind ?? 'not a plugin').padEnd(17),
      formatSize(bytes).padStart(10),
      label,
    ];
    const line = oneLine(columns.join('  '));
    world.write(1, `${isHidden ? paint.faint(`${line} (hidden)`) : line}\n`);
  }
  return Exit.ok;
}

/** Undefined for a file that is no plugin, or cannot be read. */
async function kindAt(path: string, world: World, limits: PluginLimits): Promise<string | undefined> {
  try {
    const bytes = await readPluginFile(path, path, limits, world);
    return (await kindOf(bytes, limits.loadLimitMs)).kind;
  } catch (error) {
    if (error instanceof PluginFileError) return undefined;
    throw error;
  }
}
