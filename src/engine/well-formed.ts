/**
 * A text as UTF-8 can say it: half of a surrogate pair becomes U+FFFD, as it does in the engine. Keys that are equal
 * by this are the same key. (Not \p{Surrogate}: every start comes here, and ICU takes its time to list a property.)
 */
export const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/gu, '\ufffd');
