/**
 * The one place that talks to people: messages, levels, colours and the progress line, all to standard error. Whoever
 * writes a message has the progress line removed first. Control characters in messages are shown as pictures, since
 * file names and data may hold escape sequences that would act on the terminal.
 */
import type { ErrorsFormat } from '../config/settings.ts';
import type { Progress, Talk } from '../graph/host.ts';
import { excerpt, jsonLine, message as lines } from '../text/printable.ts';
import { type ColorLevel, paintFor } from './color.ts';
import { ProgressLine } from './progress.ts';

export interface TerminalOptions {
  /** Writes all of the text to standard error. */
  readonly write: (text: string) => void;
  readonly level: ColorLevel;
  readonly quiet: boolean;
  /** Errors, warnings and -v as text, or as one JSON object a line. Default: text. */
  readonly errors?: ErrorsFormat;
  readonly verbose: number;
  /** Standard error is a terminal that understands escape sequences and does not also show the data. */
  readonly drawProgress: boolean;
  /** In the place of the progress line: what else is drawn, and has to be removed before a message. */
  readonly progress?: Progress | undefined;
  /** The columns of that terminal, asked for once, at the first line of progress. Default: 80. */
  readonly columns?: () => number | undefined;
}

export interface Terminal {
  readonly talk: Talk;
  readonly progress: Progress | undefined;
}

/** Ready to talk; with colours, chalk has been loaded. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { write, quiet, verbose } = options;
  const paint = await paintFor(options.level);
  const isDrawn = options.drawProgress && !quiet;
  const progress = options.progress ?? (isDrawn ? new ProgressLine(write, options.columns) : undefined);
  const say = (text: string): void => {
    progress?.clear();
    write(`${text}\n`);
  };
  const asText = {
    error: (text: string) => say(`${paint.error('slung:')} ${lines(text)}`),
    warning: (text: string) => say(`${paint.warning('slung:')} ${lines(text)}`),
    verbose: (text: string) => say(paint.faint(`slung: ${lines(text)}`)),
  };
  const tell = (level: keyof typeof asText, message: string, facts?: Readonly<Record<string, unknown>>): void => {
    if (options.errors === 'json') say(jsonLine({ level, message, ...facts }));
    else asText[level](message);
  };
  const talk: Talk = {
    error: (text, facts) => tell('error', text, facts),
    warn: (text, facts) => {
      if (!quiet) tell('warning', text, facts);
    },
    info: say,
    // A plugin's name may be that of a file, and a plugin's line may look like ours: it never stands at the beginning.
    guest: (plugin, line) => {
      if (options.errors === 'json') say(jsonLine({ level: 'plugin', message: line, plugin }));
      else say(`${paint.faint(`plugin ${excerpt(plugin)}:`)} ${lines(line)}`);
    },
    verbose: (level, text) => {
      if (!quiet && verbose >= level) tell('verbose', text);
    },
  };
  return { talk, progress };
}
