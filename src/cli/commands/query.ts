/**
 * `slung query`: parses the query, asks a snapshot of the store, or of several, and prints the answer as it comes.
 * When nothing was found, a hint on standard error says what there is instead; the exit code stays 0, because an empty
 * answer is one.
 */
import { UsageError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import { historySheet } from '../../format/sheet.ts';
import { trendLines } from '../../format/spark.ts';
import { Traces } from '../../format/traces.ts';
import { parseQuery, type Query } from '../../query/index.ts';
import type { HistoryResult, HistoryRow } from '../../store/history/result.ts';
import { Exit } from '../../text/explained.ts';
import { excerpt } from '../../text/printable.ts';
import type { Paint } from '../color.ts';
import { isUtf8Locale, type RowFormat, rowFormat, rowsAsText, widthOfScreen, writeAll } from '../screen.ts';
import { nowOf, storeArguments, storeHint } from '../store/arguments.ts';
import type { World } from '../world.ts';

/** Beyond this, nobody reads the table to its end, where the sparklines are. */
const MOST_TRENDS = 100_000;
/** 16 bytes each. */
const MOST_PLOTTED = 4_000_000;
const PLOT_ROWS = 16;

/** The exit code. @throws UsageError, QueryError, StoreError */
export async function queryCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands, directories, paint, warn } = await storeArguments('query', argv, world, Number.MAX_VALUE);
  if (operands.length === 0) {
    throw new UsageError('query needs a query', "For example: slung query 'AVG:cpu.total:[]:[1h] EVERY 5m'");
  }
  if (storeHint(operands[0]!, world) !== undefined) {
    throw new UsageError(
      `${excerpt(operands[0]!)} is a store, and where the query should stand`,
      "Each store is named by a --store of its own; a pattern of several is in quotes: --store 'workers/*'",
    );
  }
  const query = parseQuery(operands.join(' '));
  const format = rowFormat(resolved, world);
  checkPlot(resolved, query);
  const nowUs = nowOf(resolved, world);
  const store = await world.loadStore(warn);
  const snapshot = store.openStores(directories);
  try {
    let points = 0;
    const result = store.runQuery(snapshot, query, nowUs, resolved.number('maxGroups'));
    const counted: HistoryResult = { ...result, rows: tapped(result.rows, ({ count }) => (points += count)) };
    const show: Show = { query, format, resolved, paint, world };
    const pieces = resolved.boolean('plot') ? await plotOf(counted, show) : answerOf(counted, show);
    const isRead = writeAll(pieces, world);
    if (points > 0 || !isRead) return Exit.ok;
    const { explainNothing } = await import('../query-hints.ts');
    const isSeveral = directories.length > 1 || /[*?]/.test(directories[0] ?? '');
    warn(explainNothing(store, snapshot, query, world, nowUs, isSeveral));
    return resolved.boolean('exitStatus') ? Exit.empty : Exit.ok;
  } finally {
    snapshot.close();
  }
}

interface Show {
  readonly query: Query;
  readonly format: RowFormat;
  readonly resolved: Resolved;
  readonly paint: Paint;
  readonly world: World;
}

function* tapped(rows: Iterable<HistoryRow>, see: (row: HistoryRow) => void): Generator<HistoryRow> {
  for (const row of rows) {
    see(row);
    yield row;
  }
}

function checkPlot(resolved: Resolved, { everyUs, operation, order, text }: Query): void {
  if (!resolved.boolean('plot')) return;
  for (const key of ['to', 'header']) {
    if (resolved.isFlag(key)) throw new UsageError(`--plot and ${resolved.originText(key)} cannot be used together`);
  }
  if (order !== undefined) throw new UsageError('--plot shows values over time and cannot be used with ORDER BY');
  if (everyUs !== undefined || operation === 'points') return;
  throw new UsageError(
    '--plot needs windows or points',
    `For example: slung query --plot '${excerpt(text.trim())} EVERY 5m'`,
  );
}

/** Rows in the format that was asked for; below a table of windows, how each group went. */
function answerOf(result: HistoryResult, show: Show): Iterable<string> {
  const { query, format, resolved, paint, world } = show;
  const { everyUs } = result;
  if (format !== 'table' || everyUs === undefined || query.order !== undefined) {
    return rowsAsText(historySheet(result), format, resolved, paint, world);
  }
  const traces = new Traces(MOST_TRENDS);
  const rows = rowsAsText(historySheet({ ...result, rows: traces.tap(result) }), format, resolved, paint, world);
  return (function* () {
    yield* rows;
    yield trendLines(traces, everyUs, widthOfScreen(world), isUtf8Locale(world.environment));
  })();
}

/** All values drawn over time. */
async function plotOf(result: HistoryResult, { query, paint, world }: Show): Promise<Iterable<string>> {
  const { plotText } = await import('../../format/plot.ts');
  const traces = new Traces(MOST_PLOTTED);
  for (const row of result.rows) traces.add(result, row);
  return [
    plotText(traces, {
      title: query.text.trim(),
      width: widthOfScreen(world) ?? 80,
      height: PLOT_ROWS,
      isUtf8: isUtf8Locale(world.environment),
      paint: paint.line,
      everyUs: result.everyUs,
    }),
  ];
}
