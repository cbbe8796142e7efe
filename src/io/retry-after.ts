/** The header Retry-After (RFC 9110, 10.2.3): seconds, or a date. */

/** A server that asks for more is asked again nevertheless. */
const MOST_MS = 3_600_000;

/** @param nowMs milliseconds since 1970. @returns how long to wait, an hour at most; 0 when there is no such wish */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const text = header.trim();
  // Date.parse finds a year in `-1`; every form of a date of HTTP begins with the day of the week.
  const date = /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : Number.NaN;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : date - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MOST_MS) : 0;
}
