/** Whether the operands of a line are to be looked up; the code for that is loaded only then. */
import type { Resolved } from '../config/layers.ts';

/** The files that a line reads, as names. @throws UsageError */
export async function filesOf(resolved: Resolved, operands: readonly string[]): Promise<readonly string[]> {
  if (!resolved.has('filesFrom') && !resolved.has('glob')) return operands;
  const { inputFiles } = await import('./input-files.ts');
  return inputFiles(resolved, operands);
}
