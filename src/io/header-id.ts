/**
 * Ids in headers, which take visible ASCII. The ids contain names of sinks, and a sink may be named by its URL.
 * Different ids stay different, because a receiver leaves out what comes with an id that it knows.
 */

const VISIBLE = /^[!-$&-~]*$/;
const HEX_DIGITS = 4;

export function headerId(id: string): string {
  if (VISIBLE.test(id)) return id;
  // Each unit of UTF-16 by itself, and the sign that begins such a one.
  return id.replace(/[^!-$&-~]/g, (unit) => `%u${unit.charCodeAt(0).toString(16).padStart(HEX_DIGITS, '0')}`);
}
