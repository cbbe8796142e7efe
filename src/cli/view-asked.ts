/** Whether what is output is to be laid out for people; the code for that is loaded only then. */
import type { Resolved } from '../config/layers.ts';
import type { WritingSettings } from '../config/settings.ts';
import type { World } from './world.ts';

/** The settings of a run, with the view of --pretty or --to table. */
export async function withView<T extends Pick<WritingSettings, 'sink'>>(
  settings: T,
  resolved: Resolved,
  world: World,
): Promise<T> {
  const kind = resolved.boolean('pretty') ? 'pretty' : resolved.optionalText('to') === 'table' ? 'table' : undefined;
  if (kind === undefined) return settings;
  const { viewOf } = await import('./view.ts');
  return { ...settings, sink: { ...settings.sink, view: await viewOf(kind, resolved, world) } };
}
