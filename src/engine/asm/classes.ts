/**
 * Routing: which of a plan's output classes take a record, and the output of each in a block. Every chain of tests
 * ends in one class or in none, so a group of which the first takes the record costs what one selector of its
 * conditions costs. The words that emit.ts writes with are those of one output at a time; they are changed over only
 * when a record goes to another one than the record before.
 */
import {
  B_MATCHED,
  B_OUTPUTS,
  CL_COLUMN_COUNT,
  CL_COLUMNS,
  CL_EMIT,
  CL_FLAGS,
  CL_NEXT,
  CLASS_BYTES,
  CLASS_OBJECTS,
  CLASS_TARGET,
  EMIT_LINES,
  O_RUN_TO,
  OUTPUT_BYTES,
} from '../layout';
import { CL_EDIT } from '../edit-layout';
import { CL_FORM } from '../select-layout';
import { useForm } from './cells';
import { emitEdited } from './emit-edited';
import { beginEmit, emitAs, endEmit, resumeEmit, suspendEmit } from './emit';
import { runTests } from './match';
import { chainCount, chains, classCount, classes, planPointer, setColumns, takers } from './state';

let outputs: usize = 0;
/** The class whose output emit.ts writes, and how. */
let current: u32 = 0;
let currentKind: u32 = 0;
let currentEdits: usize = 0;

/** After the last of the classes that take the current record; their list begins at `takers`. */
let takersEnd: usize = 0;

/** Lists the classes that take the current record. @returns whether there are some */
export function findTakers(): bool {
  let next = takers;
  for (let chain = chains, end = chains + ((<usize>chainCount) << 2); chain < end; chain += 4) {
    const target = runTests(load<i32>(chain));
    if (target > CLASS_TARGET) continue;
    let number = CLASS_TARGET - target;
    do {
      store<u32>(next, <u32>number);
      next += 4;
      number = load<i32>(classes + <usize>number * CLASS_BYTES, CL_NEXT) - 1;
    } while (number >= 0);
  }
  takersEnd = next;
  return next != takers;
}

/** Whether one of the listed classes takes objects only. */
export function areObjectsWanted(): bool {
  for (let taker = takers; taker < takersEnd; taker += 4) {
    if (load<u32>(classes + <usize>load<u32>(taker) * CLASS_BYTES, CL_FLAGS) & CLASS_OBJECTS) return true;
  }
  return false;
}

function open(number: u32): void {
  const at = classes + <usize>number * CLASS_BYTES;
  current = number;
  currentKind = load<u32>(at, CL_EMIT);
  const edits = load<u32>(at, CL_EDIT);
  currentEdits = edits ? planPointer(edits) : 0;
  setColumns(planPointer(load<u32>(at, CL_COLUMNS)), load<u32>(at, CL_COLUMN_COUNT));
  const form = load<u32>(at, CL_FORM);
  useForm(form ? planPointer(form) : 0);
}

/** Starts the outputs of a block; the first one is open then. */
export function beginClasses(block: usize): void {
  outputs = <usize>load<u32>(block, B_OUTPUTS);
  for (let number = <i32>classCount - 1; number >= 0; number--) {
    const output = outputs + <usize>number * OUTPUT_BYTES;
    store<u32>(output, 0, B_MATCHED);
    beginEmit(output);
    suspendEmit();
  }
  open(0);
}

/**
 * Writes the current record to the listed classes. [from, to) is its line, newline included.
 * @returns false when edits have made it longer than a record may be
 */
export function emitToTakers(from: usize, to: usize): bool {
  let hasRoom = true;
  for (let taker = takers, end = takersEnd; taker < end; taker += 4) {
    const number = load<u32>(taker);
    const output = outputs + <usize>number * OUTPUT_BYTES;
    store<u32>(output, load<u32>(output, B_MATCHED) + 1, B_MATCHED);
    if (number != current) {
      const isLines = load<u32>(classes + <usize>number * CLASS_BYTES, CL_EMIT) == EMIT_LINES;
      // Of an output with edits no run goes on.
      if (isLines && <usize>load<u32>(output, O_RUN_TO) == from) {
        // A run goes on, and nothing else of the output changes: it need not be opened.
        store<u32>(output, <u32>to, O_RUN_TO);
        continue;
      }
      suspendEmit();
      resumeEmit(output);
      open(number);
    }
    if (!currentEdits) emitAs(currentKind, from, to);
    else if (!emitEdited(currentEdits, currentKind, from)) hasRoom = false;
  }
  return hasRoom;
}

export function endClasses(): void {
  suspendEmit();
  for (let number: u32 = 0; number < classCount; number++) {
    resumeEmit(outputs + <usize>number * OUTPUT_BYTES);
    endEmit();
  }
}
