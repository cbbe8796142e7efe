/**
 * Operands that are no files because an option before them was forgotten. Read as files they would be named as
 * missing, and the next file would be output whole: so they are refused before anything is read.
 */
import { UsageError } from '../config/errors.ts';
import { excerpt } from '../text/printable.ts';
import { shellWord } from './mistakes.ts';
import type { World } from './world.ts';

/**
 * Signs that selectors have and names of files hardly ever; `date=2026-03-14/part.ndjson` has none of them. Made when
 * there is a word that is no file.
 */
const selectorSigns = (): readonly RegExp[] => [
  /==|!=|<=|>=|[\^$*]=|!~|=~/,
  /\S\s*[<>]\s*["'\d]/,
  /\s[=<>~]\s/,
  /[\w"\])]\s*=\s*["']/,
  /^\s*(?:!|not\s*)?\s*(?:has|exists|select|where|filter)\s*\(/i,
  /\s(?:not\s+)?in\s*\[/i,
  /\s(?:contains|matches|like|startswith|endswith|starts_with|ends_with|between)\s/i,
];

const fieldList = /^[\w@$.-]+(?:\[\d+\])?(?:=[\w@$.-]+)?(?:,[\w@$.-]+(?:\[\d+\])?(?:=[\w@$.-]+)?)+$/;

/** A path, and no name of a file with a usual ending. */
const onePath = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?<!\.(?:json|ndjson|jsonl|log|txt|csv|gz|zst))$/;

/**
 * A filter of jq: a dot and keys. Hidden files are called so as well, but hardly ever read without a folder before
 * them.
 */
const jqPath = /^\.[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d*\])*$/;

/** How many files a suggestion names. */
const SHOWN_FILES = 3;

/**
 * @param command the words of the command: `select`, `run plugin.wasm`
 * @throws UsageError for an operand that reads as a selector, or a first one that reads as a list of fields, and is no
 * file
 */
export function refuseForgottenFlags(command: string, operands: readonly string[], world: World): void {
  const selector = operands.find((word) => !world.fileExists(word) && selectorSigns().some((sign) => sign.test(word)));
  if (selector !== undefined) throw forgotten(command, selector, 'a selector', '-w', operands);
  const [first = ''] = operands;
  // What writes to a store has no fields to choose.
  if (command === 'store write' || world.fileExists(first)) return;
  if (command === 'count') {
    if (fieldList.test(first) || onePath.test(first)) throw forgotten(command, first, 'a path', '--by', operands);
    return;
  }
  if (fieldList.test(first)) throw forgotten(command, first, 'a list of fields', '-f', operands);
  if (operands.length < 2 || !jqPath.test(first)) return;
  const path = first.slice(1);
  throw forgotten(command, first, 'a path of jq', '-f', [path, ...operands.slice(1)], path);
}

/** @param meant the word, as slung writes it */
function forgotten(
  command: string,
  word: string,
  what: string,
  flag: string,
  operands: readonly string[],
  meant = word,
): UsageError {
  const files = operands.filter((operand) => operand !== meant);
  const named = files.slice(0, SHOWN_FILES).map(shellWord);
  const all = files.length > SHOWN_FILES ? [...named, '…'] : named;
  const line = ['slung', command, flag, shellWord(meant), ...all].join(' ');
  return new UsageError(
    `${excerpt(word)} reads as ${what}, and there is no file of that name`,
    `Did you mean ${flag}? Write: ${line}`,
  );
}
