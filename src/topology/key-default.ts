/** The default of a key, from its text in the table. */
import type { SettingValue } from '../config/layers.ts';
import { parseAge, parseDuration, parseSize } from '../config/quantity.ts';
import type { Key } from './key.ts';

/** @throws TypeError when the default is not of the key's type: a mistake in the table */
export function readDefault(key: Key): SettingValue {
  const text = key.default ?? '';
  const value = parsed(key, text);
  if (value === undefined || Number.isNaN(value)) throw new TypeError(`default of ${key.name}: ${text}`);
  return value;
}

function parsed({ type }: Key, text: string): SettingValue | undefined {
  switch (type) {
    case 'switch':
      return text === 'true';
    case 'integer':
      return Number(text);
    case 'size':
      return parseSize(text);
    case 'duration':
      return parseDuration(text);
    case 'age':
      return parseAge(text);
    case 'texts':
      return [text];
    default:
      return text;
  }
}
