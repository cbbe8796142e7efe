/**
 * Frees memory after a very long record. WebAssembly memory can only grow, and is freed with the object that holds it.
 * A run allocates next to nothing on JavaScript's heap, so the collector would not run for hours by itself. The
 * inspector's command is the documented way to ask for a collection without a start-up flag.
 */

/** A full collection: about 20 ms the first time, 5 ms after that. Resolves when it was done, or cannot be. */
export async function collectGarbage(): Promise<void> {
  try {
    // Loaded only now: it costs as much as a small run.
    const { Session } = await import('node:inspector');
    const session = new Session();
    session.connect();
    session.post('HeapProfiler.enable');
    await new Promise((resolve) => session.post('HeapProfiler.collectGarbage', resolve));
    session.disconnect();
  } catch {
    // Node can be built without an inspector; then the memory comes back when the collector runs by itself.
  }
}
