/**
 * Times in the names of files: `%Y-%m-%d` and the like, in UTC, so that a name does not depend on where the program
 * runs and no hour occurs twice.
 */

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');
const DAY_MS = 86_400_000;

/** What may stand behind a `%`; as strftime(3) has it. */
const parts: ReadonlyMap<string, (date: Date) => string> = new Map([
  ['Y', (date: Date) => pad(date.getUTCFullYear(), 4)],
  ['m', (date: Date) => pad(date.getUTCMonth() + 1, 2)],
  ['d', (date: Date) => pad(date.getUTCDate(), 2)],
  ['H', (date: Date) => pad(date.getUTCHours(), 2)],
  ['M', (date: Date) => pad(date.getUTCMinutes(), 2)],
  ['S', (date: Date) => pad(date.getUTCSeconds(), 2)],
  ['y', (date: Date) => pad(date.getUTCFullYear() % 100, 2)],
  ['j', (date: Date) => pad(1 + Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / DAY_MS), 3)],
  ['%', () => '%'],
]);

/** @param atMs milliseconds since 1970 */
export function timeText(format: string, atMs: number): string {
  const date = new Date(atMs);
  return format.replace(/%(.)/gsu, (part, letter: string) => parts.get(letter)?.(date) ?? part);
}
