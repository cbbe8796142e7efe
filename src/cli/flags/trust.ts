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
    'For input whose writer is trusted: skip lines that cannot match, without checking them, because a text is not in them that every match must contain, such as "error" for level == "error". The output is the same; bad lines among the skipped ones are not reported, and the end of the run says how many lines were skipped. Such texts are the strings of == in ^= $= *= and the names of paths; for || one from each side, up to 8. A number, a pattern and a negation give none. A line with a backslash is never skipped. In run, it is -w that decides.',
  commands: ['select', 'run', 'count'],
};
