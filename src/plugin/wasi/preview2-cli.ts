/**
 * wasi:cli, wasi:clocks, wasi:random 0.2, and of wasi:filesystem the one question that has an answer. Signatures and
 * layouts are the canonical ABI's of their WIT files.
 */

import { checkDiscriminant, SLICE_ALIGN, SLICE_SIZE } from '../component/canonical-memory.ts';
import { type CoreFunction, Trap } from '../guest.ts';
import { ProcExit } from './errors.ts';
import type { Resource } from './handles.ts';
import { type Context, empty, type Lowering, storeU64, type Table, texts, writerOf } from './preview2-context.ts';
import { MONOTONIC_RESOLUTION_NS, RANDOM_PIECE_BYTES, WALL_RESOLUTION_NS } from './world.ts';

/** record datetime { seconds: u64, nanoseconds: u32 } */
const DATETIME = { size: 16, align: 8, nanoseconds: 8 };
/** tuple<u64, u64> */
const SEED = { size: 16, align: 8, second: 8 };
/** option<string>, and option<own<terminal-input>> */
const OPTION_STRING_SIZE = 12;
const OPTION_HANDLE_SIZE = 8;

const NS_PER_SECOND = 1_000_000_000n;
const MAX_U32 = 0xffff_ffffn;

const standardInput: Lowering = ({ handles, input }) => {
  return () => handles.add({ kind: 'input-stream', source: input });
};

/** What a plugin prints that has no standard output of its own is for people. */
const standardOutput: Lowering = ({ handles, host }) => {
  return () => handles.add({ kind: 'output-stream', write: host.stdout ?? host.stderr });
};

const standardError: Lowering = ({ handles, host }) => {
  return () => handles.add({ kind: 'output-stream', write: host.stderr });
};

const noTerminal: Lowering = ({ name }) => {
  return (handle: number) => {
    throw new Trap(`handle ${handle >>> 0} of a terminal is not held, and ${name} wants one`);
  };
};

/** Stores a time, which is not before 1970. */
function datetime(timeNs: (context: Context) => bigint): Lowering {
  return (context) => {
    const writer = writerOf(context);
    return (result: number) => {
      const at = writer.range(result, DATETIME.size, DATETIME.align, `the result of ${context.name}`);
      const time = timeNs(context);
      storeU64(writer, at, time / NS_PER_SECOND);
      writer.u32(at + DATETIME.nanoseconds, Number(time % NS_PER_SECOND));
    };
  };
}

/** A pollable for a moment of the monotonic clock. */
function subscribe(dueNs: (time: bigint, nowNs: () => bigint) => bigint): Lowering {
  return ({ host, handles }) => {
    return (time: bigint) => {
      const pollable: Resource = { kind: 'pollable', dueNs: dueNs(BigInt.asUintN(64, time), host.monotonicNs) };
      return handles.add(pollable);
    };
  };
}

/** list<u8> of the length that the guest asks for, made in its own memory. */
function randomBytes(context: Context): CoreFunction {
  const writer = writerOf(context);
  const place = `the result of ${context.name}`;
  return (length: bigint, result: number) => {
    const bytes = BigInt.asUintN(64, length);
    if (bytes > MAX_U32) throw new Trap(`${context.name} is to give ${bytes} bytes, more than a memory holds`);
    const at = writer.range(result, SLICE_SIZE, SLICE_ALIGN, place);
    const start = writer.allocate(Number(bytes), 1, place);
    const end = start + Number(bytes);
    for (let from = start; from < end; from += RANDOM_PIECE_BYTES) {
      const size = Math.min(RANDOM_PIECE_BYTES, end - from);
      context.host.fillRandom(new Uint8Array(context.options.memory!.buffer, from, size));
    }
    writer.u32(at, start);
    writer.u32(at + 4, Number(bytes));
  };
}

function randomU64({ host }: Context): bigint {
  const word = new BigInt64Array(1);
  host.fillRandom(new Uint8Array(word.buffer));
  return word[0]!;
}

const giveRandomU64: Lowering = (context) => {
  return () => randomU64(context);
};

const seed: Lowering = (context) => {
  const writer = writerOf(context);
  return (result: number) => {
    const at = writer.range(result, SEED.size, SEED.align, `the result of ${context.name}`);
    storeU64(writer, at, randomU64(context));
    storeU64(writer, at + SEED.second, randomU64(context));
  };
};

/** @throws ProcExit always, or Trap for what is no `result` */
const exit: Lowering = ({ name }) => {
  return (status: number) => {
    throw new ProcExit(checkDiscriminant(status, 2, `the status of ${name}`));
  };
};

const exitWithCode: Lowering = () => {
  return (status: number) => {
    throw new ProcExit(status & 0xff);
  };
};

export const cliTable: Table = {
  'cli/stdin': { 'get-stdin': standardInput },
  'cli/stdout': { 'get-stdout': standardOutput },
  'cli/stderr': { 'get-stderr': standardError },
  'cli/environment': {
    'get-environment': texts(2, ({ environment }) => Object.entries(environment)),
    'get-arguments': texts(1, ({ args }) => args.map((text) => [text])),
    'initial-cwd': empty(OPTION_STRING_SIZE),
  },
  'cli/exit': { exit, 'exit-with-code': exitWithCode },
  'cli/terminal-stdin': { 'get-terminal-stdin': empty(OPTION_HANDLE_SIZE) },
  'cli/terminal-stdout': { 'get-terminal-stdout': empty(OPTION_HANDLE_SIZE) },
  'cli/terminal-stderr': { 'get-terminal-stderr': empty(OPTION_HANDLE_SIZE) },
  'cli/terminal-input': { '[resource-drop]terminal-input': noTerminal },
  'cli/terminal-output': { '[resource-drop]terminal-output': noTerminal },
  'clocks/wall-clock': {
    now: datetime(({ host }) => host.wallClockNs()),
    resolution: datetime(() => WALL_RESOLUTION_NS),
  },
  'clocks/monotonic-clock': {
    now: ({ host }) => {
      return () => host.monotonicNs();
    },
    resolution: () => {
      return () => MONOTONIC_RESOLUTION_NS;
    },
    'subscribe-instant': subscribe((time) => time),
    'subscribe-duration': subscribe((time, nowNs) => nowNs() + time),
  },
  'random/random': { 'get-random-bytes': randomBytes, 'get-random-u64': giveRandomU64 },
  'random/insecure': { 'get-insecure-random-bytes': randomBytes, 'get-insecure-random-u64': giveRandomU64 },
  'random/insecure-seed': { 'insecure-seed': seed },
  'filesystem/preopens': { 'get-directories': texts(1, () => []) },
};
