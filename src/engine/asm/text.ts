/** The text of a string's slot: as it lies, or unescaped into the scratch area. */
import { SLOT_FROM, SLOT_TO } from '../layout';
import { scratch } from './state';
import { hasEscape, unescapeInto } from './unescape';

/** The unescaped bytes of the string that `readText` looked at last. */
export let textFrom: usize = 0;
export let textTo: usize = 0;

export function readText(slot: usize): void {
  const from = <usize>load<u32>(slot, SLOT_FROM) + 1;
  const to = <usize>load<u32>(slot, SLOT_TO) - 1;
  if (hasEscape(from, to)) {
    textFrom = scratch;
    textTo = unescapeInto(from, to, scratch);
  } else {
    textFrom = from;
    textTo = to;
  }
}
