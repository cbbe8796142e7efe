/**
 * The texts about a command: the shape of a row of the tables in commands.ts, commands-plugin.ts and
 * commands-store.ts.
 */

export interface Example {
  /** What it does, as an imperative without full stop. */
  readonly doc: string;
  readonly text: string;
}

export interface CommandText {
  /** As typed; two words for a subcommand. */
  readonly name: string;
  /** Operands as in a synopsis. */
  readonly operands: string;
  /** What the first operand can be, for completion; `files` means any file, `commands` the commands or subcommands. */
  readonly completes: 'files' | 'commands' | readonly string[];
  readonly doc: string;
  /** For long help and the man page: sentences; a blank line starts a new paragraph. */
  readonly longDoc: string;
  /** The first two are in short help. */
  readonly examples: readonly Example[];
  /** A man page of its own: man/slung-NAME.1. */
  readonly hasManPage: boolean;
}
