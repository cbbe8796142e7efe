/** The clock of the process, for what is measured. */

/** Milliseconds from an arbitrary start. `performance` would load what measures the performance of everything. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
