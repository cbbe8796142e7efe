/**
 * The log that continues from the manifest. A store has none until something is written; from then on the manifest
 * says that there is one, so that a lost log is noticed, and not taken for one that was never begun.
 */
import { damaged, StoreError } from '../errors.ts';
import type { Files, OpenFile } from '../files/files.ts';
import { type Manifest, publishManifest } from '../files/manifest.ts';
import { logName } from '../files/names.ts';
import { removeQuietly } from '../files/removal.ts';
import { LogWriter } from './log.ts';
import type { LogEnd } from './read.ts';

/**
 * Begins the log that the manifest has the number of.
 * @param firstSequence of its first frame
 * @param since LogHeader.since
 * @returns the log, and the manifest that holds now
 * @throws StoreError `io`, and there is no log; `failed`
 */
export function beginLog(
  files: Files,
  before: Manifest,
  firstSequence: number,
  since?: number,
): { readonly log: LogWriter; readonly manifest: Manifest } {
  const log = LogWriter.create(files, before.logNumber, firstSequence, since);
  const manifest = { ...before, generation: before.generation + 1, isLogBegun: true };
  try {
    publishManifest(files, manifest);
  } catch (error) {
    log.close();
    if (!(error instanceof StoreError && error.kind === 'failed')) removeQuietly(files, log.name);
    throw error;
  }
  return { log, manifest };
}

/**
 * Opens the log that the manifest names; undefined when it has not been begun.
 * @throws StoreError `missing` when it has: it is lost, or another manifest holds by now
 */
export function openLog(files: Files, { logNumber, isLogBegun }: Manifest): OpenFile | undefined {
  try {
    return files.open(logName(logNumber), 'read');
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'missing' && !isLogBegun) return undefined;
    throw error;
  }
}

/** A log that was begun has a header, and goes on where the segments end. @throws StoreError `damaged` */
export function checkLogStart({ logNumber, isLogBegun, sequence }: Manifest, end: LogEnd): void {
  const file = logName(logNumber);
  if (end.firstSequence === undefined) {
    if (isLogBegun) throw damaged(file, 0, 'its header is not there, and it had one: what was in it is lost');
  } else if (end.firstSequence > sequence + 1) {
    const lost = `${sequence + 1} to ${end.firstSequence - 1}`;
    throw damaged(file, 0, `it begins with batch ${end.firstSequence}; batches ${lost} are in no file`);
  }
}

/** The manifest names a file that is not there, and it is still the manifest. */
export function lostFile({ file, message }: StoreError): StoreError {
  return new StoreError('damaged', message, {
    ...(file === undefined ? {} : { file }),
    offset: 0,
    hint: 'The manifest names it. slung store repair goes on without it, and tells what is lost.',
  });
}
