/**
 * The kernel's memory for packs (asm/pack.ts): a pack that is being filled, for each segment that is written, and one
 * that was decoded, for each that is read. Rooms are given back to their kernel and lent again.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { BLOCK_POINTS, ENTRY_BYTES } from '../kernel/layout.ts';
import * as P from '../kernel/pack-layout.ts';

/** Decoders may write a little behind their columns. */
const SLACK_BYTES = 64;
const COLUMN_BYTES = BLOCK_POINTS * 8 + SLACK_BYTES;

/** Addresses of a pack's points, and of the entries of its blocks. */
export interface PackRoom {
  readonly times: number;
  readonly values: number;
  readonly ordinals: number;
  readonly entries: number;
}

/** Address of a pack's description, and of what it points to. */
export interface PackDesk extends Omit<PackRoom, 'entries'> {
  readonly pack: number;
  readonly counts: number;
  readonly ids: number;
}

class Rooms<Room> {
  readonly #free = new WeakMap<Kernel, Room[]>();
  readonly #make: (kernel: Kernel) => Room;

  constructor(make: (kernel: Kernel) => Room) {
    this.#make = make;
  }

  borrow(kernel: Kernel): Room {
    return this.#free.get(kernel)?.pop() ?? this.#make(kernel);
  }

  giveBack(kernel: Kernel, room: Room): void {
    const others = this.#free.get(kernel);
    if (others === undefined) this.#free.set(kernel, [room]);
    else others.push(room);
  }
}

function columnsIn(kernel: Kernel): Omit<PackRoom, 'entries'> {
  const times = kernel.alloc(2.5 * COLUMN_BYTES);
  return { times, values: times + COLUMN_BYTES, ordinals: times + 2 * COLUMN_BYTES };
}

/** For readers. */
export const packRooms = new Rooms<PackRoom>((kernel) => ({
  ...columnsIn(kernel),
  entries: kernel.alloc(P.PACK_SERIES * ENTRY_BYTES),
}));

/** For writers; a pack that was given back is not empty. */
export const packDesks = new Rooms<PackDesk>((kernel) => {
  const columns = columnsIn(kernel);
  const pack = kernel.alloc(P.PACK_BYTES);
  const [counts, ids] = [kernel.alloc(P.PACK_SERIES), kernel.alloc(P.PACK_SERIES * 4)];
  const scratch = kernel.alloc(P.SMALL_POINTS * 8 + SLACK_BYTES);
  const { u32 } = kernel;
  u32[(pack + P.PK_TIMES) / 4] = columns.times;
  u32[(pack + P.PK_VALUES) / 4] = columns.values;
  u32[(pack + P.PK_ORDINALS) / 4] = columns.ordinals;
  u32[(pack + P.PK_COUNTS) / 4] = counts;
  u32[(pack + P.PK_IDS) / 4] = ids;
  u32[(pack + P.PK_SCRATCH) / 4] = scratch;
  return { ...columns, pack, counts, ids };
});
