/**
 * The functions of module `env`: names and signatures (ABI.md). Handles and the result of a history query were 32 bits
 * wide in the first programs; which generation a module is of is seen in the types of its imports, function by
 * function.
 */
import type { ModuleImport } from '../binary/module.ts';
import { isSameSignature, showSignature, signatureOf } from '../binary/signature.ts';
import { PluginError } from '../guest.ts';

/** Every function with its signature, and the older one if it had another. */
const signatures = {
  u_query_live: ['(i32) -> i64', '(i32) -> i32'],
  u_query_history: ['(i32) -> f64', '(i32) -> i32'],
  u_poll_handle: ['(i64) -> i32', '(i32) -> i32'],
  u_free_handle: ['(i64) -> i32', '(i32) -> i32'],
  u_write_event: ['(i32 i32 i32) -> i32'],
  u_writeback_http: ['(i32 i32 i32) -> i32'],
  u_writeback_ws: ['(i64 i32) -> i32', '(i32 i32) -> i32'],
  u_now: ['() -> i64'],
  u_emit: ['(i32) -> i32'],
} as const satisfies Record<string, readonly [string, string?]>;

export type FunctionName = keyof typeof signatures;

export const functionNames = Object.keys(signatures) as FunctionName[];

/** An import of a program, checked: which function, in which generation's signature. */
export interface ProgramImport {
  readonly name: FunctionName;
  readonly isOld: boolean;
}

/**
 * Recognises a function import of module `env`.
 * @throws PluginError when there is no such function, or its type is neither of the known ones
 */
export function programImport({ name, signature }: ModuleImport): ProgramImport {
  if (!Object.hasOwn(signatures, name)) {
    throw new PluginError(`it imports env.${name}, which does not exist; there are ${functionNames.join(', ')}`);
  }
  const known: readonly string[] = signatures[name as FunctionName];
  const index = known.findIndex((text) => signature !== undefined && isSameSignature(signature, signatureOf(text)));
  if (index < 0) {
    const found = signature === undefined ? 'of an unknown type' : `as ${showSignature(signature)}`;
    throw new PluginError(`it imports env.${name} ${found}; it is ${known.join(', or in older programs ')}`);
  }
  return { name: name as FunctionName, isOld: index > 0 };
}
