/** Edits of records, from what was typed. */
import { asUsageError } from '../../config/selector-errors.ts';
import type { EditSettings } from '../../config/settings.ts';
import type { Edits } from '../../engine/program.ts';
import { EditError, parseEdits } from '../../selector/index.ts';

/** @param flag what a kind of edit is called in messages @throws UsageError */
export function editsOf(given: EditSettings, flag = (kind: string) => `--${kind}`): Edits {
  try {
    return parseEdits(given);
  } catch (error) {
    throw error instanceof EditError ? asUsageError(error.cause, flag(error.kind)) : error;
  }
}
