/**
 * Output that several routes bring to one sink has one form: a table has the same columns in all of its lines, and no
 * NDJSON records between them. Columns that are found in the data are compared when the run sees them.
 */
import { quoted } from '../text/printable.ts';
import { type Problems, shortPlace } from './problem.ts';
import type { Edge, Sink } from './topology.ts';

/** @param edges with the projections that they have of their own or of their sinks */
export function checkForms(edges: readonly Edge[], sinks: readonly Sink[], problems: Problems): void {
  for (const { name, type } of sinks) {
    if (type === 'drop') continue;
    const [first, ...others] = edges.filter(({ to }) => to === name);
    const other = first && others.find((edge) => differenceOf(first, edge) !== undefined);
    if (first === undefined || other === undefined) continue;
    const message = `${quoted(name, 60)} gets ${differenceOf(first, other)} (${shortPlace(first.place)} and here)`;
    const hint = 'Give these routes the same format and fields, or a sink each.';
    const problem = { code: 'form', message, place: other.place, path: other.path, hint };
    // A run refuses a second header; a mixture may be what a terminal is to show.
    if (first.projection.format === other.projection.format) problems.error(problem);
    else problems.warn(problem);
  }
}

/** In words; undefined when there is none, or when only the data tell. */
function differenceOf({ projection: a }: Edge, { projection: b }: Edge): string | undefined {
  if (a.format !== b.format) return `${a.format} from one route and ${b.format} from another`;
  // Without a header nothing says what the columns are.
  if (a.format === 'ndjson' || !a.header || !b.header) return undefined;
  if (a.fields === undefined || b.fields === undefined) return undefined;
  const [left, right] = [a, b].map(({ fields }) => JSON.stringify(fields!.map(({ name }) => name)));
  return left === right ? undefined : 'different columns from two routes';
}
