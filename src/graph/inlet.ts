/** What a node reads: files and streams one after another, or the output of another node. */

import type { Source } from '../io/index.ts';
import type { FileAt } from '../io/types.ts';
import type { InputCounts } from './batch.ts';
import type { InputFile } from './input-file.ts';
import type { NodeEdge } from './node-edge.ts';
import type { Ledger } from './receipt.ts';
import type { UnitLedger } from './units.ts';

/** An input, and where in it the source begins. */
export interface OpenedInput {
  readonly source: Source;
  readonly bytes: number;
  readonly lines: number;
  /** Undefined for what is no file, or has no positions. */
  readonly file: InputFile | undefined;
  /** Is told how far the input was read; undefined when nobody wants to know. */
  readonly ledger?: Ledger | undefined;
  /** The same for a source that answers unit by unit. */
  readonly units?: UnitLedger | undefined;
  /** Asks the source for no more: what it has is still read. Undefined: reading ends there. */
  readonly stop?: (() => void) | undefined;
  /** Whoever opened it closes it, because it has to hear more when it has been read. */
  readonly isOwned?: boolean;
  readonly counts?: InputCounts | undefined;
  /** For a source that reads several files. */
  readonly fileAt?: FileAt | undefined;
}

/** Opens an input by its name. @throws SourceError */
export type OpenInput = (input: string, isStopping: () => boolean) => OpenedInput | Promise<OpenedInput>;

/** Where a node's sources come from. */
export type Inlet =
  | { readonly kind: 'inputs'; readonly inputs: readonly string[]; readonly open: OpenInput }
  | { readonly kind: 'edge'; readonly edge: NodeEdge };

/** From its beginning, as it is. */
export const fromStart = (source: Source): OpenedInput => ({ source, bytes: 0, lines: 0, file: undefined });
