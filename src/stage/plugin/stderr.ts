/**
 * The end of what a plugin's guests said: lines of standard error that they did not finish, and what was not shown.
 */

import { counted } from '../../format/count.ts';
import type { Talk } from '../../graph/host.ts';
import { COUNT_STDERR_HIDDEN, COUNT_WARNINGS_LEFT } from '../../plugin/lane/task.ts';
import type { LaneSpec, PluginLane } from './lane.ts';

/** Tells the rest; the guests of the lanes must not be running. */
export function endStderr(lanes: readonly PluginLane[], spec: LaneSpec, talk: Talk): void {
  for (const lane of lanes) lane.endStderrLine();
  const hidden = lanes.reduce((total, lane) => total + lane.count(COUNT_STDERR_HIDDEN), 0);
  if (hidden === 0 || spec.stderr === 'none') return;
  const what = `${counted(hidden, 'more line')} of its standard error`;
  talk.warn(`plugin ${spec.name} wrote ${what}; --plugin-stderr all shows them`);
}

/** Tells how many warnings were only counted. */
export function tellLeftWarnings(lanes: readonly PluginLane[], { name }: LaneSpec, talk: Talk): void {
  const left = lanes.reduce((total, lane) => total + lane.count(COUNT_WARNINGS_LEFT), 0);
  if (left > 0) talk.warn(`plugin ${name}: ${counted(left, 'more warning')} ${left === 1 ? 'is' : 'are'} not shown`);
}
