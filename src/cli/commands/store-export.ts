/** `slung store export`: points as lines that `slung store write` reads. */
import { UsageError } from '../../config/errors.ts';
import { exportedCsv, exportedNdjson, type PointBlock } from '../../format/points.ts';
import type { Query } from '../../query/index.ts';
import { Exit } from '../../text/explained.ts';
import { writeAll } from '../screen.ts';
import { nowOf, seriesQuery, storeArguments, timeOf } from '../store/arguments.ts';
import type { World } from '../world.ts';

const FIRST_US = -(2n ** 63n);
const LAST_US = 2n ** 63n - 1n;

/** Writes the points to standard output. @throws UsageError, QueryError, StoreError */
export async function storeExportCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands, directory, warn } = await storeArguments('store export', argv, world, 1);
  const nowUs = nowOf(resolved, world);
  const from = timeOf(resolved, 'exportFrom', nowUs) ?? FIRST_US;
  const until = timeOf(resolved, 'exportUntil', nowUs) ?? LAST_US;
  if (from > until) throw new UsageError('--from is later than --until');
  const to = resolved.choice('exportTo', ['ndjson', 'csv']);
  if (to === 'ndjson' && resolved.isFlag('header')) {
    throw new UsageError(`${resolved.originText('header')} needs --to csv`);
  }
  const query: Query = {
    ...seriesQuery(operands[0]),
    range: { first: { kind: 'absolute', us: from }, second: { kind: 'absolute', us: until } },
  };
  const store = await world.loadStore(warn);
  const snapshot = store.openSnapshot(directory);
  try {
    let points = 0;
    const blocks = counted(store.exportPoints(snapshot, query, nowUs), (count) => (points += count));
    const pieces = to === 'csv' ? exportedCsv(blocks, resolved.boolean('header')) : exportedNdjson(blocks);
    const isRead = writeAll(pieces, world);
    if (points > 0 || !isRead) return Exit.ok;
    const { explainNothing } = await import('../query-hints.ts');
    warn(explainNothing(store, snapshot, query, world, nowUs));
    return resolved.boolean('exitStatus') ? Exit.empty : Exit.ok;
  } finally {
    snapshot.close();
  }
}

function* counted(blocks: Iterable<PointBlock>, see: (points: number) => void): Generator<PointBlock> {
  for (const block of blocks) {
    see(block.count);
    yield block;
  }
}
