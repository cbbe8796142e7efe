/**
 * How many threads of lanes may start while the program is still being read, guessed from the arguments before they
 * are parsed: a thread takes as long to start as the program does, and until it is there the other works alone. A
 * wrong guess costs time and nothing else.
 */
import { fstatSync, type Stats, statSync } from 'node:fs';

/** Of input for each thread: what two lanes save is then more than what it costs that the thread starts this early. */
const BYTES_EACH = 16 << 20;
/** Others come when the first have begun. */
const MOST = 8;

/** What of the process decides besides the files. */
export interface LaneMachine {
  /** SLUNG_LANES. */
  readonly asked: string | undefined;
  cores(): number;
}

/** The number of threads besides the main one. `args` are those of the command line, the command first. */
export function lanesAhead(args: readonly string[], { asked, cores }: LaneMachine): number {
  // A run that stops early hardly uses them.
  if (args.some((arg) => arg.startsWith('--limit'))) return 0;
  const most = Math.min(MOST, Math.floor(bytesOf(args) / BYTES_EACH));
  if (most === 0) return 0;
  const lanes = typedLanes(args) ?? asked;
  const count = lanes === undefined || lanes === '' ? cores() : Number(lanes);
  return Math.max(0, Math.min(most, count - 1)) || 0;
}

/** The value of -j or --lanes, however it is written. */
function typedLanes(args: readonly string[]): string | undefined {
  for (const [i, arg] of args.entries()) {
    if (arg === '-j' || arg === '--lanes') return args[i + 1];
    const joined = arg.startsWith('-') ? /^(?:-[a-zA-Z]*j|--lanes=)(\d+)$/.exec(arg) : null;
    if (joined !== null) return joined[1];
  }
  return undefined;
}

/** Of all files that are named, or else of standard input. */
function bytesOf(args: readonly string[]): number {
  const sizes = args
    .slice(1)
    .flatMap((arg) => (arg.startsWith('-') ? [] : sizeOf(() => statSync(arg, { throwIfNoEntry: false }))));
  return (sizes.length > 0 ? sizes : sizeOf(() => fstatSync(0))).reduce((sum, size) => sum + size, 0);
}

/** Nothing for what is no file, or cannot be one: whoever opens it says why. */
function sizeOf(look: () => Stats | undefined): readonly number[] {
  try {
    const stats = look();
    return stats?.isFile() === true ? [stats.size] : [];
  } catch {
    return [];
  }
}
