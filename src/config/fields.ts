/**
 * Splits `a,b.c,name=source.name` of -f and --columns into columns. Only the list is taken apart here; what a path
 * means is the selector module's business. Commas and `=` inside quotes or brackets belong to the path, so the
 * scan keeps a bracket depth and the quote that is open. Quotes are those of selectors: "…" with JSON's escapes, '…'
 * without.
 */
import { caretLines, SelectorError } from '../selector/errors.ts';
import { parseField, spellingOf } from '../selector/paths.ts';
import { isQuote, scanString } from '../selector/strings.ts';
import { excerpt } from '../text/printable.ts';
import { UsageError } from './errors.ts';
import type { FieldSetting } from './settings.ts';

/** One item of the list: its text, where it starts, and where its first outer `=` is (-1: none). */
interface Item {
  readonly text: string;
  readonly start: number;
  readonly equals: number;
}

/**
 * Columns in the order they were written. A name may be quoted (`"my name"=a.b`); without `=` the name is the
 * path without its quotes: its keys as they are in a record. @throws UsageError with a caret under the place; `label`
 * (the flag's name) opens the message
 */
export function splitFields(text: string, label: string): FieldSetting[] {
  const fields: FieldSetting[] = [];
  const names = new Set<string>();
  for (const item of splitItems(text, label)) {
    const field = toField(item, text, label);
    if (names.has(field.name)) {
      throw pointed(
        text,
        item.start,
        `${label}: two columns are named ${excerpt(field.name)}`,
        'Rename one of them: name=path.',
      );
    }
    names.add(field.name);
    fields.push(field);
  }
  return fields;
}

/** Whether fields, or an edit that sets one, say where a record is from. */
export const asksOrigin = (text: string): boolean => /(?:^|[=,])\s*@(?:file|line)\s*(?:$|,)/.test(text);

/** Paths with commas between them. @throws UsageError, as splitFields */
export function splitPaths(text: string, label: string): string[] {
  return splitItems(text, label).map((item) => {
    if (item.equals >= 0) throw pointed(text, item.equals, `${label}: paths have no = between them`);
    return toField(item, text, label).path;
  });
}

function splitItems(text: string, label: string): Item[] {
  const items: Item[] = [];
  let start = 0;
  let equals = -1;
  let brackets = 0;
  let openBracket = 0;
  let quote = '';
  let openQuote = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const char = text[at];
    if (quote !== '' && char !== undefined) {
      if (char === '\\' && quote === '"') at += 1;
      else if (char === quote) quote = '';
    } else if (char !== undefined && isQuote(text, at)) {
      quote = char;
      openQuote = at;
    } else if (char === '[') {
      if (brackets === 0) openBracket = at;
      brackets += 1;
    } else if (char === ']' && brackets > 0) brackets -= 1;
    else if (char === '=' && brackets === 0 && equals < 0) equals = at;
    else if (char === undefined || (char === ',' && brackets === 0)) {
      items.push({ text: text.slice(start, at), start, equals });
      start = at + 1;
      equals = -1;
    }
  }
  if (quote !== '') throw pointed(text, openQuote, `${label}: the quote is never closed`);
  if (brackets > 0) throw pointed(text, openBracket, `${label}: the bracket is never closed`);
  return items;
}

function toField(item: Item, text: string, label: string): FieldSetting {
  const start = item.start + item.text.length - item.text.trimStart().length;
  const whole = item.text.trim();
  if (whole === '') throw pointed(text, item.start, `${label}: a path is missing`);
  if (item.equals < 0) return { name: nameOfPath(whole), path: whole };
  const name = text.slice(item.start, item.equals).trim();
  const path = text.slice(item.equals + 1, item.start + item.text.length).trim();
  if (name === '') throw pointed(text, start, `${label}: a name is missing before =`);
  if (path === '') throw pointed(text, item.equals + 1, `${label}: a path is missing after =`);
  return { name: isQuote(name, 0) ? unquote(name, start, text, label) : name, path };
}

/** `"a b".c` is the column `a b.c`, as `a.b` is `a.b`: quotes are how a path is written, and no part of its keys. */
function nameOfPath(path: string): string {
  try {
    const { steps, below, text, origin } = parseField(path);
    return below === undefined && origin === undefined ? spellingOf(steps) : text;
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    // What is wrong with it is said when the column is made.
    return path;
  }
}

function unquote(name: string, start: number, text: string, label: string): string {
  try {
    const { value, end } = scanString(name, 0, 'text');
    if (end === name.length) return value;
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw pointed(text, start + error.offset, `${label}: ${error.message}`);
  }
  throw pointed(text, start, `${label}: the name goes on after its closing quote`);
}

/** The message, the text and a caret under `column` (in UTF-16 units). */
function pointed(text: string, column: number, message: string, next = ''): UsageError {
  const detail = [...caretLines(text, column, 1), ...(next === '' ? [] : [next])].join('\n');
  return new UsageError(message, { detail, hint: next === '' ? undefined : next });
}
