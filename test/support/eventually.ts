/**
 * Waiting for what has to become true in another process or thread. The limit is there only so that a failure says
 * what it waited for; it is far beyond what a busy machine needs.
 */
const EVERY_MS = 5;
const MOST_MS = 240_000;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks again and again until `condition` holds. @throws Error with the condition's text after four minutes */
export async function eventually(condition: () => boolean): Promise<void> {
  const endMs = Date.now() + MOST_MS;
  while (!condition()) {
    if (Date.now() > endMs) throw new Error(`this did not become true: ${condition}`);
    await pause(EVERY_MS);
  }
}
