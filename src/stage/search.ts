/** What --unchecked means for an engine: the texts that lines are searched for before they are looked at. */
import type { SelectionSettings } from '../config/settings.ts';
import { searchImage } from '../engine/search-image.ts';
import { requiredTexts } from '../selector/index.ts';

/** @returns undefined: all lines are looked at; nobody asked for less, or no text has to be in a match */
export function searchFor({ unchecked, where }: SelectionSettings): Uint8Array | undefined {
  const texts = unchecked === true ? requiredTexts(where) : undefined;
  return texts && searchImage(texts);
}
