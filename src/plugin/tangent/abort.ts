/**
 * AssemblyScript's `env.abort(message, file, line, column)`, which its programs call when they throw or an assertion
 * fails: it ends the guest with a Trap that says what and where. The two texts are UTF-16 in the guest's memory, with
 * their size in bytes in the four bytes before them (AssemblyScript runtime, memory layout); nothing of that is
 * trusted.
 */
import { Trap } from '../guest.ts';

const maxTextBytes = 1000;
const utf16 = new TextDecoder('utf-16le');

/** @param memory asked when it is called; undefined while the guest is still being made */
export function abortFunction(memory: () => WebAssembly.Memory | undefined) {
  return (message: number, file: number, line: number, column: number): never => {
    const buffer = memory()?.buffer;
    const said = buffer === undefined ? '' : textAt(buffer, message >>> 0);
    const place = buffer === undefined ? '' : textAt(buffer, file >>> 0);
    const where = place === '' ? '' : ` (${place}:${line >>> 0}:${column >>> 0})`;
    throw new Trap(`it aborted${said === '' ? '' : `: ${said}`}${where}`);
  };
}

/** In one line and not for ever; nothing for null and for what is out of bounds. */
function textAt(buffer: ArrayBufferLike, address: number): string {
  if (address < 4 || address > buffer.byteLength) return '';
  const sizeBytes = new DataView(buffer).getUint32(address - 4, true);
  if (sizeBytes > buffer.byteLength - address) return '';
  const bytes = new Uint8Array(buffer, address, Math.min(sizeBytes, maxTextBytes));
  return utf16.decode(bytes).replaceAll(/[\p{Cc}\s]+/gu, ' ');
}
