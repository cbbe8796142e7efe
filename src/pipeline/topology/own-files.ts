/**
 * Checks that no other source or sink uses a sink's file, under whatever name: a file that is also read would be read
 * while it grows, without an end, and two sinks with one file would overwrite each other. The checker has already
 * compared the names.
 */
import { Globbed, isPattern, matchesPath } from '../../io/glob.ts';
import { placeOf, refuseOutputAsInput } from '../../io/identity.ts';
import { SinkError } from '../../io/index.ts';
import { excerpt } from '../../text/printable.ts';
import type { Sink, Source } from '../../topology/index.ts';
import type { TopologySettings } from './settings.ts';
import { whole } from './sources.ts';

/** To be called before anything is opened. @throws SinkError */
export function refuseSharedFiles(sinks: readonly Sink[], settings: TopologySettings): void {
  const sources = settings.topology.sources.filter((source) => source.type === 'file');
  const patterns = sources.flatMap((source) => source.paths.map((path) => ({ source, path: whole(path, settings) })));
  const inputs = [...(hasStdin(settings) ? settings.inputs : []), ...filesOf(patterns.map(({ path }) => path))];
  const writers = new Map<string, Sink>();
  for (const sink of sinks) {
    const path = pathOf(sink, settings);
    if (path === undefined) continue;
    if (sink.type !== 'dir') refuseOutputAsInput(inputs, path);
    refuseFound(sink, path, patterns);
    const place = sink.type === 'dir' ? undefined : placeOf(path, 1);
    const other = place === undefined ? undefined : writers.get(place);
    if (other !== undefined) refuse(sink, `it is the same file as that of ${excerpt(other.name)}`, 'a file of its own');
    if (place !== undefined) writers.set(place, sink);
  }
}

const hasStdin = ({ topology }: TopologySettings): boolean => topology.sources.some(({ type }) => type === 'stdin');

function filesOf(patterns: readonly string[]): readonly string[] {
  const globbed = new Globbed(patterns);
  const found = globbed.scan();
  globbed.close();
  return found;
}

/** What the sink writes; of many files, one that stands for them; undefined for what is no file. */
function pathOf(sink: Sink, settings: TopologySettings): string | undefined {
  if (sink.type === 'stdout') return '-';
  if (sink.type === 'file') return whole(sink.file, settings);
  return sink.type === 'dir' ? whole(sink.template.replace(/\{[^}]*\}/g, 'x'), settings) : undefined;
}

/** A file that is not there yet would be found as soon as it is. @throws SinkError */
function refuseFound(
  sink: Sink,
  path: string,
  patterns: readonly { readonly source: Source; readonly path: string }[],
): void {
  if (path === '-') return;
  const reader = patterns.find((pattern) => isPattern(pattern.path) && matchesPath(pattern.path, path));
  if (reader === undefined) return;
  const { source, path: pattern } = reader;
  refuse(sink, `the source ${excerpt(source.name)} would read it (${excerpt(pattern)})`, 'another folder');
}

function refuse({ name }: Sink, why: string, what: string): never {
  throw new SinkError(name, 'EINVAL', `cannot write ${excerpt(name)}: ${why}; give it ${what}`, 0);
}
