/**
 * Numbers that nobody outside of the process knows, for hash tables whose keys come from outside: whoever writes a
 * record cannot choose keys that share a place. They change how fast something is found at worst, never what is
 * output.
 *
 * They are V8's, which seeds its generator from the system's entropy when the process starts, and none of them ever
 * leaves the process. Loading node:crypto would cost 3 to 7 ms of a start of 21.
 */

/** A random 64-bit number. */
export function random64(): bigint {
  const half = (): bigint => BigInt(Math.floor(Math.random() * 2 ** 32));
  return (half() << 32n) | half();
}
