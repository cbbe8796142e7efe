/**
 * Sizes, durations and counts as people write them. One rule each, the same on the command line, in the environment
 * and in files. Sizes follow GNU head and dd: K, M, G and KiB, MiB, GiB count in 1024s, KB, MB, GB in 1000s, and case
 * does not matter. A duration must name its unit, because a bare 5 is milliseconds to some and seconds to others;
 * only 0 needs none. Functions return undefined for text that is not of the form: the caller knows the flag's name.
 */

const binary = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 } as const;
const decimal = { k: 1000, m: 1000 ** 2, g: 1000 ** 3, t: 1000 ** 4 } as const;
const milliseconds = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

export const SIZE_RULE = 'a size is bytes, or a number with K, M, G (1024s; also KiB …) or KB, MB, GB (1000s)';
export const DURATION_RULE = 'a duration is 0, or a number with us, ms, s, m or h';

/** `64k`, `1.5M`, `512KiB`, `1MB`, `4096` → whole bytes (fractions of a byte are cut off). */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(?:([kmgt])(ib|b)?|b)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, digits = '', letter, suffix] = match;
  if (letter === undefined && digits.includes('.')) return undefined;
  const unit = letter?.toLowerCase() as keyof typeof binary | undefined;
  const scale = unit === undefined ? 1 : suffix?.toLowerCase() === 'b' ? decimal[unit] : binary[unit];
  const bytes = Math.floor(Number(digits) * scale);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** `5ms`, `1.5s`, `2m`, `250us`, `0` → milliseconds, with fractions. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const value = Number(match[1]);
  if (match[2] === undefined) return value === 0 ? 0 : undefined;
  return value * milliseconds[match[2].toLowerCase() as keyof typeof milliseconds];
}

const DAY_MS = 86_400_000;

/** A duration, or days or weeks: nobody keeps a history for so many hours. Milliseconds. */
export function parseAge(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([dw])$/i.exec(text.trim());
  if (match === null) return parseDuration(text);
  return Number(match[1]) * (match[2]!.toLowerCase() === 'd' ? DAY_MS : 7 * DAY_MS);
}

/** A whole number in decimal digits; `1_000_000` and `1e6` are not numbers here. */
export function parseCount(text: string): number | undefined {
  if (!/^-?\d+$/.test(text.trim())) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A whole number, also as so many thousands (k), millions (m) or thousands of millions (g): `20k`, `1.5m`. */
export function parseAmount(text: string): number | undefined {
  const [, digits = '', letter] = /^(\d+(?:\.\d+)?)([kmg])?$/i.exec(text.trim()) ?? [];
  const unit = letter?.toLowerCase() as keyof typeof decimal | undefined;
  // Rounded, because 1.1 million is a little more as a product.
  const value = unit === undefined ? Number(digits || 'none') : Math.round(Number(digits) * decimal[unit] * 1e3) / 1e3;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Bytes for people: the largest unit that leaves at least 1, with two digits after the point at most. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : Number(value.toFixed(2))} ${units[unit]}`;
}
