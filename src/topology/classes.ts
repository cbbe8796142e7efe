/**
 * What the routes of one node ask of it together. Routes that want the same bytes of the same records are one kind,
 * and cost nothing more per record. The stage groups them in the same way.
 */
import type { Draft } from './drafts.ts';
import type { Problems } from './problem.ts';
import type { Edge } from './topology.ts';

/** Kinds of routes that a node may have: as many as the engine has classes. */
export const MAX_CLASSES = 1024;

/** @param edges with the projections that they have of their own or of their sinks */
export function checkClasses(nodes: readonly Draft[], edges: readonly Edge[], problems: Problems): void {
  const by = new Map<string, Edge[]>();
  for (const edge of edges) by.set(edge.from, [...(by.get(edge.from) ?? []), edge]);
  for (const { name, place, path } of nodes) {
    const own = by.get(name) ?? [];
    const { size } = new Set(own.map(kindOf));
    if (size > MAX_CLASSES) {
      const message = `${name} has routes of ${size} kinds; a node has at most ${MAX_CLASSES}`;
      const hint = 'Routes with the same where and fields are one kind. For a file for each value there is type: dir.';
      problems.error({ code: 'classes', message, place, path, hint });
    } else if (size > 1) checkColumns(own, problems);
  }
}

/** Columns are found by looking at all records of a node, for one output. */
function checkColumns(edges: readonly Edge[], problems: Problems): void {
  for (const { projection, place, path, from, to } of edges) {
    const { format, fields } = projection;
    if (format === 'ndjson' || fields !== undefined) continue;
    const message = `${from} has routes of several kinds, so the columns of ${to} are not looked for in the data`;
    const hint = `format: ${format} needs their names here: fields: [time, level]`;
    problems.error({ code: 'columns', message, place, path, hint });
  }
}

const kindOf = ({ where, projection, group, branch }: Edge): string =>
  JSON.stringify(
    [group < 0 ? [where?.texts ?? [], where?.lists ?? null, where?.timeUnit] : [group, branch], projection],
    (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
  );
