/**
 * Responses of GET requests that a plugin asked to keep (`cache-ttl-ms`), in memory and for this run only. Bounded in
 * number and bytes; the one used longest ago goes first. A response is found again only for the same plugin, URL,
 * headers and body, which are hashed because they may be long.
 */
import { createHash } from 'node:crypto';
import type { Exchange } from './http.ts';
import type { HttpRequest } from './protocol.ts';

const MAX_ENTRIES = 1000;
const MAX_BYTES = 32 * 1024 * 1024;
const ENTRY_OVERHEAD_BYTES = 200;

interface Kept {
  readonly exchange: Exchange;
  readonly bytes: number;
  readonly expiresAtMs: number;
}

export class ResponseCache {
  readonly #nowMs: () => number;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The name of a request that may be kept; undefined for one that may not. */
  keyOf(plugin: string, asked: HttpRequest, url: URL): string | undefined {
    if (asked.method !== 'GET' || !asked.cacheTtlMs) return undefined;
    const name = JSON.stringify([plugin, url.href, asked.headers]);
    return createHash('sha256').update(name).update(asked.body).digest('base64');
  }

  get(key: string): Exchange | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#remove(key, kept);
    if (kept.expiresAtMs <= this.#nowMs()) return undefined;
    this.#insert(key, kept);
    return kept.exchange;
  }

  /** Keeps a successful response. */
  set(key: string, exchange: Exchange, ttlMs: number): void {
    if (exchange.status < 200 || exchange.status > 299) return;
    const headerBytes = exchange.headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    const bytes = ENTRY_OVERHEAD_BYTES + headerBytes + exchange.body.length;
    const before = this.#kept.get(key);
    if (before !== undefined) this.#remove(key, before);
    if (bytes > MAX_BYTES) return;
    this.#insert(key, { exchange, bytes, expiresAtMs: this.#nowMs() + ttlMs });
    for (const [oldest, kept] of this.#kept) {
      if (this.#kept.size <= MAX_ENTRIES && this.#bytes <= MAX_BYTES) return;
      this.#remove(oldest, kept);
    }
  }

  #insert(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
    this.#bytes += kept.bytes;
  }

  #remove(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
  }
}
