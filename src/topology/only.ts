/** `--only 'app -> geo'`: selects the edges to run, by the names at their ends. */
import { nearest } from '../selector/index.ts';
import { excerpt, quoted } from '../text/printable.ts';
import type { Problems } from './problem.ts';
import type { DraftRoutes } from './routes.ts';

export function onlyEdges(all: DraftRoutes, only: readonly string[], problems: Problems): DraftRoutes {
  const kept = new Set<string>();
  const known = new Set(all.edges.map(({ from, to }) => `${from.name} -> ${to.name}`));
  for (const text of only) {
    const stages = text.split(/\s->\s/).map((stage) => stage.split(/,\s*/).map((name) => name.trim()));
    const place = { source: { name: '--only', text, isFile: false }, offset: 0, length: text.length };
    const path = '--only';
    if (stages.length < 2) {
      problems.error({
        code: 'only',
        message: `${quoted(text, 80)} is no route`,
        place,
        path,
        hint: "For example: --only 'app -> geo'",
      });
      continue;
    }
    for (const [i, stage] of stages.slice(1).entries()) {
      for (const from of stages[i]!) {
        for (const to of stage) {
          const edge = `${from} -> ${to}`;
          if (known.has(edge)) kept.add(edge);
          else {
            const near = nearest(edge, known);
            const hint =
              near === undefined ? `There are: ${excerpt([...known].join(', '), 300)}` : `Did you mean ${near}?`;
            problems.error({
              code: 'only',
              message: `there is no route ${excerpt(edge, 100)}`,
              place,
              path,
              hint,
            });
          }
        }
      }
    }
  }
  const edges = all.edges.filter(({ from, to }) => kept.has(`${from.name} -> ${to.name}`));
  const groups = all.groups.filter(({ number }) => edges.some(({ group }) => group === number));
  return { edges, groups };
}
