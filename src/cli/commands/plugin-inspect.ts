/**
 * `slung plugin inspect`: what a file is. What stands in the file comes from plugin/inspect.ts; what a Tangent plugin
 * says of itself only by running it, in the sandbox and with the limits of a run.
 */
import { PluginFileError, UsageError } from '../../config/errors.ts';
import { resolveLayers } from '../../config/layers.ts';
import { formatSize } from '../../config/quantity.ts';
import { type LoadedPlugin, runSettings } from '../../config/run.ts';
import type { ImportGroup, Inspection, MemorySize } from '../../plugin/inspect.ts';
import type { PluginDescription } from '../../plugin/lane/task.ts';
import { inspectionOf } from '../../stage/plugin/look.ts';
import { Exit } from '../../text/explained.ts';
import { messageLine } from '../../text/printable.ts';
import type { Paint } from '../color.ts';
import { flagsOf } from '../flags/flags.ts';
import { loadPlugin, runSources } from '../plugin/files.ts';
import { pluginArguments } from '../plugin/flags.ts';
import { type PluginLimits, pluginLimits } from '../plugin/read.ts';
import { defaultLayer } from '../sources.ts';
import type { World } from '../world.ts';

/** What the plugin said, or one line that says why it did not; neither for kinds that say nothing. */
interface Said {
  readonly description?: PluginDescription;
  readonly problem?: string;
}

/**
 * Writes the report to standard output; exit code 3 when the file cannot be used. @throws UsageError, PluginFileError
 */
export async function pluginInspectCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands, paint } = await pluginArguments('plugin inspect', argv, world, [1, 1, 'a file']);
  const limits = pluginLimits(resolved);
  const plugin = await loadPlugin(operands[0]!, undefined, world, limits);
  const { file } = plugin;
  const inspection = await inspectionOf(plugin.bytes, limits.loadLimitMs);
  const said = await askPlugin(plugin, inspection, world, limits);
  const refusal = inspection.refusal ?? said.problem;
  if (resolved.boolean('json')) {
    world.write(1, `${jsonOf({ file, ...inspection, refusal, description: said.description })}\n`);
  } else {
    world.write(1, reportText(file, inspection, said, paint));
  }
  return refusal === undefined ? Exit.ok : Exit.plugin;
}

async function askPlugin(
  plugin: LoadedPlugin,
  { kind }: Inspection,
  world: World,
  limits: PluginLimits,
): Promise<Said> {
  if (kind !== 'tangent-component' && kind !== 'tangent-core') return {};
  const resolved = resolveLayers([defaultLayer(flagsOf('run'), {})]);
  const operands = { plugin: plugin.name, files: [], args: [] };
  const chosen = await runSettings(resolved, operands, { ...runSources(world, limits), load: async () => plugin });
  const { loadLimitMs } = limits;
  const plugins = chosen.plugins.map((one) => ({ ...one, limits: { ...one.limits, loadLimitMs } }));
  const describe = await world.loadDescribePlugin();
  const talk = { error: () => {}, warn: () => {}, info: () => {}, guest: () => {}, verbose: () => {} };
  try {
    const host = { talk, progress: undefined, onSignal: () => () => {}, clockMs: () => world.clockMs() };
    const description = await describe({ ...chosen, plugins }, host);
    return description === undefined ? {} : { description };
  } catch (error) {
    if (error instanceof UsageError || error instanceof PluginFileError) return { problem: error.message };
    throw error;
  }
}

/** A 64-bit integer of a selector is a number where JavaScript has it exactly, and else its digits as a string. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'bigint') return item;
    return Number.isSafeInteger(Number(item)) ? Number(item) : String(item);
  });
}

function reportText(file: string, inspection: Inspection, said: Said, paint: Paint): string {
  const { kind, refusal, layer, bytes, modules, imports, exports, producers, memories } = inspection;
  const refused = refusal ?? said.problem;
  const about = said.description;
  const rows: [string, readonly string[]][] = [
    ['file', [`${file} (${formatSize(bytes)})`]],
    ['kind', [kind ?? (layer === undefined ? 'none' : `none (${layer} layer)`)]],
    ['refused', refused === undefined ? [] : [refused]],
    ['name', about === undefined ? [inspection.name ?? ''].filter(Boolean) : [`${about.name} ${about.version}`]],
    ['selects', about === undefined ? [] : selectorLines(about)],
    ['imports', imports.map(importLine)],
    ['exports', exports],
    ['memory', memories.map(memoryText)],
    [
      'modules',
      modules.length < 2 ? [] : modules.map((core) => `${core.name ?? '(no name)'} ${formatSize(core.bytes)}`),
    ],
    ['made by', producers.map(({ field, name, version }) => `${name} ${version} (${field})`)],
  ];
  const lines = rows.flatMap(([label, texts]) =>
    texts.map((text, i) => {
      const shown = messageLine(text);
      return `${paint.strong((i === 0 ? label : '').padEnd(8))} ${label === 'refused' ? paint.error(shown) : shown}`;
    }),
  );
  return `${lines.join('\n')}\n`;
}

function selectorLines({ selectors }: PluginDescription): string[] {
  if (selectors.length === 0) return ['every record'];
  return selectors.map((selector) => jsonOf(selector));
}

function importLine({ from, names }: ImportGroup): string {
  // Of some interfaces only the types are used.
  return names.length === 0 ? from : `${from}: ${names.join(', ')}`;
}

function memoryText({ initialPages, maximumPages }: MemorySize): string {
  const most = maximumPages === undefined ? 'no maximum' : `at most ${formatSize(maximumPages * 65_536)}`;
  return `${formatSize(initialPages * 65_536)} at first, ${most}`;
}
