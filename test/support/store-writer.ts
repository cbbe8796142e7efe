/**
 * A process that writes batches to a store until it is killed, and says of each, when it was acknowledged, which it
 * was: `node store-writer.mjs DIRECTORY FIRST [SILENT_MS]`. Batch N has the points (N, 0) to (N, 9). Bundled and run
 * by kill.test.ts.
 */
import { writeSync } from 'node:fs';
import { NodeFiles } from '../../src/store/files/node-files.ts';
import { storeOptions } from '../../src/store/options.ts';
import { openStore } from '../../src/store/store.ts';

const [, , directory, first, silentMs] = process.argv;
const lock = silentMs === undefined ? {} : { silentMs: Number(silentMs) };
const store = openStore(NodeFiles.open(directory!, { create: true, ...lock }), {
  ...storeOptions({
    ...{ durability: 'batch', retainMs: undefined, clockMs: () => performance.now(), nowUs: () => 0n },
    warn: (text) => writeSync(2, `${text}\n`),
  }),
  // Small, so that processes die while they flush and merge, too.
  flushPoints: 200,
});
const count = 10;
const ids = Uint32Array.from({ length: count }, (_, i) => store.seriesId('s', [`i=${i}`]));
for (let number = Number(first); ; number++) {
  const timesUs = new BigInt64Array(count).fill(BigInt(number));
  const values = Float64Array.from({ length: count }, (_, i) => number * count + i);
  store.append({ ids, timesUs, values, count, positions: [] });
  writeSync(1, `${number}\n`);
}
