/**
 * Tangent's `lock`: names that one lane at a time has, apart for each plugin. Nobody waits for a lock here. Unlike
 * Tangent's, a lock has an owner: only he releases it, and when his lane ends it is free again.
 */

/** Locks that all lanes together may hold, and the length of their names. */
const MAX_LOCKS = 100_000;
const MAX_NAME_UNITS = 16 << 20;

export class Locks {
  readonly #owners = new Map<string, number>();
  #nameUnits = 0;

  /** @returns whether it was free; false too for the owner himself, and when there are too many */
  acquire(lane: number, plugin: string, key: string): boolean {
    const name = `${plugin}\0${key}`;
    if (this.#owners.has(name) || this.#owners.size >= MAX_LOCKS) return false;
    if (this.#nameUnits + name.length > MAX_NAME_UNITS) return false;
    this.#nameUnits += name.length;
    this.#owners.set(name, lane);
    return true;
  }

  release(lane: number, plugin: string, key: string): void {
    const name = `${plugin}\0${key}`;
    if (this.#owners.get(name) === lane) this.#free(name);
  }

  releaseAll(lane: number): void {
    for (const [name, owner] of this.#owners) if (owner === lane) this.#free(name);
  }

  #free(name: string): void {
    this.#owners.delete(name);
    this.#nameUnits -= name.length;
  }
}
