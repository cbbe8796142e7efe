/** The flag for input whose writer is trusted. flags.ts explains the columns of the table. */
import type { Flag } from './flag.ts';

export const trust: Flag = {
  key: 'unchecked',
  long: 'unchecked',
  type: 'switch',
  default: 'false',
  group: 'Selection',
  doc: 'Trust the input: pass over lines that cannot match',
  longDoc:
    'For input whose writer is trusted: a line in which a text does not occur that every match has to have, such as "error" of level == "error", is passed over without being looked at. What is output is the same; bad lines among those that are passed over are not reported, and the end of the run says how many lines were not looked at. Strings that are compared (== in ^= $= *=) and the names of paths are such texts, of an || one for each side, up to 8; a number, a pattern and a negation have none of their own. A line with a backslash is always looked at. Of run, -w says which lines those are.',
  commands: ['select', 'run', 'count'],
};
