/** From UTF-8 bytes to the character classes of a pattern's image (selector/regex/FORMAT.md). */
import { DECODER_NODES, DECODER_ROOT, NODE_FLAG } from '../regex-layout';

/** Where the character that `decode` read ends. A global because a function has one result. */
export let decodedEnd: usize = 0;

/** The class of the character at `p`, from as few of its bytes as decide it. */
// @ts-ignore: decorator
@inline
export function decode(image: usize, p: usize, to: usize): u32 {
  const nodes = image + load<u32>(image, DECODER_NODES);
  let entry = <u32>load<u16>(image + load<u32>(image, DECODER_ROOT) + ((<usize>load<u8>(p)) << 1));
  p++;
  while ((entry & NODE_FLAG) != 0 && p < to) {
    const child = ((entry ^ NODE_FLAG) << 6) + (load<u8>(p) & 0x3f);
    entry = <u32>load<u16>(nodes + ((<usize>child) << 1));
    p++;
  }
  while (p < to && (load<u8>(p) & 0xc0) == 0x80) p++;
  decodedEnd = p;
  // A character that the string's end cuts short is not UTF-8; any class will do, but it must be one.
  return (entry & NODE_FLAG) != 0 ? 0 : entry;
}
