/**
 * Problems that appear only when the plugins have been examined: a guest that reads one stream has no boundary between
 * its input and its output, so it runs once, is not called again for a record, and nothing is acknowledged before it
 * ends.
 */
import { quoted } from '../text/printable.ts';
import type { Problems } from './problem.ts';
import type { PluginNode, Source, Topology } from './topology.ts';

/** As `slung plugin inspect` calls it; undefined for a file that is none. */
export type PluginKind = 'tangent-component' | 'tangent-core' | 'slung' | 'wasi';

export function checkKinds(topology: Topology, kinds: ReadonlyMap<string, PluginKind>, problems: Problems): void {
  for (const plugin of topology.plugins) {
    const kind = plugin.abi ?? kinds.get(plugin.name);
    if (kind !== 'wasi' && kind !== 'slung') continue;
    checkStream(plugin, problems);
    for (const source of sourcesOf(topology, plugin.name)) if (waitsForEver(source)) addAck(plugin, source, problems);
  }
}

function checkStream({ name, lanes, onError, place, path }: PluginNode, problems: Problems): void {
  const about = `${quoted(name, 60)} reads one stream`;
  if (lanes !== undefined && lanes > 1) {
    const message = `${about}, so it has one lane, not ${lanes}`;
    problems.error({ code: 'stream', message, place, path: `${path}.lanes`, hint: 'Leave lanes out.' });
  }
  if (onError !== 'fail') {
    const message = `${about}, so it cannot ${onError} a record that it fails on`;
    problems.error({ code: 'stream', message, place, path: `${path}.on-error`, hint: 'Leave on-error out.' });
  }
}

/** Its records are acknowledged when they are delivered, and it never ends. */
function waitsForEver(source: Source): boolean {
  if (source.ack === 'read') return false;
  if (source.type === 'file') return source.follow && source.positions !== undefined;
  return source.type === 'nats' || source.type === 'http';
}

function addAck({ name }: PluginNode, source: Source, problems: Problems): void {
  const message = `${quoted(name, 60)} reads one stream, so nothing of ${quoted(source.name, 60)} could be acknowledged before it ends`;
  const hint = `Set ack: read on ${source.name} (a crash then loses what was read), or put the plugin behind a nats sink of its own.`;
  problems.error({ code: 'ack', message, place: source.place, path: `${source.path}.ack`, hint });
}

/** The sources whose records reach a plugin. */
function sourcesOf({ edges, sources }: Topology, name: string): Source[] {
  const before = new Set([name]);
  // A set goes on over what is added to it meanwhile.
  for (const node of before) for (const { from, to } of edges) if (to === node) before.add(from);
  return sources.filter((source) => before.has(source.name));
}
