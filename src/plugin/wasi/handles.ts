/**
 * The resources of WASI 0.2 that one guest holds: small numbers that are looked up, so that a forged or a dropped one
 * is a trap (component model, CanonicalABI.md, "Handle tables"). A number is used again after it was dropped, lowest
 * last freed first, as in other hosts.
 */
import { Trap } from '../guest.ts';
import type { Entry } from './directory.ts';
import type { ByteSource } from './input.ts';

/** The resources that there are; of others the guest never has one. */
export type Resource =
  | { readonly kind: 'input-stream'; readonly source: ByteSource }
  /** `write` takes bytes that are good until it returns. */
  | { readonly kind: 'output-stream'; readonly write: (bytes: Uint8Array) => void }
  /** A file that is open as `fd`, or a directory; below the granted directory `root`. */
  | {
      readonly kind: 'descriptor';
      readonly root: string;
      readonly path: string;
      readonly fd: number | undefined;
      isClosed: boolean;
    }
  | { readonly kind: 'directory-entry-stream'; readonly entries: readonly Entry[]; next: number }
  /** Ready at that time of the monotonic clock; undefined: always. */
  | { readonly kind: 'pollable'; readonly dueNs: bigint | undefined };

/** A guest that holds more has a leak. */
const MAX_HANDLES = 10_000;

export class Handles {
  /** Handle 0 is never given out. */
  readonly #resources: (Resource | undefined)[] = [undefined];
  readonly #free: number[] = [];
  /** Names of all listings that are held. */
  listedNames = 0;

  /** @returns the handle, which the guest owns. @throws Trap when it has too many */
  add(resource: Resource): number {
    const handle = this.#free.pop() ?? this.#resources.length;
    if (handle > MAX_HANDLES) throw new Trap(`it holds more than ${MAX_HANDLES} WASI resources`);
    this.#resources[handle] = resource;
    return handle;
  }

  /** @throws Trap unless the handle is one of that kind */
  get<K extends Resource['kind']>(handle: number, kind: K): Extract<Resource, { kind: K }> {
    const resource = this.#resources[handle];
    if (resource?.kind === kind) return resource as Extract<Resource, { kind: K }>;
    const reason = resource === undefined ? 'is not held' : `is of another kind: ${resource.kind}`;
    throw new Trap(`handle ${handle >>> 0} of ${kind} ${reason}`);
  }

  /** @throws Trap unless the handle is one of that kind */
  drop(handle: number, kind: Resource['kind']): void {
    this.get(handle, kind);
    this.#resources[handle] = undefined;
    this.#free.push(handle);
  }
}
