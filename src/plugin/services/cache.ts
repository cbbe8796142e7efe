/**
 * The entries behind Tangent's `cache`: typed scalars with a time to live, apart for each plugin, bounded in number
 * and bytes. A Map keeps insertion order, and an entry that is used is put in again, so the first one is always the
 * one that was used longest ago and goes first. Expired entries are noticed when they are asked for, and swept now and
 * then.
 *
 * The surprising part: times are those of the wall clock, because entries outlive the run in a file.
 */
import type { CacheValue } from './protocol.ts';

/** Tangent's defaults (`runtime.cache.default_ttl_ms`, `max_ttl_ms`). */
export const DEFAULT_TTL_MS = 10 * 60 * 1000;
export const MAX_TTL_MS = 60 * 60 * 1000;

export interface CacheLimits {
  readonly entries: number;
  readonly bytes: number;
}
export const CACHE_LIMITS: CacheLimits = { entries: 100_000, bytes: 64 * 1024 * 1024 };

/** What an entry costs besides its key and value, about: the Map's slot, the objects. */
export const ENTRY_OVERHEAD_BYTES = 100;
const SCALAR_BYTES = 8;
const SWEEP_INTERVAL_MS = 60_000;

export interface CacheEntry {
  readonly plugin: string;
  readonly key: string;
  readonly value: CacheValue;
  /** Wall clock, milliseconds. The entry is gone from this moment on. */
  readonly expiresAtMs: number;
}

interface Held extends CacheEntry {
  readonly bytes: number;
}

export class Cache {
  hits = 0;
  misses = 0;
  evicted = 0;
  /** Grows with every change; what was saved at one version is still good while it stays. */
  version = 0;
  readonly #limits: CacheLimits;
  readonly #nowMs: () => number;
  readonly #held = new Map<string, Held>();
  #bytes = 0;
  #sweptAtMs: number;

  /** @param nowMs the wall clock in milliseconds */
  constructor(nowMs: () => number, limits: CacheLimits = CACHE_LIMITS) {
    this.#nowMs = nowMs;
    this.#limits = limits;
    this.#sweptAtMs = nowMs();
  }

  /** Entries, expired ones that were not noticed yet among them. */
  get size(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(plugin: string, key: string): CacheValue | undefined {
    const name = nameOf(plugin, key);
    const held = this.#held.get(name);
    if (held === undefined || this.#isExpired(held)) {
      if (held !== undefined) this.#remove(name, held);
      this.misses++;
      return undefined;
    }
    this.#held.delete(name);
    this.#held.set(name, held);
    this.hits++;
    return held.value;
  }

  /**
   * @param ttlMs undefined: 10 minutes; never more than one hour
   * @returns undefined, or why it cannot be kept, one line
   */
  set(plugin: string, key: string, value: CacheValue, ttlMs: number | undefined): string | undefined {
    const expiresAtMs = this.#nowMs() + Math.min(ttlMs ?? DEFAULT_TTL_MS, MAX_TTL_MS);
    return this.put({ plugin, key, value, expiresAtMs });
  }

  /**
   * The same with a moment instead of a time to live: for entries from a file. It is brought within the hour, because
   * the clock may have been set back since it was written.
   */
  put({ expiresAtMs: asked, ...rest }: CacheEntry): string | undefined {
    const entry = { ...rest, expiresAtMs: Math.min(asked, this.#nowMs() + MAX_TTL_MS) };
    const bytes = bytesOf(entry);
    if (bytes > this.#limits.bytes) return `an entry of ${bytes} bytes; the cache holds ${this.#limits.bytes}`;
    const name = nameOf(entry.plugin, entry.key);
    const before = this.#held.get(name);
    if (before !== undefined) this.#remove(name, before);
    this.#sweepNowAndThen();
    this.#makeRoom(bytes);
    this.#held.set(name, { ...entry, bytes });
    this.#bytes += bytes;
    this.version++;
    return undefined;
  }

  /** @returns whether there was one, not expired */
  delete(plugin: string, key: string): boolean {
    const name = nameOf(plugin, key);
    const held = this.#held.get(name);
    if (held === undefined) return false;
    this.#remove(name, held);
    return !this.#isExpired(held);
  }

  /** What has not expired, the one used longest ago first. */
  *live(): Generator<CacheEntry> {
    for (const held of this.#held.values()) if (!this.#isExpired(held)) yield held;
  }

  #isExpired(entry: CacheEntry): boolean {
    // Not `<=`: what is no number, from a file, has expired.
    return !(entry.expiresAtMs > this.#nowMs());
  }

  #makeRoom(bytes: number): void {
    for (const [name, held] of this.#held) {
      if (this.#held.size < this.#limits.entries && this.#bytes + bytes <= this.#limits.bytes) return;
      if (!this.#isExpired(held)) this.evicted++;
      this.#remove(name, held);
    }
  }

  #sweepNowAndThen(): void {
    const now = this.#nowMs();
    // The wall clock may be set back; then the sweep waits no longer than usual either.
    if (Math.abs(now - this.#sweptAtMs) < SWEEP_INTERVAL_MS) return;
    this.#sweptAtMs = now;
    for (const [name, held] of this.#held) if (this.#isExpired(held)) this.#remove(name, held);
  }

  #remove(name: string, held: Held): void {
    this.#held.delete(name);
    this.#bytes -= held.bytes;
    this.version++;
  }
}

/** A plugin's name comes from the command line or a file's name, and neither can hold a NUL. */
function nameOf(plugin: string, key: string): string {
  return `${plugin}\0${key}`;
}

function bytesOf({ plugin, key, value }: CacheEntry): number {
  let bytes = SCALAR_BYTES;
  if (typeof value === 'string') bytes = Buffer.byteLength(value);
  else if (value instanceof Uint8Array) bytes = value.length;
  return ENTRY_OVERHEAD_BYTES + Buffer.byteLength(plugin) + Buffer.byteLength(key) + bytes;
}
