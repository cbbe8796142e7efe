/**
 * What went wrong in a guest, in one line: our own traps say it themselves, the machine's are named, and the function
 * of the guest in which it happened is found in the stack trace, where V8 writes the names of the module's name
 * section.
 */
import { excerpt } from '../../text/printable.ts';
import { PluginError, Trap } from '../guest.ts';

const causes: readonly [RegExp, string][] = [
  [/^unreachable/, 'it reached `unreachable` (a panic, an abort, a failed check, or no memory left)'],
  [/memory access out of bounds/, 'it read or wrote outside of its memory'],
  [/divide by zero/, 'it divided by zero'],
  [/divide result unrepresentable|float unrepresentable/, 'a number did not fit its type'],
  [/null function|table index is out of bounds|function signature mismatch/, 'it called a function that is not there'],
  [/Maximum call stack size exceeded/, 'its stack is exhausted (an endless recursion?)'],
  [/table index|table access/, 'it went outside of a table'],
];

/** Code units of a function's name: a name section may say anything. */
const SHOWN_NAME = 120;

const frames = /^\s*at (?:(.*?) \()?wasm:\/\/[^\s)]*?wasm-function\[(\d+)\]/gm;

/**
 * The innermost function of the guest: its name, or its number when it has none. Below a host function stand our
 * adapter and trampolines, which have no names, and the shim of a component, whose names say what it leads to: there,
 * only a named function is known to be the guest's.
 */
function functionOf(stack: string, isOurs: boolean): string {
  const found = [...stack.matchAll(frames)].filter(([, name]) => !name?.startsWith('indirect-'));
  const frame = isOurs ? found.find(([, name]) => name !== undefined) : found[0];
  if (frame === undefined) return '';
  return frame[1] === undefined ? ` in its function ${frame[2]}` : ` in \`${excerpt(frame[1], SHOWN_NAME)}\``;
}

/** The cause of a failure in one line that is not long, without a plugin's name and without a place. */
export function causeOf(error: unknown): string {
  if (error instanceof WebAssembly.Exception) {
    // Where the exception of a guest says no stack, as in Node 20, the function is not known.
    const where = functionOf(error.stack ?? '', false);
    return `it threw an exception${where} and did not catch it (a throw or panic of its language)`;
  }
  if (!(error instanceof Error)) return `it threw ${excerpt(String(error))}`;
  const message = excerpt(error.message);
  if (error instanceof PluginError) return message;
  if (error instanceof Trap) return `${message}${functionOf(error.stack ?? '', true)}`;
  const known = causes.find(([pattern]) => pattern.test(error.message));
  if (known !== undefined) return `${known[1]}${functionOf(error.stack ?? '', false)}`;
  if (error instanceof WebAssembly.RuntimeError) return `${message}${functionOf(error.stack ?? '', false)}`;
  return message;
}
