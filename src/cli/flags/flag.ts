/** A flag: the shape of a row of the tables in flags.ts and flags-*.ts, and what follows from a row alone. */
import type { Rule } from '../../config/rules.ts';
import type { CommandName } from '../commands.ts';

export interface Flag extends Rule {
  /** The setting it sets: `batchBytes`. No two flags of one command share a key. */
  readonly key: string;
  /** Without dashes: `batch-bytes`. A switch whose name starts with `no-` sets its key to false. */
  readonly long: string;
  readonly short?: string;
  /** The placeholder in help (`SIZE`); absent for switches and counts. */
  readonly value?: string;
  /** Each item of a list is a path, for completion. */
  readonly isPath?: true;
  /** What the flag means when it is given without `=VALUE`. The value then never is the next argument. */
  readonly bare?: string;
  /** How help describes a default that is computed or needs words. */
  readonly defaultText?: string;
  readonly env?: string;
  /** The heading in long help and in the man page. */
  readonly group: FlagGroup;
  /** For short help and completion: no full stop, fits on a line with the flag's name. */
  readonly doc: string;
  /** For long help and the man page: sentences. A blank line starts a new paragraph. */
  readonly longDoc: string;
  /** Listed in short help, which has room for the commonest only: of all its commands, or of these. */
  readonly common?: true | readonly CommandName[];
  readonly commands: readonly CommandName[];
}

/** The headings, in their order. */
export const flagGroups = [
  'Topology',
  'Records',
  'Measuring',
  'Input',
  'Selection',
  'Edits',
  'Counting',
  'Plugins',
  'Sandbox',
  'Events and points',
  'History',
  'Output',
  'Bad lines',
  'Batches',
  'Limits',
  'Watching',
  'Messages',
  'Help',
] as const;

export type FlagGroup = (typeof flagGroups)[number];

/** True when the switch turns its setting off: `--no-header`. */
export function isNegative(flag: Flag): boolean {
  return flag.type === 'switch' && flag.long.startsWith('no-');
}

/** The switch's other form: `--no-quiet` for `--quiet`, `--header` for `--no-header`. Undefined for other flags. */
export function oppositeOf(flag: Flag): string | undefined {
  if (flag.type !== 'switch' || flag.group === 'Help') return undefined;
  return isNegative(flag) ? flag.long.slice('no-'.length) : `no-${flag.long}`;
}

/** True when the flag's values are names of files or directories. */
export function takesPaths(flag: Flag): boolean {
  return flag.type === 'file' || flag.isPath === true;
}

/** True when the flag takes its value from the next argument. */
export function takesNext(flag: Flag): boolean {
  return flag.value !== undefined && flag.bare === undefined;
}
