/**
 * The engine's registers: where its areas lie (set once by attach) and what the stages hand to one another. They are
 * WebAssembly globals; hot loops copy them into locals first, because a global is a memory access.
 */
import { H_JSON, H_JSON_BYTES, P_FOUND, P_FOUND_COUNT } from '../below-layout';
import { H_EDIT, H_EDIT_BYTES, P_EDIT } from '../edit-layout';
import {
  C_LABEL,
  C_PATH,
  CL_COLUMN_COUNT,
  CL_COLUMNS,
  CLASS_BYTES,
  COLUMN_BYTES,
  H_DIAGNOSE_STACK,
  H_ERRORS,
  H_EXAMINE,
  H_ESCAPES,
  H_FLAGS,
  H_KEYS,
  H_MAX_DEPTH,
  H_MAX_RECORD,
  H_PLAN,
  H_ROWS,
  H_ROWS_BYTES,
  H_SCRATCH,
  H_SEEN,
  H_SLOTS,
  H_STACK,
  H_TOKENS,
  NO_SLOT,
  P_CHAIN_COUNT,
  P_CHAINS,
  P_CLASS_COUNT,
  P_CLASSES,
  P_COLUMNS,
  P_COLUMN_COUNT,
  P_EMIT,
  P_ENTRY,
  P_FIELD_COUNT,
  P_FIELD_PATH,
  P_PATHS,
  P_ROOT,
  P_SELECT,
  P_SLOT_COUNT,
  P_SLOT_PARENTS,
  P_TAKERS,
  P_TESTS,
  PATH_BYTES,
  PATH_STEPS,
  PATH_WHOLE,
  SLOT_BYTES,
} from '../layout';
import { H_SAMPLE, H_SAMPLE_SEED, P_FORM } from '../select-layout';
import { H_SEAMS, H_STOPS } from '../seam-layout';
import { setDiagnoseStack } from './diagnose';
import { attachSearch } from './search';
import { setSeed } from './hash';
import { setSample } from './sample';

export let plan: usize = 0;
export let slots: usize = 0;
export let seen: usize = 0;
export let stack: usize = 0;
export let tokens: usize = 0;
export let errors: usize = 0;
export let escapes: usize = 0;
export let examineList: usize = 0;
export let scratch: usize = 0;
export let keys: usize = 0;
export let seams: usize = 0;
export let stops: usize = 0;
/** Room for JSON that stands in strings (json-text.ts). */
export let jsonArea: usize = 0;
export let jsonEnd: usize = 0;
/** Room for an edited record, and as much again behind it (edit.ts). */
export let editArea: usize = 0;
export let editBytes: usize = 0;
/** The edits of a plan without classes, or 0. */
export let edits: usize = 0;
export let maxDepth: i32 = 0;
export let maxRecord: usize = 0;
export let flags: u32 = 0;

export let root: usize = 0;
export let slotCount: u32 = 0;
export let slotParents: usize = 0;
export let tests: usize = 0;
export let entry: i32 = 0;
export let paths: usize = 0;
export let emitKind: u32 = 0;
export let columns: usize = 0;
export let columnCount: u32 = 0;
/** The form of cells, or 0. */
export let form: usize = 0;
/** The entry of the second program, and the fields of a row (EMIT_ROWS). */
export let select: i32 = 0;
export let fieldPath: u32 = 0;
export let fieldCount: u32 = 0;
/** Slots that are filled by a search (deep.ts). */
export let found: usize = 0;
export let foundCount: u32 = 0;
/** Classes, what leads to them, and room for the numbers of those that take a record (EMIT_CLASSES). */
export let classes: usize = 0;
export let classCount: u32 = 0;
export let chains: usize = 0;
export let chainCount: u32 = 0;
export let takers: usize = 0;
export let rows: usize = 0;
export let rowsBytes: u32 = 0;

/** The number of the record being looked at; a slot is filled when its epoch is equal. Never 0. */
export let epoch: u32 = 0;

/** A pointer inside the plan, made absolute. */
// @ts-ignore: decorator
@inline
export function planPointer(offset: u32): usize {
  return plan + <usize>offset;
}

/** The columns that are written next. */
export function setColumns(at: usize, count: u32): void {
  columns = at;
  columnCount = count;
}

// Addresses in a column, found once: the slots that answer for its path, of which the first one that is filled counts,
// and its label.
export const C_SLOT: usize = 12;
export const C_OTHER_SLOT: usize = 16;
export const C_LABEL_AT: usize = 20;

/** A slot that is never filled. */
const noSlot = memory.data(16, 16);

function slotAddress(number: i32): usize {
  return number == NO_SLOT ? noSlot : slots + <usize>number * SLOT_BYTES;
}

/** So that no record has to look for them. */
function resolveColumns(at: usize, count: u32): void {
  for (let column = at, end = at + <usize>count * COLUMN_BYTES; column < end; column += COLUMN_BYTES) {
    const path = paths + <usize>load<u32>(column, C_PATH) * PATH_BYTES;
    const whole = slotAddress(load<i32>(path, PATH_WHOLE));
    const steps = slotAddress(load<i32>(path, PATH_STEPS));
    store<u32>(column, <u32>(whole == noSlot ? steps : whole), C_SLOT);
    store<u32>(column, <u32>(whole == noSlot ? noSlot : steps), C_OTHER_SLOT);
    store<u32>(column, <u32>planPointer(load<u32>(column, C_LABEL)), C_LABEL_AT);
  }
}

function resolveAllColumns(): void {
  resolveColumns(columns, columnCount);
  for (let number: u32 = 0; number < classCount; number++) {
    const at = classes + <usize>number * CLASS_BYTES;
    resolveColumns(planPointer(load<u32>(at, CL_COLUMNS)), load<u32>(at, CL_COLUMN_COUNT));
  }
}

/** Another root of the trie, or none: 0. */
export function setRoot(node: usize): void {
  root = node;
}

/**
 * Starts the next record: all slots become empty at once. After 2^32 - 1 records the epochs are wiped and start again.
 */
// @ts-ignore: decorator
@inline
export function nextEpoch(): u32 {
  epoch += 1;
  if (!epoch) wipeEpochs();
  return epoch;
}

function wipeEpochs(): void {
  memory.fill(slots, 0, <usize>slotCount * SLOT_BYTES);
  epoch = 1;
}

/** Reads the header and the plan that the host has written. */
export function attach(header: usize): void {
  plan = load<u32>(header, H_PLAN);
  slots = load<u32>(header, H_SLOTS);
  seen = load<u32>(header, H_SEEN);
  stack = load<u32>(header, H_STACK);
  tokens = load<u32>(header, H_TOKENS);
  errors = load<u32>(header, H_ERRORS);
  escapes = load<u32>(header, H_ESCAPES);
  examineList = load<u32>(header, H_EXAMINE);
  scratch = load<u32>(header, H_SCRATCH);
  keys = load<u32>(header, H_KEYS);
  seams = load<u32>(header, H_SEAMS);
  stops = load<u32>(header, H_STOPS);
  // Its first word says whose it is: what was learned of another plan is nobody's (asm/seams.ts).
  store<u32>(seams, load<u32>(seams) + 1);
  jsonArea = load<u32>(header, H_JSON);
  jsonEnd = jsonArea + <usize>load<u32>(header, H_JSON_BYTES);
  editArea = load<u32>(header, H_EDIT);
  editBytes = load<u32>(header, H_EDIT_BYTES);
  edits = load<u32>(plan, P_EDIT) ? planPointer(load<u32>(plan, P_EDIT)) : 0;
  maxDepth = load<i32>(header, H_MAX_DEPTH);
  maxRecord = load<u32>(header, H_MAX_RECORD);
  flags = load<u32>(header, H_FLAGS);
  const rootOffset = load<u32>(plan, P_ROOT);
  root = rootOffset ? planPointer(rootOffset) : 0;
  slotCount = load<u32>(plan, P_SLOT_COUNT);
  slotParents = planPointer(load<u32>(plan, P_SLOT_PARENTS));
  tests = planPointer(load<u32>(plan, P_TESTS));
  entry = load<i32>(plan, P_ENTRY);
  paths = planPointer(load<u32>(plan, P_PATHS));
  emitKind = load<u32>(plan, P_EMIT);
  columns = planPointer(load<u32>(plan, P_COLUMNS));
  columnCount = load<u32>(plan, P_COLUMN_COUNT);
  const formOffset = load<u32>(plan, P_FORM);
  form = formOffset ? planPointer(formOffset) : 0;
  select = load<i32>(plan, P_SELECT);
  fieldPath = load<u32>(plan, P_FIELD_PATH);
  fieldCount = load<u32>(plan, P_FIELD_COUNT);
  found = planPointer(load<u32>(plan, P_FOUND));
  foundCount = load<u32>(plan, P_FOUND_COUNT);
  classes = planPointer(load<u32>(plan, P_CLASSES));
  classCount = load<u32>(plan, P_CLASS_COUNT);
  chains = planPointer(load<u32>(plan, P_CHAINS));
  chainCount = load<u32>(plan, P_CHAIN_COUNT);
  takers = planPointer(load<u32>(plan, P_TAKERS));
  rows = load<u32>(header, H_ROWS);
  rowsBytes = load<u32>(header, H_ROWS_BYTES);
  resolveAllColumns();
  memory.fill(slots, 0, <usize>slotCount * SLOT_BYTES);
  memory.fill(seen, 0, slotCount);
  epoch = 0;
  setDiagnoseStack(load<u32>(header, H_DIAGNOSE_STACK));
  setSeed(header);
  attachSearch(header);
  setSample(load<u32>(header, H_SAMPLE), load<u32>(header, H_SAMPLE_SEED));
}
