/**
 * The hints about an output that is not what was expected: a path that no record had, a literal whose type no value had, times
 * of another form than the literal's. They cost nothing before the end, where the start of the input is looked at again.
 */
import type { Path } from '../../engine/program.ts';
import type { Work } from '../../graph/stage.ts';
import { counted, type Stats } from '../../graph/stats.ts';
import { misfitHints, nearestPath, timeHints } from '../../selector/index.ts';
import { excerpt } from '../../text/printable.ts';

/** Paths that have a sentence of their own: each looks at the start of the input again, and nobody reads a thousand. */
const MOST_PATHS = 10;

/**
 * A sentence for each selector path that never occurred in a run that matched nothing, and for each given column that
 * never occurred at all.
 */
export function absentPathHints(job: Work, stats: Stats): string[] {
  if (stats.records === 0) return [];
  const absent = job.absentPaths();
  const toHint = (path: Path): string => {
    const nearest = nearestPath(path, job.sampleBytes);
    const guess = nearest === undefined ? '' : `; did you mean \`${excerpt(nearest)}\`?`;
    return `path \`${excerpt(path.text)}\` was in 0 of ${counted(stats.records, 'record')}${guess}`;
  };
  const all = stats.matched === 0 ? absent.where : absent.columns;
  const hints = all.slice(0, MOST_PATHS).map(toHint);
  return all.length <= MOST_PATHS ? hints : [...hints, `and so were ${counted(all.length - MOST_PATHS, 'more path')}`];
}

/** Sentences about the literals of --where and the values in the start of the input that they were compared with. */
export function literalHints({ settings, sampleBytes }: Work, { records, matched }: Stats): string[] {
  const sampled = { where: settings.selection.where, sampleLines: sampleBytes, records };
  const misfits = matched === 0 && records > 0 ? misfitHints(sampled) : [];
  return [...misfits, ...timeHints(sampled)];
}
