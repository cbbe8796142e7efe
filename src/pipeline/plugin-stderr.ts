/** The end of what a plugin's guests wrote to their standard error: lines that they did not finish, and what was not shown. */
import { COUNT_STDERR_HIDDEN } from '../plugin/lane/task.ts';
import type { Talk } from './host.ts';
import type { LaneSpec, PluginLane } from './plugin-lane.ts';
import { counted } from './stats.ts';

/** Tells the rest; the guests of the lanes must not be running. */
export function endStderr(lanes: readonly PluginLane[], spec: LaneSpec, talk: Talk): void {
  for (const lane of lanes) lane.endStderrLine();
  const hidden = lanes.reduce((total, lane) => total + lane.count(COUNT_STDERR_HIDDEN), 0);
  if (hidden === 0 || spec.stderr === 'none') return;
  const what = `${counted(hidden, 'more line')} of its standard error`;
  talk.warn(`plugin ${spec.name} wrote ${what}; --plugin-stderr all shows them`);
}
