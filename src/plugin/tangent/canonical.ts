/**
 * The exports of the world `tangent:logs/processor@0.1.0` in canonical-ABI form (`assets/wit/processor.wit` of
 * Tangent; layouts by WebAssembly/component-model, design/mvp/CanonicalABI.md): metadata and selectors are lifted, the
 * handles of a batch are lowered, the output is lifted as a borrowed view. Every result is followed by the guest's
 * post-return.
 *
 * The surprising part is the gate: while the host is inside the guest's realloc or post-return, the guest must not
 * call out. It stays shut when one of them traps, because the instance is then not to be used again.
 */
import type { ListPredicate, ListSelector } from '../../selector/index.ts';
import {
  GuestReader,
  GuestWriter,
  SCALAR_ALIGN,
  SCALAR_SIZE,
  SLICE_ALIGN,
  SLICE_SIZE,
} from '../component/canonical-memory.ts';
import type { Gate } from '../gate.ts';
import { Trap } from '../guest.ts';
import type { LiftedFunction, TangentExports } from '../tangent-module.ts';

/** record meta { name: string, version: string } */
const META_SIZE = 2 * SLICE_SIZE;
/** record selector { any: list<pred>, all: list<pred>, none: list<pred> } */
const SELECTOR_SIZE = 3 * SLICE_SIZE;
/** variant pred: the discriminant, then (aligned as its f64 and scalar want) a path and what it is compared with. */
const PRED_SIZE = 32;
const PRED_ALIGN = 8;
const PRED_PATH = 8;
const PRED_OPERAND = 16;
const PRED_CASES = 6;
/** result<list<u8>, string> */
const RESULT_SIZE = 12;
const RESULT_PAYLOAD = 4;
const HANDLE_SIZE = 4;

const MAX_NAME_BYTES = 64 * 1024;
const MAX_SELECTORS = 10_000;
const MAX_SELECTOR_BYTES = 4 * 1024 * 1024;
/** Selectors, predicates and values. */
const MAX_SELECTOR_ITEMS = 200_000;
/** A guest's reason for an error is one line for people. */
const MAX_ERROR_BYTES = 64 * 1024;

export interface PluginMetadata {
  readonly name: string;
  readonly version: string;
}

/** The result of a batch: the number of output bytes, or the guest's own reason for an error. */
export type GuestOutput = { readonly bytes: number } | { readonly error: string };

/** Calls `metadata()`. @throws Trap for bad data, and what the guest throws */
export function liftMetadata({ metadata }: TangentExports, gate: Gate): PluginMetadata {
  return lifted(metadata, metadata.call(), gate, (pointer) => {
    const reader = new GuestReader(metadata.memory, MAX_NAME_BYTES);
    const record = reader.range(pointer, META_SIZE, SLICE_ALIGN, 'the result of metadata');
    return {
      name: reader.textAt(record, 'the name in metadata'),
      version: reader.textAt(record + SLICE_SIZE, 'the version in metadata'),
    };
  });
}

/**
 * Calls `probe()`. Integers come as bigint, floats as number.
 * @throws Trap for bad data (also more than 10 000 selectors, 200 000 items or 4 MiB of text), and what the guest
 * throws
 */
export function liftSelectors({ probe }: TangentExports, gate: Gate): ListSelector[] {
  return lifted(probe, probe.call(), gate, (pointer) => {
    const reader = new GuestReader(probe.memory, MAX_SELECTOR_BYTES, MAX_SELECTOR_ITEMS);
    const result = reader.range(pointer, SLICE_SIZE, SLICE_ALIGN, 'the result of probe');
    const count = reader.u32(result + 4);
    if (count > MAX_SELECTORS) throw new Trap(`probe returns ${count} selectors, at most ${MAX_SELECTORS}`);
    const place = 'the list of selectors';
    return listOf(reader, result, SELECTOR_SIZE, SLICE_ALIGN, place, (address) => ({
      any: predicatesAt(reader, address),
      all: predicatesAt(reader, address + SLICE_SIZE),
      none: predicatesAt(reader, address + 2 * SLICE_SIZE),
    }));
  });
}

/**
 * Lowers `list<own<logview>>`: the handles `first`, `first + 1` … in space of the guest's.
 * @returns the pointer for `process-logs`; the list then belongs to the guest
 * @throws Trap when the guest's realloc does not give good space
 */
export function lowerHandles(processLogs: LiftedFunction, first: number, count: number, gate: Gate): number {
  const writer = new GuestWriter(processLogs.memory, processLogs.realloc, gate);
  const pointer = writer.allocate(count * HANDLE_SIZE, HANDLE_SIZE, 'the list of records');
  writer.count(pointer, first, count);
  return pointer;
}

/**
 * Lifts what `process-logs` returned, `result<list<u8>, string>`, and calls post-return.
 * @param pointer  what the core function returned
 * @param maxBytes the most output for a batch
 * @param take     is given the output as a borrowed view, good for that call only; not called for an error
 * @throws Trap for bad data or too much of it, and what the guest throws
 */
export function liftOutput(
  processLogs: LiftedFunction,
  pointer: number,
  maxBytes: number,
  gate: Gate,
  take: (bytes: Uint8Array) => void,
): GuestOutput {
  return lifted(processLogs, pointer, gate, (): GuestOutput => {
    const reader = new GuestReader(processLogs.memory, MAX_ERROR_BYTES);
    const result = reader.range(pointer, RESULT_SIZE, SLICE_ALIGN, 'the result of process-logs');
    const payload = result + RESULT_PAYLOAD;
    if (reader.discriminant(result, 2, 'the result of process-logs') === 1) {
      return { error: reader.textAt(payload, 'the error of process-logs') };
    }
    const length = reader.u32(payload + 4);
    if (length > maxBytes) {
      throw new Trap(`it output ${length} bytes for one batch, and may output ${maxBytes} (--max-output)`);
    }
    const bytes = reader.borrow(reader.u32(payload), length, maxBytes, 'the output of process-logs');
    take(bytes);
    return { bytes: bytes.length };
  });
}

/** Lifts a result with `lift`, then lets the guest free it. */
function lifted<T>(from: LiftedFunction, pointer: number, gate: Gate, lift: (pointer: number) => T): T {
  const { postReturn } = from;
  const value = lift(pointer);
  if (postReturn !== undefined) gate.shut(() => postReturn(pointer));
  return value;
}

function predicatesAt(reader: GuestReader, address: number): ListPredicate[] {
  return listOf(reader, address, PRED_SIZE, PRED_ALIGN, 'a list of predicates', (at) => predicateAt(reader, at));
}

/** The cases in the order of the WIT: has, eq, prefix, in, gt, regex. */
function predicateAt(reader: GuestReader, address: number): ListPredicate {
  const kind = reader.discriminant(address, PRED_CASES, 'a predicate');
  const path = reader.textAt(address + PRED_PATH, 'the path of a predicate');
  const operand = address + PRED_OPERAND;
  switch (kind) {
    case 0:
      return { has: path };
    case 1:
      return { eq: [path, reader.scalarAt(operand, 'the value of a predicate')] };
    case 2:
      return { prefix: [path, reader.textAt(operand, 'the text of a predicate')] };
    case 3:
      return { in: [path, scalarsAt(reader, operand)] };
    case 4:
      return { gt: [path, reader.f64(operand)] };
    default:
      return { regex: [path, reader.textAt(operand, 'the pattern of a predicate')] };
  }
}

function scalarsAt(reader: GuestReader, address: number) {
  const place = 'the values of a predicate';
  return listOf(reader, address, SCALAR_SIZE, SCALAR_ALIGN, place, (at) => reader.scalarAt(at, place));
}

/** The list whose pointer and length are stored at `address`, element by element. */
function listOf<T>(
  reader: GuestReader,
  address: number,
  size: number,
  align: number,
  place: string,
  element: (address: number) => T,
): T[] {
  const count = reader.u32(address + 4);
  const start = reader.list(reader.u32(address), count, size, align, place);
  return Array.from({ length: count }, (_, index) => element(start + index * size));
}
