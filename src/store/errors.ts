/**
 * What can go wrong with a store, in words: what, where (file and offset) and what to do next. Everything that the
 * store throws on purpose is one of these; the command line shows `message`, then `hint`.
 */
import { Exit, type Explained } from '../text/explained.ts';
import { messageLine } from '../text/printable.ts';

/**
 * `damaged`: a checksum or a structure is wrong. `locked`: another writer has it. `foreign`: the directory holds
 * something else. `version`: written by a newer slung. `io`: the file system said no; nothing is lost that was
 * acknowledged, and the operation may be tried again. `failed`: an earlier fsync failed, and this process cannot know
 * any more what is on disk.
 */
export type StoreErrorKind = 'damaged' | 'locked' | 'foreign' | 'version' | 'missing' | 'io' | 'failed' | 'invalid';

export class StoreError extends Error implements Explained {
  override readonly name = 'StoreError';
  readonly problem = 'store';
  readonly exit = Exit.data;
  readonly kind: StoreErrorKind;
  /** The file's name in the store's directory. */
  readonly file: string | undefined;
  /** Of the first byte that is wrong. */
  readonly offset: number | undefined;
  /** The next step, as a sentence. */
  readonly hint: string | undefined;
  /** The same: it is all that there is to say. */
  readonly detail: string | undefined;

  /** `message` is one line and names the file, when there is one. */
  constructor(
    kind: StoreErrorKind,
    message: string,
    more: { readonly file?: string; readonly offset?: number; readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(messageLine(message), { cause: more.cause });
    this.kind = kind;
    this.file = more.file;
    this.offset = more.offset;
    this.hint = more.hint;
    this.detail = more.hint;
  }
}

/** Damage at a place. The hint is `slung store repair`. */
export function damaged(file: string, offset: number, what: string): StoreError {
  return new StoreError('damaged', `${file}: ${what} (at byte ${offset})`, {
    file,
    offset,
    hint: 'slung store verify lists all damage; slung store repair saves what is whole.',
  });
}
