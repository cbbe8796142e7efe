/**
 * Compiles and instantiates core modules of plugins, and tells what V8 has against them as PluginErrors in one line.
 * QuickJS components need constant expressions with arithmetic, which Node 20 has behind a flag: it is switched on
 * when a module fails for that reason, and only then, because flags are the process's.
 */

import { setFlagsFromString } from 'node:v8';
import { lackBehind } from './features.ts';
import { refusal } from './refusal.ts';

/**
 * @param what for the message: `core module 2`
 * @throws PluginError when the module is not valid or needs what this Node does not have
 */
export function compileModule(bytes: Uint8Array, what: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    if (!needsExtendedConstants(error)) throw notCompiled(error, what);
  }
  setFlagsFromString('--experimental-wasm-extended-const');
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw notCompiled(error, what);
  }
}

/** A module with a global of `i32.const 1, i32.const 2, i32.add`. */
const extendedConstant = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x06, 0x09, 0x01, 0x7f, 0x00, 0x41, 0x01, 0x41, 0x02, 0x6a, 0x0b,
]);

/** Newer Nodes have them without a flag, and complain on standard error about one that they do not know. */
function hasExtendedConstants(): boolean {
  try {
    new WebAssembly.Module(extendedConstant);
    return true;
  } catch {
    return false;
  }
}

/** V8 11 and 12: `opcode i32.add is not allowed in constant expressions`. */
function needsExtendedConstants(error: unknown): boolean {
  if (!(error instanceof WebAssembly.CompileError)) return false;
  return /not allowed in constant expressions/.test(error.message) && !hasExtendedConstants();
}

function notCompiled(error: unknown, what: string): unknown {
  if (!(error instanceof WebAssembly.CompileError || error instanceof RangeError)) return error;
  const lack = lackBehind(error.message);
  return refusal(lack === undefined ? `${what} does not compile: ${reasonOf(error)}` : `${what}: ${lack}`);
}

/**
 * Instantiates, which runs the module's start function.
 * @throws PluginError when the imports do not fit or memory is short; what the start function throws, unchanged
 */
export function instantiateModule(
  module: WebAssembly.Module,
  imports: Readonly<Record<string, object>>,
  what: string,
): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (error) {
    const isOurs = error instanceof WebAssembly.LinkError || error instanceof TypeError || error instanceof RangeError;
    // A start function may run out of stack, which is a RangeError as well; V8 puts its own name in front of its own.
    const isFromV8 = error instanceof Error && error.message.startsWith('WebAssembly.Instance()');
    // A segment that does not fit is a RuntimeError since bulk memory; it is the file's fault, not the guest's doing.
    if ((isOurs || error instanceof WebAssembly.RuntimeError) && isFromV8) {
      throw refusal(`${what} cannot be linked: ${reasonOf(error as Error)}`);
    }
    throw error;
  }
}

/** V8's message without the name of the function that was called, in one line. */
function reasonOf(error: Error): string {
  return error.message.replace(/^WebAssembly\.\w+\(\):\s*/, '').replaceAll(/\s+/g, ' ');
}
