/**
 * Whether the input of `slung run` is so short that its plugin may do without a thread, guessed from the arguments
 * before they are parsed. A wrong guess costs time and nothing else.
 */
import { fstatSync, statSync } from 'node:fs';
import type { ShortInput } from '../../graph/host.ts';

const MOST_BYTES = 64 << 10;
/** Many times what a plugin needs that a thread would not be worth it for, and nothing to whoever sends a signal. */
const MOST_MS = 200;
/** Linux: /dev/null. */
const NULL_DEVICE = 0x103;

/**
 * What is known of the input if it is short. `args` are those of the command line, the command first.
 */
export function shortInput(args: readonly string[]): ShortInput | undefined {
  const operands = args.slice(1).filter((arg) => !arg.startsWith('-'));
  const sizes = operands.flatMap(sizeOfFile);
  // The first file is the plugin.
  const bytes = sizes.length < 2 ? bytesOfStandardInput() : sizes.slice(1).reduce((sum, size) => sum + size, 0);
  return bytes !== undefined && bytes <= MOST_BYTES ? { bytes, mostMs: MOST_MS } : undefined;
}

/** Nothing for what is no file, or cannot be one: whoever opens it says why. */
function sizeOfFile(path: string): readonly number[] {
  try {
    // An error costs more than the question.
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true ? [stats.size] : [];
  } catch {
    return [];
  }
}

function bytesOfStandardInput(): number | undefined {
  try {
    const stats = fstatSync(0);
    if (stats.isFile()) return stats.size;
    return stats.isCharacterDevice() && stats.rdev === NULL_DEVICE ? 0 : undefined;
  } catch {
    return undefined;
  }
}
