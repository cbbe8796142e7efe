/**
 * From the text of a rule, an environment variable or a default to its value, by the type of its rule: one parser for
 * all sources, so a setting is written the same way everywhere. Errors name the source the text came from.
 */
import { nearest } from '../selector/suggest.ts';
import { excerpt, quoted } from '../text/printable.ts';
import { UsageError } from './errors.ts';
import type { Layer, Setting, SettingValue } from './layers.ts';
import {
  DURATION_RULE,
  formatSize,
  parseAge,
  parseAmount,
  parseCount,
  parseDuration,
  parseSize,
  SIZE_RULE,
} from './quantity.ts';
import type { Rule } from './rules.ts';

const switchWords: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off'].map((word) => [word, false] as const),
]);

/** The value of one text. `label` is what the user wrote it for: `--lanes`, `SLUNG_LANES`. @throws UsageError */
export function readValue(rule: Rule, text: string, label: string): SettingValue {
  switch (rule.type) {
    case 'switch':
      return readSwitch(text, label);
    case 'count':
    case 'integer':
      return inRange(rule, parseCount(text), text, label, 'a whole number', '');
    case 'amount':
      return inRange(
        rule,
        parseAmount(text),
        text,
        label,
        'a whole number',
        'For example: 500, 20k (thousands), 2m (millions).',
      );
    case 'size':
      return inRange(rule, parseSize(text), text, label, 'a size', sentence(SIZE_RULE));
    case 'duration':
      return inRange(rule, parseDuration(text), text, label, 'a duration', sentence(DURATION_RULE));
    case 'age':
      return inRange(
        rule,
        parseAge(text),
        text,
        label,
        'a length of time',
        'For example: 30d. The units are s, m, h, d and w.',
      );
    case 'choice':
      return readChoice(rule, text, label);
    case 'list':
      return [text];
    case 'text':
    case 'file':
      return text;
  }
}

/** The defaults of settings, by key. */
export function defaultsOf(rows: Iterable<readonly [key: string, rule: Rule]>): Layer {
  const layer = new Map<string, Setting>();
  for (const [key, rule] of rows) {
    if (rule.default === undefined) continue;
    const value = readValue(rule, rule.default, `default of ${key}`);
    layer.set(key, { value, origin: { kind: 'default', text: 'default' } });
  }
  return layer;
}

function readSwitch(text: string, label: string): boolean {
  const value = switchWords.get(text.trim().toLowerCase());
  if (value !== undefined) return value;
  throw new UsageError(`${label}: ${quoted(text)} is neither true nor false`, 'Use 1 or 0, true or false.');
}

function readChoice(rule: Rule, text: string, label: string): string {
  const choices = rule.choices ?? [];
  if (choices.includes(text)) return text;
  const near = nearest(text, choices);
  throw new UsageError(`${label}: ${quoted(text)} is not one of ${choices.join(', ')}`, { near });
}

function inRange(
  rule: Rule,
  value: number | undefined,
  text: string,
  label: string,
  kind: string,
  advice: string,
): number {
  if (value === undefined) throw new UsageError(`${label}: ${quoted(text)} is not ${kind}`, advice);
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = rule;
  if (value < min) throw new UsageError(`${label}: ${excerpt(text)} is too small; the least is ${shown(rule, min)}`);
  if (value > max) throw new UsageError(`${label}: ${excerpt(text)} is too large; the most is ${shown(rule, max)}`);
  return value;
}

/** A limit in the unit that people write. */
function shown(rule: Rule, value: number): string {
  if (rule.type === 'size') return formatSize(value);
  return rule.type === 'duration' || rule.type === 'age' ? `${value / 1000} s` : String(value);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
