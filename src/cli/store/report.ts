/**
 * Reports of `slung store stat`, `verify`, `compact`, `trim`, `delete` and `repair`: labelled lines for people, one
 * line of JSON for programs.
 */
import { timeText } from '../../format/times.ts';
import { messageLine } from '../../text/printable.ts';
import type { World } from '../world.ts';

/** Label and text; undefined: the line is left out. */
export type ReportRow = readonly [label: string, text: string | undefined];

/** Writes labelled lines to standard output. */
export function writeReport(rows: readonly ReportRow[], strong: (text: string) => string, world: World): void {
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const width = Math.max(...shown.map(([label]) => label.length));
  for (const [label, text] of shown) world.write(1, `${strong(label.padEnd(width))}  ${messageLine(text)}\n`);
}

/** Writes one line of JSON to standard output; times in microseconds become RFC 3339. */
export function writeJson(value: unknown, world: World): void {
  const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? timeText(item) : item));
  world.write(1, `${text}\n`);
}
