/**
 * How an engine's memory is laid out: static data, header, plan, work areas, blocks, and the output areas last,
 * because they may grow. Everything has its greatest size from the start; pages that nobody touches cost nothing.
 */
import { AddressesError } from '../text/explained.ts';
import * as B from './below-layout.ts';
import * as E from './edit-layout.ts';
import * as L from './layout.ts';
import * as O from './origin-layout.ts';
import type { Plan } from './plan.ts';
import type { Sample } from './program.ts';
import { F_WALK_ALL, H_SEAMS, H_STOPS, SEAMS_BYTES, STOPS_SLACK_BYTES } from './seam-layout.ts';
import { H_SEARCH } from './search-layout.ts';
import { random64 } from './seed.ts';
import * as S from './select-layout.ts';

export interface EngineOptions {
  /** Bytes of input that one block can hold; a record must fit into one. */
  readonly blockBytes: number;
  readonly blockCount: number;
  readonly maxDepth: number;
  readonly maxRecordBytes: number;
  /** Rejected lines are output as they are. */
  readonly keepRejects: boolean;
  /** With a plan that tracks keys: stop before a matching record that has an unknown one. */
  readonly strictKeys: boolean;
  /** A matching record that is no object is rejected: it has no columns. Default: it is not. */
  readonly objectsOnly?: boolean;
  /** Which of the records that match are taken (sample.ts). Default: all. */
  readonly sample?: Sample | undefined;
  /** Walk every record, and learn nothing of what is common to them. For tests and measurements; default: learn. */
  readonly walkAll?: boolean;
  /** With a plan of rows. */
  readonly rows?: RowOptions | undefined;
  /** What a line has to have to be looked at (search-image.ts). Undefined: every line is. */
  readonly search?: Uint8Array | undefined;
  /** The counting plan (counting.ts), with a plan of rows: they are counted. */
  readonly counting?: Uint8Array | undefined;
}

/** What an engine for plugins has besides. */
export interface RowOptions {
  /** Records that the plugin does not want get a row as well. */
  readonly forAll: boolean;
  /** Bytes of the row table. */
  readonly tableBytes: number;
  /** Bytes for copies of records that a guest keeps. */
  readonly pinBytes: number;
  /** A last block of this many bytes, for records that no other block can hold; 0: there is none. */
  readonly longBlockBytes: number;
}

/** Room for plans and slots that grow while a plugin is being learned. */
const PLAN_ROOM_BYTES = 1 << 20;
const SLOT_ROOM = 16384;
/** Between the texts of asm/json-text.ts, and behind the last. */
const JSON_SLACK_BYTES = 4096;
/** Behind the text of an edited record, and behind the keys above a value. */
const EDIT_SLACK_BYTES = 1024;
/** The work area of asm/views.ts. */
const VIEWS_BYTES = 1 << 20;

/** Where the parts of an engine's memory lie: plain numbers, which a worker can be sent. */
export interface MemoryMap {
  readonly header: number;
  readonly plan: number;
  /** Another plan may be put in its place if it has at most this many bytes and slots. */
  readonly planRoom: number;
  readonly slotRoom: number;
  readonly seen: number;
  /** Free between two calls of the engine, for a line of up to maxRecordBytes and its newline. */
  readonly scratch: number;
  readonly keys: number;
  readonly rows: number;
  readonly views: number;
  readonly counting: number;
  readonly search: number;
  /** Where the words of O.B_NAME and the like point to, for each block; empty when nobody asks. */
  readonly origins: readonly { readonly name: number; readonly lines: number }[];
  readonly blocks: readonly number[];
  /** Outputs of a block when the plan has classes, or 0. */
  readonly classCount: number;
  readonly totalBytes: number;
}

/** The engine's own static data ends below this address; checked when it is instantiated. */
export const STATIC_BYTES = 65536;
/** The engine's module asks for at least this much memory (asm/asconfig.json). */
const LEAST_PAGES = 16;
/** The least output area; it grows when a block needs more. */
const OUT_BYTES = 65536;

const align = (address: number): number => Math.ceil(address / 64) * 64;

interface OutputArea {
  readonly segments: number;
  readonly out: number;
}

interface BlockArea extends OutputArea {
  readonly at: number;
  readonly from: number;
  readonly rejects: number;
  readonly list: number;
  /** One for each class of a plan that has some, and where their structs are. */
  readonly outputs: readonly OutputArea[];
  readonly outputsAt: number;
}

interface Area {
  readonly header: Record<number, number>;
  readonly blocks: BlockArea[];
  readonly map: MemoryMap;
}

/** The header's H_SEED. */
function seedWords(): Record<number, number> {
  const word = (): number => Number(BigInt.asIntN(32, random64()));
  return { [L.H_SEED]: word(), [L.H_SEED + 4]: word(), [L.H_SEED + 8]: word(), [L.H_SEED + 12]: word() };
}

/** A segment in place is long, and there is at most one that is not before each. */
const segmentBytes = (blockBytes: number): number => (blockBytes / L.IN_PLACE_BYTES + 4) * 2 * L.SEGMENT_BYTES;

/** @throws RangeError for what the output of several classes cannot have */
function checkClasses(plan: Plan, options: EngineOptions): void {
  if (plan.classCount === 0) return;
  const wanted = options.strictKeys
    ? 'strict columns need'
    : options.keepRejects
      ? 'keeping bad lines in the output needs'
      : '';
  if (wanted) throw new RangeError(`${wanted} one output class, and there are ${plan.classCount}`);
}

/** Lays the memory out; nothing is written yet, and pages that are never touched cost nothing. */
function layOut(plan: Plan, options: EngineOptions): Area {
  let end = STATIC_BYTES;
  const take = (bytes: number): number => {
    const at = align(end);
    end = at + bytes;
    return at;
  };
  const { rows } = options;
  const capacity = Math.max(options.blockBytes, rows?.longBlockBytes ?? 0);
  const planRoom = Math.max(plan.bytes.length, rows === undefined ? 0 : PLAN_ROOM_BYTES) + plan.workBytes;
  const slotRoom = Math.max(plan.slotCount, rows === undefined ? 0 : SLOT_ROOM);
  const at = {
    header: take(L.HEADER_BYTES),
    plan: take(planRoom),
    slots: take(slotRoom * L.SLOT_BYTES),
    seen: take(slotRoom),
    stack: take(options.maxDepth * 16),
    diagnoseStack: take(options.maxDepth + 64),
    errors: take((L.CHUNK_BYTES + 128) * 4),
    examine: take((L.CHUNK_BYTES / 64 + 1) * L.EXAMINE_BYTES),
    escapes: take((L.CHUNK_BYTES / 64 + 64) * 4),
    // Every byte can be a token, of the longest line and of a chunk behind it; the index writes eight at a time.
    tokens: take((capacity + L.CHUNK_BYTES + 256) * 4),
    scratch: take(capacity + L.PADDING_BYTES),
    json: take(plan.jsonLevels * (capacity + JSON_SLACK_BYTES)),
    edit: take(plan.hasEdits ? 2 * (capacity + EDIT_SLACK_BYTES) : 0),
    keys: take(plan.trackKeys ? L.KEYS_BYTES : 64),
    rows: take(rows?.tableBytes ?? 0),
    views: take(rows === undefined ? 0 : VIEWS_BYTES),
    pins: take(rows?.pinBytes ?? 0),
    counting: take(options.counting?.length ?? 0),
    search: take(options.search?.length ?? 0),
    seams: take(SEAMS_BYTES),
    stops: take(capacity / 8 + STOPS_SLACK_BYTES),
  };
  const block = (bytes: number, mostRejects: number) => ({
    at: take(L.BLOCK_BYTES),
    segments: take(segmentBytes(bytes)),
    from: take(bytes + L.PADDING_BYTES),
    rejects: take(mostRejects * L.REJECT_BYTES),
    list: take(rows === undefined ? 0 : L.OUT_LIST_ENTRIES * L.REJECT_BYTES),
    out: take(OUT_BYTES),
    outputs: Array.from({ length: plan.classCount }, () => ({
      segments: take(segmentBytes(bytes)),
      out: take(OUT_BYTES),
    })),
    outputsAt: take(plan.classCount * L.OUTPUT_BYTES),
  });
  // Two bytes are the shortest bad line; the block for a long record gets one line at a time.
  const blocks = Array.from({ length: options.blockCount }, () =>
    block(options.blockBytes, options.blockBytes / 2 + 2),
  );
  if (rows !== undefined && rows.longBlockBytes > 0) blocks.push(block(capacity, 64));
  // A record that was converted has at least one byte and a newline.
  const lineBytes = (options.blockBytes / 2 + 1) * 4;
  const origins = plan.asksOrigin ? blocks.map(() => ({ name: take(O.NAME_BYTES), lines: take(lineBytes) })) : [];
  const header = {
    [L.H_PLAN]: at.plan,
    [L.H_SLOTS]: at.slots,
    [L.H_SEEN]: at.seen,
    [L.H_STACK]: at.stack,
    [L.H_TOKENS]: at.tokens,
    [L.H_ERRORS]: at.errors,
    [L.H_ESCAPES]: at.escapes,
    [L.H_EXAMINE]: at.examine,
    [L.H_DIAGNOSE_STACK]: at.diagnoseStack,
    [L.H_SCRATCH]: at.scratch,
    [L.H_ROWS]: at.rows,
    [L.H_ROWS_BYTES]: rows?.tableBytes ?? 0,
    [L.H_VIEWS]: at.views,
    [L.H_VIEWS_BYTES]: rows === undefined ? 0 : VIEWS_BYTES,
    [L.H_PINS]: at.pins,
    [L.H_PINS_BYTES]: rows?.pinBytes ?? 0,
    [L.H_KEYS]: at.keys,
    [H_SEAMS]: at.seams,
    [H_STOPS]: at.stops,
    [B.H_JSON]: at.json,
    [B.H_JSON_BYTES]: plan.jsonLevels * (capacity + JSON_SLACK_BYTES),
    [E.H_EDIT]: at.edit,
    [E.H_EDIT_BYTES]: Math.min(capacity, options.maxRecordBytes),
    [L.H_COUNT]: options.counting === undefined ? 0 : at.counting,
    [H_SEARCH]: options.search === undefined ? 0 : at.search,
    [S.H_SAMPLE]: options.sample?.below ?? 0,
    [S.H_SAMPLE_SEED]: options.sample?.seed ?? 0,
    ...seedWords(),
    [L.H_MAX_DEPTH]: options.maxDepth,
    [L.H_MAX_RECORD]: options.maxRecordBytes,
    [L.H_FLAGS]:
      (options.strictKeys ? L.F_STRICT_KEYS : 0) |
      (options.objectsOnly ? (plan.classCount > 0 ? L.F_CLASS_OBJECTS : L.F_OBJECTS) : 0) |
      (options.keepRejects ? L.F_KEEP_REJECTS : 0) |
      (options.walkAll ? F_WALK_ALL : 0) |
      (plan.trackKeys ? L.F_TRACK_KEYS : 0) |
      (rows?.forAll ? L.F_ROWS_FOR_ALL : 0),
  };
  const { classCount } = plan;
  const map = {
    ...at,
    origins,
    planRoom,
    slotRoom,
    classCount,
    blocks: blocks.map((block) => block.at),
    totalBytes: end,
  };
  return { header, blocks, map };
}

/**
 * Allocates and fills a memory for `plan`; pages that nobody touches stay unallocated. @throws AddressesError,
 * RangeError
 */
export function createMemory(plan: Plan, options: EngineOptions): { memory: WebAssembly.Memory; map: MemoryMap } {
  checkClasses(plan, options);
  const area = layOut(plan, options);
  const memory = newMemory(Math.max(LEAST_PAGES, Math.ceil(area.map.totalBytes / 65536)));
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(plan.bytes, area.map.plan);
  if (options.counting !== undefined) bytes.set(options.counting, area.map.counting);
  if (options.search !== undefined) bytes.set(options.search, area.map.search);
  const words = new Int32Array(memory.buffer);
  for (const [offset, value] of Object.entries(area.header)) words[(area.map.header + Number(offset)) / 4] = value;
  for (const block of area.blocks) {
    const at = block.at / 4;
    words[at + L.B_INPUT / 4] = block.from;
    writeOutput(words, block.at, block);
    block.outputs.forEach((output, i) => {
      writeOutput(words, block.outputsAt + i * L.OUTPUT_BYTES, output);
    });
    words[at + L.B_OUTPUTS / 4] = plan.classCount > 0 ? block.outputsAt : 0;
    words[at + L.B_REJECTS / 4] = block.rejects;
    words[at + L.B_OUT_LIST / 4] = block.list;
    words[at + L.B_REJECT_LIMIT / 4] = -1;
    words[at + S.B_MATCH_LIMIT / 4] = -1;
  }
  return { memory, map: area.map };
}

/** A block and a class of it have these words at the same offsets. */
function writeOutput(words: Int32Array, address: number, { segments, out }: OutputArea): void {
  const at = address / 4;
  words[at + L.B_OUT / 4] = out;
  words[at + L.B_OUT_CAPACITY / 4] = OUT_BYTES;
  words[at + L.B_SEGMENTS / 4] = segments;
}

/** @throws AddressesError when there is no room for it */
function newMemory(initialPages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: initialPages, maximum: 65536, shared: true });
  } catch (error) {
    throw error instanceof RangeError ? new AddressesError(error) : error;
  }
}
