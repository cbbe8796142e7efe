/**
 * Makes text from outside (guests, records, file names) safe to show or keep. A terminal acts on escape sequences, a
 * line break or a change of direction misleads a reader, and a message of a megabyte fills memory: so control
 * characters become visible, as do line breaks inside a quotation, and long text is cut where it arises.
 */

/** Code units of a cause or another foreign text in a message, at most. */
export const EXCERPT_LENGTH = 400;

/** Code units of a line of a message, at most: it has our words and several excerpts. */
const LINE_LENGTH = 4 * EXCERPT_LENGTH;

/** Names in a list, and code units of each. */
const LISTED = 10;
export const LISTED_LENGTH = 60;

/**
 * Controls, what changes the direction of writing, half surrogate pairs, and line breaks of Unicode. Made at the first
 * message: asking ICU for what has a property takes a part of a millisecond, and most starts show nothing.
 */
const unprintables = (): RegExp => {
  made ??= /[\p{Cc}\p{Bidi_Control}\p{Surrogate}\u2028\u2029]/gu;
  made.lastIndex = 0;
  return made;
};
let made: RegExp | undefined;

/** The text with what cannot be shown replaced. Most texts are ASCII, and every start has some of them. */
function replaced(text: string, by: (character: string) => string): string {
  return /^[ -~]*$/.test(text) ? text : text.replace(unprintables(), by);
}

/** @returns a picture for C0 controls and DEL, U+FFFD for the others that cannot be shown, or the character itself */
export function printableCharacter(character: string): string {
  if (!unprintables().test(character)) return character;
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** For a whole message of ours, which may have several lines: newlines and tabs stay. */
export function printable(text: string): string {
  return replaced(text, (character) =>
    character === '\n' || character === '\t' ? character : printableCharacter(character),
  );
}

/**
 * A value as one line of JSON that does nothing to a terminal: what is not printable is escaped, so the value is the
 * same.
 */
export function jsonLine(value: unknown): string {
  return replaced(JSON.stringify(value), (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The beginning of a text in the quotes of JSON, on one line: for names whose ends should be seen. */
export function quoted(text: string, maxLength = EXCERPT_LENGTH): string {
  return jsonLine(cut(text, maxLength));
}

/** Names for a list in a message: the first ones in quotes, each cut to a few words, and how many more there are. */
export function quotedList(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => quoted(name, LISTED_LENGTH));
  return shown.join(', ') + (names.length > LISTED ? ` and ${names.length - LISTED} more` : '');
}

/**
 * A whole message of ours with its lines bounded, whatever was put into it. A further line that looks as if a message
 * of ours or a plugin's line began is indented: a name with a newline must not say something in our name.
 */
export function message(text: string): string {
  const [first = '', ...others] = text.split('\n').map((line) => printable(cut(line, LINE_LENGTH)));
  return [first, ...others.map((line) => (/^(?:slung|plugin .*):/.test(line) ? `  ${line}` : line))].join('\n');
}

/** A message that has to be one line, such as that of an error. */
export function messageLine(text: string): string {
  return excerpt(text, LINE_LENGTH);
}

/** For a text that is part of a line: no line break in it stays one. */
export function oneLine(text: string): string {
  return replaced(text, printableCharacter);
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
