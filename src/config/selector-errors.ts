/** Errors in selectors and paths as errors of the flags that they were written for. */
import { renderSelectorError, SelectorError } from '../selector/errors.ts';
import { UsageError } from './errors.ts';

/** A selector's error as the error of the flag that it was written for; any other error stays what it is. */
export function asUsageError(error: unknown, flag: string): unknown {
  if (!(error instanceof SelectorError)) return error;
  // The first line of the rendering is the message, which is said already.
  const detail = renderSelectorError(error).split('\n').slice(1).join('\n');
  return new UsageError(`${flag}: ${error.message}`, detail);
}
