/**
 * What `slung query` and the subcommands of `slung store` have in common: their flags, resolved; the store's
 * directory; the moment that counts as now; messages; and times that are written as in a query.
 */
import { join } from 'node:path';
import { UsageError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import { parseQuery, parseSeries, parseTime, type Query, QueryError, type TimePoint } from '../../query/index.ts';
import { excerpt, quoted } from '../../text/printable.ts';
import { colorLevel, type Paint, paintFor } from '../color.ts';
import type { CommandName } from '../commands.ts';
import { resolveLine } from '../line.ts';
import { shellWord } from '../mistakes.ts';
import { openTerminal } from '../terminal.ts';
import type { World } from '../world.ts';
import { defaultStore } from './place.ts';

export interface StoreArguments {
  readonly resolved: Resolved;
  readonly operands: readonly string[];
  readonly directory: string;
  /** All that were named, for who asks several: directories, and patterns of them. */
  readonly directories: readonly string[];
  /** For what goes to standard output. */
  readonly paint: Paint;
  /** To standard error; not with -q. */
  readonly warn: (text: string) => void;
}

/** Parses the line of a command. @throws UsageError */
export async function storeArguments(
  command: CommandName,
  argv: readonly string[],
  world: World,
  mostOperands: number,
): Promise<StoreArguments> {
  const { resolved, operands } = resolveLine(command, argv, world.environment);
  if (operands.length > mostOperands) {
    const most = mostOperands === 0 ? 'no operands' : 'only one series';
    const word = operands[mostOperands]!;
    throw new UsageError(`${command} takes ${most}: ${excerpt(word)}`, storeHint(word, world));
  }
  const directories = directoriesOf(resolved, world);
  const when = resolved.choice('color');
  const { environment } = world;
  const { talk } = await openTerminal({
    write: (text) => world.write(2, text),
    level: colorLevel({ when, environment, isTTY: world.isTTY(2) }),
    quiet: resolved.boolean('quiet'),
    errors: resolved.choice('errors'),
    verbose: 0,
    drawProgress: false,
  });
  return {
    resolved,
    operands,
    directory: directories[0]!,
    directories,
    paint: await paintFor(colorLevel({ when, environment, isTTY: world.isTTY(1) })),
    warn: (text) => talk.warn(text),
  };
}

/** What to write when a word is the directory of a store. */
export function storeHint(word: string, world: Pick<World, 'fileExists'>): string | undefined {
  return world.fileExists(join(word, 'MANIFEST'))
    ? `A store is named by an option: --store ${shellWord(word)}`
    : undefined;
}

/** At least one. */
function directoriesOf(resolved: Resolved, world: World): readonly string[] {
  const key = resolved.has('stores') ? 'stores' : 'store';
  const one = key === 'store' ? (resolved.optionalText(key) ?? defaultStore(world.environment)) : undefined;
  const named = key === 'stores' ? resolved.list(key) : one === undefined ? [] : [one];
  if (named.some((name) => name === '' || name === '-')) {
    throw new UsageError(`${resolved.originText(key)} needs a directory`);
  }
  if (named.length > 0) return named;
  throw new UsageError('--store is needed: neither XDG_DATA_HOME nor HOME is set');
}

/** The moment that counts as now. @throws UsageError */
export function nowOf(resolved: Resolved, world: World): bigint {
  const text = resolved.optionalText('now');
  if (text === undefined) return world.nowUs();
  const point = pointOf('--now', text);
  if (point.kind === 'absolute') return point.us;
  throw new UsageError(`--now: ${quoted(text)} is itself counted from now`, 'For example: --now 2026-11-21');
}

/** A time of the flag `key` in microseconds since 1970; undefined when it was not given. @throws UsageError */
export function timeOf(resolved: Resolved, key: string, nowUs: bigint): bigint | undefined {
  const text = resolved.optionalText(key);
  if (text === undefined) return undefined;
  const point = pointOf(resolved.originText(key), text);
  return point.kind === 'absolute' ? point.us : nowUs - point.beforeUs;
}

/** The moment so many milliseconds before now. */
export function before(nowUs: bigint, durationMs: number): bigint {
  return nowUs - BigInt(Math.round(durationMs * 1000));
}

/** A time as it is written in a query's range. */
function pointOf(label: string, text: string): TimePoint {
  const example = 'Times are as in a query: 2026-11-01, 2026-11-01T10:00:00Z, microseconds since 1970, or 30d.';
  try {
    return parseTime(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const next = error.suggestion === undefined ? example : `${error.suggestion}\n${example}`;
    throw new UsageError(`${label}: ${error.message}`, next);
  }
}

/**
 * The query that asks for SERIES, or SERIES:[TAGS], at all times; without an operand, for everything.
 * @throws QueryError with the place in what was typed
 */
export function seriesQuery(operand: string | undefined): Query {
  const typed = operand ?? '*';
  const query = parseSeries(typed);
  const isPlain = query.range === undefined && query.by.length === 0 && query.everyUs === undefined;
  if (isPlain && query.limit === undefined && query.order === undefined) return query;
  throw new UsageError(
    `${quoted(typed)} is more than a series with tags`,
    'For example: cpu.* or http.latency:[region=eu]. Whatever else a query has is for slung query.',
  );
}

/**
 * The query for what is to be deleted: SERIES, SERIES:[TAGS] or SERIES:[TAGS]:[FROM,TO].
 * @throws UsageError, QueryError with the place in what was typed
 */
export function selectionQuery(typed: string): Query {
  let query: Query;
  try {
    query = parseSeries(typed);
  } catch (error) {
    if (error instanceof QueryError && hasOperation(typed)) throw withOperation(typed);
    throw error;
  }
  const isSelection = query.by.length === 0 && query.everyUs === undefined && query.order === undefined;
  if (isSelection && query.limit === undefined) return query;
  throw new UsageError(
    `${quoted(typed)} is more than points of series`,
    'BY, EVERY, ORDER BY and LIMIT say how to compute; what is deleted is SERIES:[TAGS]:[FROM,TO].',
  );
}

function hasOperation(typed: string): boolean {
  try {
    parseQuery(typed);
    return true;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return false;
  }
}

function withOperation(typed: string): UsageError {
  const colon = typed.indexOf(':');
  const operation = typed.slice(0, colon).trim();
  const rest = typed.slice(colon + 1).trim();
  return new UsageError(
    `${quoted(typed)} has an operation (${excerpt(operation)}), and points are deleted as they are`,
    `Leave it out: slung store delete '${excerpt(rest)}'`,
  );
}
