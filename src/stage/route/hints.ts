/**
 * What is said at the end of the routes of a node: paths that no record had, literals that never fit. A file may have
 * a thousand routes with the same mistake: each is said once, with the first routes that have it.
 */
import type { Path } from '../../engine/program.ts';
import { hintsOf } from '../hints.ts';

/** What is known of a class at the end. */
export interface ClassSeen {
  /** `routes[1]` */
  readonly route: string;
  readonly records: number;
  /** Paths that no record of the node had: of its selector, and of its columns. */
  readonly absent: { readonly where: readonly Path[]; readonly columns: readonly Path[] };
  /** The expressions of its selector. */
  readonly texts: readonly string[];
}

/** More than these nobody reads, and each looks at the start of the input. */
const MOST_HINTS = 10;
/** Routes that are named before they are only counted. */
const NAMED_ROUTES = 3;

/** @param records all that the node has seen @param sample the start of its input */
export function routeHints(classes: readonly ClassSeen[], records: number, sample: Uint8Array): string[] {
  const none = { where: [], columns: [] };
  const paths = new ByKey<Path>();
  const selectors = new ByKey<{ texts: readonly string[]; matched: number }>();
  for (const { route, records: matched, absent, texts } of classes) {
    for (const path of matched === 0 ? absent.where : absent.columns) paths.add(path.text, path, route);
    if (texts.length > 0) selectors.add(JSON.stringify([texts, matched === 0]), { texts, matched }, route);
  }
  const hints: string[] = [];
  for (const { value, routes } of paths.all) {
    if (hints.length === MOST_HINTS) break;
    const seen = { absent: { ...none, where: [value] }, sample, where: [] };
    for (const hint of hintsOf(seen, { records, matched: 0 })) hints.push(`${routes}: ${hint}`);
  }
  for (const { value, routes } of selectors.all) {
    if (hints.length === MOST_HINTS) break;
    const seen = { absent: none, sample, where: value.texts };
    for (const hint of hintsOf(seen, { records, matched: value.matched })) hints.push(`${routes}: ${hint}`);
  }
  return hints.slice(0, MOST_HINTS);
}

/** Values that several routes have in common, in the order of the first of them. */
class ByKey<T> {
  readonly #known = new Map<string, { value: T; routes: string[] }>();

  add(key: string, value: T, route: string): void {
    const known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, { value, routes: [route] });
    else known.routes.push(route);
  }

  get all(): { value: T; routes: string }[] {
    return [...this.#known.values()].map(({ value, routes }) => ({ value, routes: namesOf(routes) }));
  }
}

function namesOf(routes: readonly string[]): string {
  const named = routes.slice(0, NAMED_ROUTES).join(', ');
  const rest = routes.length - NAMED_ROUTES;
  return rest > 0 ? `${named} and ${rest} more` : named;
}
