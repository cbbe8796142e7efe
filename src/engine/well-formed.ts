/**
 * A text as UTF-8 can say it: half of a surrogate pair becomes U+FFFD, as it does in the engine. Keys that are equal
 * by this are the same key.
 */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');
