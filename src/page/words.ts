/** Numbers as people read them at a glance: three digits and a unit. */

const NARROW_SPACE = '\u202f';

/** `7`, `1.5`, `842`, `12.3 k`, `1.24 M` */
export function countWords(value: number): string {
  if (value < 1000)
    return value > 0 && value < 10 && !Number.isInteger(value) ? value.toFixed(1) : `${Math.round(value)}`;
  return scaled(value, 1000, ['', 'k', 'M', 'G', 'T', 'P']);
}

/** Every digit, in groups of three. */
export const exactWords = (value: number): string => `${Math.round(value)}`.replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);

/** `512 B`, `1.5 MiB` */
export const byteWords = (bytes: number): string =>
  bytes < 1024 ? `${Math.round(bytes)}${NARROW_SPACE}B` : scaled(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);

/** `12 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`, `5 d 3 h` */
export function timeWords(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)}${NARROW_SPACE}ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 10) return `${Number((ms / 1000).toFixed(1))}${NARROW_SPACE}s`;
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const at = units.findIndex(([size]) => seconds >= size);
  const [size, unit] = units[at]!;
  const next = units[at + 1];
  const rest = next === undefined ? 0 : Math.floor((seconds % size) / next[0]);
  const head = `${Math.floor(seconds / size)}${NARROW_SPACE}${unit}`;
  return rest === 0 ? head : `${head} ${rest}${NARROW_SPACE}${next![1]}`;
}

/** At most so many characters. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;

function scaled(value: number, base: number, units: readonly string[]): string {
  let [number, unit] = [value, 0];
  while (number >= base * 0.9995 && unit < units.length - 1) {
    number /= base;
    unit++;
  }
  const digits = number < 10 ? 2 : number < 100 ? 1 : 0;
  return `${number.toFixed(digits)}${NARROW_SPACE}${units[unit]}`;
}
