/**
 * What must be accepted and what must be rejected by RFC 8259, section by section, each rejection with its code and
 * column. The kernel test and the tests of the whole engine run the same corpus. Every case is one line: none contains
 * a newline and none is blank.
 */
import type { ConformanceCase } from './case.ts';
import { containerCases } from './containers.ts';
import { scalarCases } from './scalars.ts';
import { structureCases } from './structure.ts';

export type { ConformanceCase } from './case.ts';

/** Generated cases may repeat each other, but not contradict. */
function withoutRepeats(cases: readonly ConformanceCase[]): ConformanceCase[] {
  const byText = new Map<string, ConformanceCase>();
  for (const one of cases) {
    const text = Buffer.from(one.bytes).toString('latin1');
    const known = byText.get(text);
    if (known === undefined) byText.set(text, one);
    else if (expectation(known) !== expectation(one))
      throw new Error(`${known.name} and ${one.name} contradict each other`);
  }
  return [...byText.values()];
}

function expectation(one: ConformanceCase): string {
  return one.accept ? 'accept' : `${one.code} at ${one.column}`;
}

/** More than a thousand lines; names are unique, bytes are not to be changed. */
export const corpus: readonly ConformanceCase[] = withoutRepeats([
  ...structureCases,
  ...containerCases,
  ...scalarCases,
]);
