import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Node 20 reads this file at each start, which costs 90 ms; the tests start hundreds of processes and trust no server.
delete process.env.NODE_EXTRA_CA_CERTS;
// Compiled code is kept between the starts of tests, but not among that of the user.
process.env.XDG_CACHE_HOME = fileURLToPath(new URL('node_modules/.cache', import.meta.url));

/** Nobody waits for it but a test that hangs: tests take seconds, on a busy machine a minute. */
const HANGS_MS = 600_000;

/** Many tests wait for processes, servers and time limits; a third file uses that time of two cores. */
const WORKERS = Math.ceil(availableParallelism() * 1.5);

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    teardownTimeout: HANGS_MS,
    expect: { poll: { timeout: HANGS_MS, interval: 5 } },
    pool: 'forks',
    maxWorkers: WORKERS,
  },
});
