/** `slung store ls`: the series of a store. */
import type { Cell, Sheet } from '../../format/sheet.ts';
import { Exit } from '../../text/explained.ts';
import { rowFormat, rowsAsText, writeAll } from '../screen.ts';
import type { SeriesRow } from '../store/api.ts';
import { seriesQuery, storeArguments } from '../store/arguments.ts';
import type { World } from '../world.ts';

/** Writes the list to standard output. @throws UsageError, QueryError, StoreError */
export async function storeLsCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands, directory, paint, warn } = await storeArguments('store ls', argv, world, 1);
  const query = seriesQuery(operands[0]);
  const format = rowFormat(resolved, world);
  const store = await world.loadStore(warn);
  const snapshot = store.openSnapshot(directory);
  try {
    let count = 0;
    const sheet = seriesSheet(store.listSeries(snapshot, query), () => (count += 1));
    const isRead = writeAll(rowsAsText(sheet, format, resolved, paint, world), world);
    if (count > 0 || !isRead) return Exit.ok;
    const { explainNothing } = await import('../query-hints.ts');
    warn(explainNothing(store, snapshot, query, world));
    return resolved.boolean('exitStatus') ? Exit.empty : Exit.ok;
  } finally {
    snapshot.close();
  }
}

function seriesSheet(rows: Iterable<SeriesRow>, see: () => void): Sheet {
  return {
    columns: [
      { name: 'series', kind: 'text' },
      { name: 'tags', kind: 'tags' },
      { name: 'points', kind: 'count' },
      { name: 'first', kind: 'time' },
      { name: 'last', kind: 'time' },
      { name: 'bytes', kind: 'count' },
    ],
    rows: (function* (): Generator<Cell[]> {
      for (const { key, points, firstTimeUs, lastTimeUs, bytes } of rows) {
        see();
        yield [key.name, key.tags, points, firstTimeUs, lastTimeUs, bytes];
      }
    })(),
  };
}
