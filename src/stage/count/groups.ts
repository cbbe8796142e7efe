/** The groups of all lanes as one: those with the same key and window are joined (keys.ts, sums.ts). */
import { setFlagsFromString } from 'node:v8';
import type { Counted, CountedGroup, CountedValue } from '../../engine/counting.ts';
import { canonicalKey } from './keys.ts';
import { joined } from './sums.ts';

/** A group, whatever lanes its records were in. */
export interface Group {
  readonly window: bigint;
  /** JSON values. */
  readonly keys: readonly string[];
  count: number;
  values: readonly CountedValue[];
}

/** So many are worth the compiler, without which the command line runs (cli/world.ts): a factor of five. */
const MANY = 5000;
/** No JSON text has a byte like this in it. */
const BETWEEN = '\n';

export class Groups {
  readonly #groups = new Map<string, Group>();
  readonly #odd: number[] = [];

  /** Of each value: how often there was one that is no number. */
  get odd(): readonly number[] {
    return this.#odd;
  }

  get size(): number {
    return this.#groups.size;
  }

  get all(): Iterable<Group> {
    return this.#groups.values();
  }

  /** Another one with the same groups, to which more can be added. */
  copy(): Groups {
    const copy = new Groups();
    for (const [id, group] of this.#groups) copy.#groups.set(id, { ...group });
    return copy;
  }

  /** Adds what a lane has counted. */
  add(counted: Counted): void {
    if (counted.size > MANY) setFlagsFromString('--opt');
    for (const group of counted.groups()) this.#addGroup(group);
    counted.odd.forEach((count, i) => {
      this.#odd[i] = (this.#odd[i] ?? 0) + count;
    });
  }

  #addGroup({ window, keys: written, count, values }: CountedGroup): void {
    const keys = written.map(canonicalKey);
    const id = keys.length === 1 && window === 0n ? keys[0]! : `${window}${BETWEEN}${keys.join(BETWEEN)}`;
    const known = this.#groups.get(id);
    if (known === undefined) {
      this.#groups.set(id, { window, keys, count, values });
      return;
    }
    known.count += count;
    known.values = known.values.map((value, i) => joined(value, values[i]!));
  }
}
