/**
 * Text from outside (guests, records, file names) made fit to be shown or kept. A terminal acts on escape sequences, a
 * reader is misled by a line break or a change of direction, and memory is filled by a message of a megabyte: so control
 * characters become visible, line breaks inside of a quotation too, and what is long is cut where it arises.
 */

/** Code units of a cause or another foreign text in a message, at most. */
export const EXCERPT_LENGTH = 400;

/** Controls, what changes the direction of writing, half surrogate pairs, and line breaks of Unicode. */
const unprintable = /[\p{Cc}\p{Bidi_Control}\p{Surrogate}\u2028\u2029]/u;
const unprintables = new RegExp(unprintable, 'gu');

/** @returns a picture for C0 controls and DEL, U+FFFD for the others that cannot be shown, or the character itself */
export function printableCharacter(character: string): string {
  if (!unprintable.test(character)) return character;
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** For a whole message of ours, which may have several lines: newlines and tabs stay. */
export function printable(text: string): string {
  return text.replace(unprintables, (character) =>
    character === '\n' || character === '\t' ? character : printableCharacter(character),
  );
}

/** A value as one line of JSON that does nothing to a terminal: what is not printable is escaped, so the value is the same. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(unprintables, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** For a text that is part of a line: no line break in it stays one. */
export function oneLine(text: string): string {
  return text.replace(unprintables, printableCharacter);
}

/** The beginning of a text, at most `maxLength` code units, and an ellipsis when it is not all. Lines stay lines. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  // Not between the halves of a pair.
  const last = text.charCodeAt(maxLength - 1);
  const end = last >= 0xd800 && last < 0xdc00 ? maxLength - 1 : maxLength;
  // A copy: V8 keeps the whole of a string for as long as a slice of it is kept.
  return `${Buffer.from(text.slice(0, end), 'utf16le').toString('utf16le')}…`;
}

/** One line of at most `maxLength` code units and an ellipsis. It costs what is shown, not what is there. */
export function excerpt(text: string, maxLength = EXCERPT_LENGTH): string {
  return oneLine(cut(text, maxLength));
}
