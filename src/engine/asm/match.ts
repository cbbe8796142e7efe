/**
 * Stage 3: the selector program over the slots of one record. A program is a list of tests with two targets each, so
 * short circuit costs nothing and there is no stack. What a test asks of its value is the business of holds.ts.
 */
import { OP_DEEP } from '../below-layout';
import {
  ACCEPT_TARGET,
  G_END,
  G_FIRST,
  G_NEXT,
  G_TARGETS,
  NO_TARGET,
  OP_AGAIN,
  OP_CHOICE,
  OP_PRESENT,
  SLOT_BYTES,
  SLOT_KIND,
  T_DATA,
  T_FALSE,
  T_OP,
  T_PATH,
  T_TRUE,
  TEST_BYTES,
} from '../layout';
import { holdsBelow } from './deep';
import { holds, slotOf, targetIn } from './holds';
import { epoch, planPointer, slots, tests } from './state';

/** Makes the target at `target` the one that the test leads to when it holds. */
// @ts-ignore: decorator
@inline
function leadTo(test: usize, target: usize): bool {
  store<i32>(test, load<i32>(target), T_TRUE);
  return true;
}

/** Which of the next slots are filled: a bit for each of 4, lowest first, from `slot` on. */
// @ts-ignore: decorator
@inline
function filled(slot: usize, epochs: v128): i32 {
  const first = v128.shuffle<u32>(v128.load(slot), v128.load(slot, 16), 0, 4, 0, 4);
  const second = v128.shuffle<u32>(v128.load(slot, 32), v128.load(slot, 48), 0, 4, 0, 4);
  return i32x4.bitmask(i32x4.eq(v128.shuffle<u32>(first, second, 0, 1, 4, 5), epochs));
}

/** Finds the next slot of a group that is filled, from slot `from` on: absent paths cost a fraction of a ns each. */
function findPresent(test: usize, group: usize, from: u32): bool {
  const end = load<u32>(group, G_END);
  const targets = planPointer(load<u32>(group, G_TARGETS)) - ((<usize>load<u32>(group, G_FIRST)) << 2);
  const epochs = i32x4.splat(epoch);
  for (let at = from; at < end; ) {
    const hits = filled(slots + <usize>at * SLOT_BYTES, epochs);
    if (!hits) {
      at += 4;
      continue;
    }
    at += <u32>ctz(hits);
    if (at >= end) break;
    const target = targets + ((<usize>at) << 2);
    at++;
    if (load<i32>(target) == NO_TARGET) continue;
    store<u32>(group, at, G_NEXT);
    return leadTo(test, target);
  }
  return false;
}

/** The tests that find out where they lead. */
function matchMany(op: u32, test: usize): bool {
  const data = planPointer(load<u32>(test, T_DATA));
  if (op == OP_PRESENT) return findPresent(test, data, load<u32>(data, G_FIRST));
  if (op == OP_AGAIN) return findPresent(test, data, load<u32>(data, G_NEXT));
  const slot = slotOf(load<u32>(test, T_PATH));
  if (!slot) return false;
  const target = targetIn(data, slot, load<u32>(slot, SLOT_KIND));
  return target != 0 && leadTo(test, target);
}

function matchTest(test: usize): bool {
  const op = load<u32>(test, T_OP);
  if (op >= <u32>OP_CHOICE && op <= <u32>OP_AGAIN) return matchMany(op, test);
  const slot = slotOf(load<u32>(test, T_PATH));
  if (!slot) return false;
  return op == OP_DEEP ? holdsBelow(test, slot) : holds(op, test, slot);
}

/** Runs tests over the current record's slots, from `first` on. @returns the target that ends them, below 0 */
export function runTests(first: i32): i32 {
  let next = first;
  while (next >= 0) {
    const test = tests + <usize>next * TEST_BYTES;
    next = matchTest(test) ? load<i32>(test, T_TRUE) : load<i32>(test, T_FALSE);
  }
  return next;
}

/** Whether a program accepts the current record; `first` is its entry. */
// @ts-ignore: decorator
@inline
export function runProgram(first: i32): bool {
  return first < 0 ? first == ACCEPT_TARGET : runTests(first) == ACCEPT_TARGET;
}
