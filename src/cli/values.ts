/**
 * From the text of a flag, an environment variable or a default to its value, by the type in the flag table: one parser for
 * all sources, so a setting is written the same way everywhere. Errors name the source the text came from.
 */
import { UsageError } from '../config/errors.ts';
import type { SettingValue } from '../config/layers.ts';
import { DURATION_RULE, formatSize, parseCount, parseDuration, parseSize, SIZE_RULE } from '../config/quantity.ts';
import { nearest } from '../selector/suggest.ts';
import { excerpt, quoted } from '../text/printable.ts';
import type { Flag } from './flag.ts';

const switchWords: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off'].map((word) => [word, false] as const),
]);

/** The value of one text. `label` is what the user wrote it for: `--lanes`, `SLUNG_LANES`. @throws UsageError */
export function readValue(flag: Flag, text: string, label: string): SettingValue {
  switch (flag.type) {
    case 'switch':
      return readSwitch(text, label);
    case 'count':
    case 'integer':
      return inRange(flag, parseCount(text), text, label, 'a whole number', '');
    case 'size':
      return inRange(flag, parseSize(text), text, label, 'a size', sentence(SIZE_RULE));
    case 'duration':
      return inRange(flag, parseDuration(text), text, label, 'a duration', sentence(DURATION_RULE));
    case 'age':
      return inRange(flag, parseAge(text), text, label, 'an age', 'For example: 30d. The units are s, m, h, d and w.');
    case 'choice':
      return readChoice(flag, text, label);
    case 'list':
      return [text];
    case 'text':
    case 'file':
      return text;
  }
}

const DAY_MS = 86_400_000;

/** A duration, or days or weeks: nobody keeps a history for so many hours. Milliseconds. */
function parseAge(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([dw])$/i.exec(text.trim());
  if (match === null) return parseDuration(text);
  return Number(match[1]) * (match[2]!.toLowerCase() === 'd' ? DAY_MS : 7 * DAY_MS);
}

function readSwitch(text: string, label: string): boolean {
  const value = switchWords.get(text.trim().toLowerCase());
  if (value !== undefined) return value;
  throw new UsageError(`${label}: ${quoted(text)} is neither true nor false`, 'Use 1 or 0, true or false.');
}

function readChoice(flag: Flag, text: string, label: string): string {
  const choices = flag.choices ?? [];
  if (choices.includes(text)) return text;
  const near = nearest(text, choices);
  throw new UsageError(`${label}: ${quoted(text)} is not one of ${choices.join(', ')}`, { near });
}

function inRange(
  flag: Flag,
  value: number | undefined,
  text: string,
  label: string,
  kind: string,
  rule: string,
): number {
  if (value === undefined) throw new UsageError(`${label}: ${quoted(text)} is not ${kind}`, rule);
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = flag;
  if (value < min) throw new UsageError(`${label}: ${excerpt(text)} is too small; the least is ${shown(flag, min)}`);
  if (value > max) throw new UsageError(`${label}: ${excerpt(text)} is too large; the most is ${shown(flag, max)}`);
  return value;
}

/** A limit in the unit that people write. */
function shown(flag: Flag, value: number): string {
  if (flag.type === 'size') return formatSize(value);
  return flag.type === 'duration' || flag.type === 'age' ? `${value / 1000} s` : String(value);
}

function sentence(rule: string): string {
  return `${rule.charAt(0).toUpperCase()}${rule.slice(1)}.`;
}
