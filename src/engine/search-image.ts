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

/** Bytes of logs, from the most common on; all others are seldom. */
const COMMON = '"e,:aitnosr0l1dc2m3p_u4g5-h.6b789f/ v{}wykTSxIEAZPDRCMONL[]zjq';

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
    const [first, second] = rarest(text);
    image.fill(text[first]!, at + S.SRE_FIRST, at + S.SRE_FIRST + 16);
    image.fill(text[second]!, at + S.SRE_SECOND, at + S.SRE_SECOND + 16);
    view.setUint32(at + S.SRE_FIRST_AT, first, true);
    view.setUint32(at + S.SRE_SECOND_AT, second, true);
    view.setUint32(at + S.SRE_LENGTH, text.length, true);
    image.set(text, at + S.SRE_TEXT);
  });
  return image;
}

/** Plain characters are spelled \u00XX, others \uXXXX; and only a slash may have a backslash by itself. */
function escapesOf(texts: readonly Uint8Array[]): number {
  return texts.every((text) => text.every((byte) => byte < 0x80)) ? S.ESCAPES_ASCII : S.ESCAPES_UNICODE;
}

/** Where the two least common bytes of a text are. */
function rarest(text: Uint8Array): [number, number] {
  const places = [...text.keys()].sort((a, b) => rank(text[b]!) - rank(text[a]!));
  return [places[0]!, places[1] ?? 0];
}

function rank(byte: number): number {
  const at = COMMON.indexOf(String.fromCharCode(byte));
  return at < 0 ? COMMON.length : at;
}
