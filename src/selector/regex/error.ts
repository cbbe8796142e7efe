/**
 * Why a pattern was refused, and where. The selector compiler moves the offset from the pattern to the expression that
 * holds it, so offsets count UTF-16 units of the pattern and nothing here knows about selectors.
 */

export interface RegexErrorDetails {
  /** What is wrong: one clause, lower case, no full stop. */
  readonly message: string;
  /** Where in the pattern, in UTF-16 units. */
  readonly offset: number;
  /** How many UTF-16 units are wrong; 0 marks a place where something is missing. */
  readonly length: number;
  /** What could have stood there. */
  readonly expected?: string | undefined;
  /** The next step: what to write instead. */
  readonly hint?: string | undefined;
}

/** A pattern that cannot be compiled. */
export class RegexError extends Error {
  override readonly name = 'RegexError';
  readonly offset: number;
  readonly length: number;
  readonly expected: string | undefined;
  readonly hint: string | undefined;

  constructor(details: RegexErrorDetails) {
    super(details.message);
    this.offset = details.offset;
    this.length = details.length;
    this.expected = details.expected;
    this.hint = details.hint;
  }
}
