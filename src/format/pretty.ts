/**
 * A record over several lines, for people: indented by two spaces, coloured if colours are on. Nothing is parsed and
 * printed again: numbers keep every digit, and strings their escapes. Only characters that control a terminal or
 * change the direction of writing become escapes, which mean the same in JSON.
 */

/** Each returns its text with escape sequences around it. */
export interface JsonStyles {
  readonly key: (text: string) => string;
  readonly string: (text: string) => string;
  readonly number: (text: string) => string;
  readonly word: (text: string) => string;
}

const INDENT = '  ';
/** A string, a number or word, or a bracket or sign; what is no JSON is taken as it is. */
const token = /"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+|[{}[\],:]/gsu;
const harmful = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const same = (text: string): string => text;
const plain: JsonStyles = { key: same, string: same, number: same, word: same };

/** @param json one JSON text @returns lines, with a newline behind the last one */
export function prettyJson(json: string, styles: JsonStyles = plain): string {
  const tokens = json.match(token) ?? [];
  let out = '';
  let depth = 0;
  for (const [i, text] of tokens.entries()) {
    const next = tokens[i + 1];
    if (text === '{' || text === '[') {
      out += text;
      if (next === '}' || next === ']') continue;
      out += lineAt(++depth);
    } else if (text === '}' || text === ']') {
      const before = tokens[i - 1];
      if (before !== '{' && before !== '[') out += lineAt(--depth);
      out += text;
    } else if (text === ',') out += text + lineAt(depth);
    else if (text === ':') out += ': ';
    else out += styled(text, next === ':', styles);
  }
  return `${out}\n`;
}

const lineAt = (depth: number): string => `\n${INDENT.repeat(Math.max(0, depth))}`;

function styled(text: string, isKey: boolean, styles: JsonStyles): string {
  if (!text.startsWith('"')) return /^[tfn]/.test(text) ? styles.word(text) : styles.number(text);
  const shown = text.replace(harmful, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return isKey ? styles.key(shown) : styles.string(shown);
}
