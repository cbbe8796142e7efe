/**
 * The commands, as data: help, man pages and completion are printed from here and main.ts finds the code of a command by
 * its name. A new command is one row here, its name in CommandName, `commands:` in the rows of its flags, and one
 * entry in main.ts.
 */
import type { CommandName } from './flags.ts';

export interface Example {
  /** What it does, as an imperative without full stop. */
  readonly doc: string;
  readonly text: string;
}

export interface Command {
  readonly name: CommandName;
  /** Operands as in a synopsis. */
  readonly operands: string;
  /** What the first operand can be, for completion; `files` means any file. */
  readonly completes: 'files' | 'commands' | readonly string[];
  readonly doc: string;
  /** For long help and the man page: sentences; a blank line starts a new paragraph. */
  readonly longDoc: string;
  /** The first two are in short help. */
  readonly examples: readonly Example[];
  /** A man page of its own: man/slung-NAME.1. */
  readonly hasManPage: boolean;
}

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export const commands: readonly Command[] = [
  {
    name: 'select',
    operands: '[FILE...]',
    completes: 'files',
    doc: 'Filter records, choose fields, convert to csv or tsv',
    longDoc: `Reads NDJSON (one JSON value on each line) from the files in order, or from standard input when there is none, and writes the records that match, in the order of the input. - is standard input. Input compressed by gzip or zstd is recognised by its first bytes.

Every line is checked completely. A line that is not JSON costs only itself: it is counted, the first few are shown, and the exit code is 1. Memory use does not grow with the input.`,
    examples: [
      { doc: 'Pass the errors', text: `slung select -w 'level == "error"' app.ndjson` },
      { doc: 'Follow a log, as csv', text: `tail -f app.ndjson | slung select -f time,user=user.name --to csv` },
      {
        doc: 'Combine conditions',
        text: `slung select -w 'status >= 500 || msg ~ "time ?out"' -w '!has(debug)' *.ndjson.gz`,
      },
      { doc: 'Only check the lines', text: 'slung select --stats app.ndjson > /dev/null' },
      { doc: 'Keep the bad lines apart', text: 'slung select --rejects bad.txt -o good.ndjson app.ndjson' },
    ],
    hasManPage: true,
  },
  {
    name: 'help',
    operands: '[COMMAND]',
    completes: 'commands',
    doc: 'Show help for a command',
    longDoc: 'Shows what a command does and every option it has; without COMMAND, what slung can do.',
    examples: [{ doc: 'Everything about select', text: 'slung help select' }],
    hasManPage: false,
  },
  {
    name: 'completion',
    operands: 'bash|zsh|fish',
    completes: shells,
    doc: 'Print a script that completes slung in your shell',
    longDoc: `Prints a completion script on standard output. It knows the commands, the options, and the values of options that have a fixed set of them.

bash: eval "$(slung completion bash)" in ~/.bashrc. zsh: save it as _slung in a directory of $fpath. fish: save it as ~/.config/fish/completions/slung.fish.`,
    examples: [{ doc: 'Complete in this bash', text: 'eval "$(slung completion bash)"' }],
    hasManPage: false,
  },
];

/** What slung is, for top-level help and slung.1. */
export const about = {
  doc: 'A Unix filter for NDJSON at the speed of the disk',
  longDoc: `slung reads NDJSON, keeps the records that a selector describes, and writes them as they were or as chosen fields, in NDJSON, csv or tsv. Records never leave a WebAssembly memory, numbers pass through digit by digit, and nothing is dropped without being counted.

Standard output carries data and nothing else; everything for people goes to standard error.`,
} as const;

/** The command of that name, or undefined. */
export function commandOf(name: string): Command | undefined {
  return commands.find((command) => command.name === name);
}
