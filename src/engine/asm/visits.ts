/** Steps of automata that are simulated: the host hears of them when a call takes long. */

/** Tells the host, every few milliseconds, that the thread is in a call that may take long. */
// @ts-ignore: decorator
@external("host", "longCall")
declare function longCall(): void;

/** A few milliseconds; what is long, the host decides by its clock. */
const LONG_CALL_VISITS: u32 = 1 << 18;
/** Visits of instructions since the host heard of them. */
let visits: u32 = 0;

// @ts-ignore: decorator
@inline
export function countVisits(count: u32): void {
  visits += count;
  if (visits > LONG_CALL_VISITS) {
    visits = 0;
    longCall();
  }
}
