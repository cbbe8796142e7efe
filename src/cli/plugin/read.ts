/**
 * Reads the file of a plugin, which may be anything: a pipe that somebody writes to for ever, a device without an end,
 * or one that nothing comes from. No more is read than a plugin may have, and nobody is waited for longer than loading
 * may take; while it is waited, signals are heard.
 */
import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PluginFileError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import { formatSize } from '../../config/quantity.ts';
import { excerpt } from '../../text/printable.ts';
import type { World } from '../world.ts';

/** What the file of a plugin may be. */
export interface PluginLimits {
  readonly maxBytes: number;
  readonly loadLimitMs: number;
}

export function pluginLimits(resolved: Resolved): PluginLimits {
  return { maxBytes: resolved.number('maxPluginSize'), loadLimitMs: resolved.number('loadLimit') };
}

const PIECE_BYTES = 1 << 20;
const RETRY_MS = 5;

/** @param label the file, for messages. @throws PluginFileError */
export async function readPluginFile(
  path: string,
  label: string,
  { maxBytes, loadLimitMs }: PluginLimits,
  world: Pick<World, 'clockMs'>,
): Promise<Uint8Array> {
  const fd = open(path, label);
  try {
    const status = fstatSync(fd);
    if (status.isDirectory()) throw directory(path, label);
    if (status.isFile() && status.size > maxBytes) throw tooLarge(label, formatSize(status.size), maxBytes);
    const untilMs = world.clockMs() + loadLimitMs;
    const pieces: Buffer[] = [];
    let bytes = 0;
    // A file is read in one piece, with room to see its end.
    let piece = Buffer.allocUnsafe(status.isFile() ? status.size + 1 : PIECE_BYTES);
    while (true) {
      const got = readNow(fd, piece, label);
      const isOver = got === 0 && (bytes > 0 || !status.isFIFO());
      if (isOver) return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, bytes);
      if (world.clockMs() > untilMs) throw tooSlow(label, loadLimitMs);
      // Nobody writes yet, or nobody has opened the pipe yet.
      if (got === undefined || got === 0) {
        await sleep(RETRY_MS);
        continue;
      }
      bytes += got;
      if (bytes > maxBytes) throw tooLarge(label, `more than ${formatSize(maxBytes)}`, maxBytes);
      pieces.push(piece.subarray(0, got));
      piece = Buffer.allocUnsafe(PIECE_BYTES);
    }
  } finally {
    closeSync(fd);
  }
}

/** The folder that `slung plugin new` makes has the plugin's name, and its source and file have that, too. */
function directory(path: string, label: string): PluginFileError {
  const name = basename(resolve(path));
  const inside = [`${name}.wasm`, `${name}.ts`].find((file) => existsSync(join(path, file)));
  const detail = inside === undefined ? '' : `The plugin in it is ${excerpt(join(label, inside))}`;
  return new PluginFileError(`${excerpt(label)}: that is a directory, not a plugin`, detail);
}

/** Does not wait for somebody who writes to a pipe. */
function open(path: string, label: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw failed(label, error);
  }
}

/** Undefined when there is nothing now. */
function readNow(fd: number, piece: Buffer, label: string): number | undefined {
  try {
    return readSync(fd, piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw failed(label, error);
  }
}

function tooLarge(label: string, size: string, maxBytes: number): PluginFileError {
  return new PluginFileError(
    `${excerpt(label)}: it has ${size}, and a plugin may have ${formatSize(maxBytes)}`,
    'A larger --max-plugin-size allows it.',
  );
}

function tooSlow(label: string, limitMs: number): PluginFileError {
  return new PluginFileError(
    `${excerpt(label)}: it could not be read within ${limitMs} ms (--load-limit)`,
    'A plugin is a file that has an end.',
  );
}

function failed(label: string, error: unknown): PluginFileError {
  return new PluginFileError(`${excerpt(label)}: ${reasonOf(error)}`);
}

/** Why a file cannot be read: the commonest reasons in words, any other as the system says it. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a directory';
  return code === 'EACCES' ? 'it may not be read' : message;
}
