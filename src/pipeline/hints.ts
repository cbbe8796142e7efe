/** The hint about a path that no record had: the commonest reason for an output that is unexpectedly empty. */
import type { Path } from '../engine/program.ts';
import { nearestPath } from '../selector/index.ts';
import { counted, type Stats } from './stats.ts';
import type { Work } from './work.ts';

/**
 * A sentence for each selector path that never occurred in a run that matched nothing, and for each given column that
 * never occurred at all.
 */
export function absentPathHints(job: Work, stats: Stats): string[] {
  if (stats.records === 0) return [];
  const absent = job.absentPaths();
  const toHint = (path: Path): string => {
    const nearest = nearestPath(path, job.sampleBytes);
    const guess = nearest === undefined ? '' : `; did you mean \`${nearest}\`?`;
    return `path \`${path.text}\` was in 0 of ${counted(stats.records, 'record')}${guess}`;
  };
  return [...(stats.matched === 0 ? absent.where : []), ...(stats.matched > 0 ? absent.columns : [])].map(toHint);
}
