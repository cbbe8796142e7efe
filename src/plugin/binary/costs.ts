/**
 * What a core module costs to compile and to instantiate, before V8 is given it. V8 itself can neither be stopped
 * while it compiles nor be limited in the memory it takes for that, and some things cost it a thousand times their
 * bytes: many locals with many blocks, values of globals that have to be worked out. caps.ts has the limits and the
 * figures.
 */
import { caps, checkCap, codeCaps } from './caps.ts';
import { lackOfGc } from './features.ts';
import { skipConstant, step, type Walk } from './instructions.ts';
import { type CoreModule, coreSections, type FunctionTypes, repeat, sectionIds } from './module.ts';
import type { ByteReader } from './reader.ts';
import { refusal } from './refusal.ts';
import { readValueType } from './signature.ts';

/** What one instance of a module adds to those things that are counted for a whole guest. */
export interface ModuleCosts {
  /** Functions, globals, exports and segments. */
  readonly parts: number;
  /** It has an instruction that may make a memory, or a table, larger; other modules may have it as well. */
  readonly growsMemory: boolean;
  readonly growsTable: boolean;
}

/** @throws PluginError, with the number of the function, for what would cost too much */
export function checkCosts(bytes: Uint8Array, core: CoreModule): ModuleCosts {
  const lack = lackOfGc(core.needsGc);
  if (lack !== undefined) throw refusal(lack);
  const costs = { parts: core.functions.indices.length + core.exports.length, growsMemory: false, growsTable: false };
  let constants = 0;
  const constant = (body: ByteReader): void => {
    if (skipConstant(body)) return;
    constants += 1;
    checkCap('values that have to be worked out', constants, caps.constants);
  };
  for (const { id, body } of coreSections(bytes)) {
    if (id === sectionIds.global) costs.parts += count(body);
    else if (id === sectionIds.code) {
      const code = Buffer.from(body.bytes.buffer, body.bytes.byteOffset + body.at, body.left);
      // The two bytes may also stand for something else; then some memory is set aside that nobody takes.
      costs.growsMemory = code.includes(memoryGrow);
      costs.growsTable = code.includes(tableGrow);
      checkCode(body, core.functions);
    } else if (id === sectionIds.element || id === sectionIds.data) {
      costs.parts += count(body);
      const isData = id === sectionIds.data;
      const read = isData ? () => passData(body, constant) : () => passElements(body, constant);
      repeat(body, isData ? 'data segments' : 'element segments', read);
    }
  }
  return costs;
}

const memoryGrow = Buffer.from([0x40, 0x00]);
const tableGrow = Buffer.from([0xfc, 0x0f]);

function count(body: ByteReader): number {
  const start = body.at;
  const items = body.count('items');
  body.at = start;
  return items;
}

function checkCode(body: ByteReader, { types, indices, imported }: FunctionTypes): void {
  let number = imported;
  repeat(body, 'functions', () => {
    const size = body.u32('the size of a function');
    if (size > caps.functionBytes) checkCap(`bytes in function ${number}`, size, caps.functionBytes);
    const parameters = types.parameterCount(indices[number] ?? 0);
    checkFunction(body.sub(size, 'a function'), parameters, number);
    number += 1;
  });
}

function checkFunction(code: ByteReader, parameters: number, number: number): void {
  const { left } = code;
  let locals = parameters;
  for (let groups = code.count('groups of locals'); groups > 0; groups--) {
    locals += code.u32('the number of locals');
    readValueType(code);
    if (locals > caps.locals) checkCap(`locals in function ${number}`, locals, caps.locals);
  }
  // No block and no branch is shorter than a byte.
  if (locals * left <= codeCaps.localsTimesBlocks) return;
  const { blocks, branches } = branching(code);
  if (locals * blocks <= codeCaps.localsTimesBlocks && locals * branches <= codeCaps.localsTimesBranches) return;
  const found = `${locals} locals, ${blocks} blocks and ${branches} branches`;
  const what = `its function ${number} would take too long to compile`;
  throw refusal(`${what}: it has ${found}; build it with optimisation, or split it`);
}

/** How many blocks and targets of branches the code has. */
function branching(code: ByteReader): { readonly blocks: number; readonly branches: number } {
  const walk: Walk = { reader: code, targets: 0 };
  let blocks = 0;
  let branches = 0;
  while (!code.isAtEnd) {
    const kind = step(walk);
    if (kind === 'block') blocks += 1;
    else if (kind === 'branch') branches += walk.targets;
    // All that may follow an instruction that is not known: a block takes two bytes at least, and so does a branch.
    else if (kind === 'unknown') return { blocks: blocks + code.left / 2, branches: branches + code.left / 2 };
  }
  return { blocks, branches };
}

/** One data segment: at an offset of memory 0, without a place, or at an offset of a memory. */
function passData(body: ByteReader, constant: (body: ByteReader) => void): void {
  const form = body.u32('a data segment');
  if (form === 2) body.u32('a memory index');
  if (form !== 1) constant(body);
  body.skip(body.u32('the size of a data segment'), 'a data segment');
}

/** One element segment; its eight forms are three bits (Core Specification, 5.5.12). */
function passElements(body: ByteReader, constant: (body: ByteReader) => void): void {
  const start = body.at;
  const form = body.u32('an element segment');
  if (form > 7) throw body.fault('an element segment of an unknown form', start);
  const isPassive = (form & 1) !== 0;
  const hasExpressions = (form & 4) !== 0;
  if ((form & 2) !== 0 && !isPassive) body.u32('a table index');
  if (!isPassive) constant(body);
  if ((form & 3) !== 0) {
    if (hasExpressions) readValueType(body);
    else body.u8('the kind of elements');
  }
  const elements = body.count('elements');
  checkCap('elements in a segment', elements, caps.tableElements * 5);
  for (let left = elements; left > 0; left--) {
    if (hasExpressions) constant(body);
    else body.u32('a function index');
  }
}
