/**
 * What is wrong with a topology, on standard error. The place stands first, without our name before it, because
 * editors find `file:line:column:` there; for programs each problem is one JSON object.
 */
import type { Resolved } from '../../config/layers.ts';
import type { ErrorsFormat } from '../../config/settings.ts';
import { jsonLine } from '../../text/printable.ts';
import { lineAndColumn, type Place, type Problem, renderProblem, SHOWN_PROBLEMS } from '../../topology/index.ts';
import { colorLevel, type Paint, paintFor } from '../color.ts';
import type { World } from '../world.ts';

export interface ReportOptions {
  readonly errors: ErrorsFormat;
  /** No warnings. */
  readonly quiet: boolean;
  /** For standard error. */
  readonly paint: Paint;
  readonly write: (text: string) => void;
}

/** How problems are to be reported. */
export async function reportOptions(resolved: Resolved, world: World): Promise<ReportOptions> {
  const when = resolved.choice('color');
  const level = colorLevel({ when, environment: world.environment, isTTY: world.isTTY(2) });
  const write = (text: string): void => world.write(2, text);
  return { errors: resolved.choice('errors'), quiet: resolved.boolean('quiet'), paint: await paintFor(level), write };
}

/** Writes the first problems, and how many more there are. */
export function reportProblems(problems: readonly Problem[], secrets: readonly Place[], options: ReportOptions): void {
  const { errors, quiet, paint, write } = options;
  const told = quiet ? problems.filter(({ level }) => level === 'error') : problems;
  // Errors are not crowded out by warnings that stand before them.
  const isCrowded = told.length > SHOWN_PROBLEMS;
  const shown = (isCrowded ? [...told].sort((a, b) => a.level.localeCompare(b.level)) : told).slice(0, SHOWN_PROBLEMS);
  for (const problem of shown) {
    if (errors === 'json') write(`${jsonLine(factsOf(problem))}\n`);
    else write(`${painted(renderProblem(problem, secrets), problem, paint)}\n`);
  }
  const more = told.length - shown.length;
  if (more > 0 && errors === 'text') write(`and ${more} more\n`);
}

function painted(text: string, { level }: Problem, paint: Paint): string {
  const [head = '', ...lines] = text.split('\n');
  const [, place = '', rest = ''] = /^(.*?: )(.*)$/.exec(head) ?? [];
  const color = level === 'error' ? paint.error : paint.warning;
  return [`${color(place)}${rest}`, ...lines].join('\n');
}

function factsOf(problem: Problem): Readonly<Record<string, unknown>> {
  const { level, message, code, path, hint, place, isPlugin } = problem;
  const facts = { level, message, kind: isPlugin ? 'plugin' : 'usage', code, path };
  const where = place.source.isFile
    ? { file: place.source.name, ...lineAndColumn(place) }
    : { file: place.source.name };
  return { ...facts, ...where, ...(hint === undefined ? {} : { hint }) };
}
