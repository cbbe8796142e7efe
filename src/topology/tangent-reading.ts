/**
 * How a tangent.yaml is read. Tangent ignored unknown keys, so they are warnings here; features that slung lacks are
 * errors.
 */
import { parseCount } from '../config/quantity.ts';
import { nearest } from '../selector/index.ts';
import { quoted } from '../text/printable.ts';
import { type Entry, entryOf, type MapNode, type Node } from './node.ts';
import type { Problems } from './problem.ts';

export class Reading {
  readonly #problems: Problems;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /**
   * Warns of keys that are not among `keys`, which Tangent does not know or slung has no use for.
   * @param mistaken keys that are often written, and what is meant
   */
  known(
    { entries }: MapNode,
    keys: readonly string[],
    path: string,
    what: string,
    mistaken: Readonly<Record<string, string>> = {},
  ): void {
    for (const { key, keyPlace } of entries) {
      if (keys.includes(key) || key.startsWith('x-')) continue;
      const near = (Object.hasOwn(mistaken, key) ? mistaken[key] : undefined) ?? nearest(key, keys);
      const meant = near === undefined ? '' : `; did you mean ${quoted(near)}?`;
      const below = path === '' ? key : `${path}.${key}`;
      const message = `${quoted(key, 60)} in ${what} has no effect here${meant}`;
      this.#problems.warn({ code: 'unknown-key', message, place: keyPlace, path: below });
    }
  }

  /** What is done otherwise than in Tangent. */
  note(node: Node, path: string, message: string): void {
    this.#problems.warn({ code: 'tangent', message, place: node.place, path });
  }

  fail(node: Node, path: string, code: string, message: string, hint?: string): undefined {
    this.#problems.error({ code, message, place: node.place, path, hint });
    return undefined;
  }

  wholeNumber(node: Node, path: string, key: string): number | undefined {
    const value = node.kind === 'scalar' ? parseCount(node.text) : undefined;
    return value ?? this.fail(node, path, 'type', `${key}: a whole number is wanted`);
  }
}

/** The members of `plugins`, `sources` or `sinks`. */
export function membersOf(tree: MapNode, section: string): readonly Entry[] {
  const value = entryOf(tree, section)?.value;
  return value?.kind === 'map' ? value.entries : [];
}
