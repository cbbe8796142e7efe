/** Errors in selectors and paths as errors of the flags that they were written for. */
import { detailOf, hintOf, SelectorError } from '../selector/errors.ts';
import { UsageError } from './errors.ts';

/** A selector's error as the error of the flag that it was written for; any other error stays what it is. */
export function asUsageError(error: unknown, flag: string): unknown {
  if (!(error instanceof SelectorError)) return error;
  // A rule of a file has its own place.
  const place = error.place === undefined || error.place.startsWith('selectors') ? flag : error.place;
  return new UsageError(`${place}: ${error.message}`, { detail: detailOf(error), hint: hintOf(error) });
}
