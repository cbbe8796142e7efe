/** What lines are searched for (--unchecked), as the engine reads it: see search-layout.ts. */
import * as S from './search-layout.ts';

const LETTER_U = 0x75;
const SLASH = 0x2f;

/** What a line has to have to be looked at. */
export interface SearchFor {
  /** One of these, if nothing in the line is spelled with escapes. */
  readonly texts: readonly Uint8Array[];
  /** Lines with any escape match without one of the texts, too: what is asked for cannot be spelled without one. */
  readonly needsEscape: boolean;
}

/** @param texts not more than MOST_SEARCHED, each not longer than SEARCH_TEXT_BYTES */
export function searchImage({ texts, needsEscape }: SearchFor): Uint8Array {
  const image = new Uint8Array(S.SR_ENTRIES + texts.length * S.SRE_BYTES);
  const view = new DataView(image.buffer);
  view.setUint32(S.SR_COUNT, texts.length, true);
  view.setUint32(S.SR_ESCAPES, needsEscape ? S.ESCAPES_ALL : escapesOf(texts), true);
  const hasSlash = texts.some((text) => text.includes(SLASH));
  image.fill(LETTER_U, S.SR_LETTER, S.SR_LETTER + 16);
  image.fill(hasSlash ? SLASH : LETTER_U, S.SR_OTHER, S.SR_OTHER + 16);
  texts.forEach((text, i) => {
    const at = S.SR_ENTRIES + i * S.SRE_BYTES;
    view.setUint32(at + S.SRE_LENGTH, text.length, true);
    image.set(text, at + S.SRE_TEXT);
  });
  return image;
}

/** Plain characters are spelled \u00XX, others \uXXXX; and only a slash may have a backslash by itself. */
function escapesOf(texts: readonly Uint8Array[]): number {
  return texts.every((text) => text.every((byte) => byte < 0x80)) ? S.ESCAPES_ASCII : S.ESCAPES_UNICODE;
}
