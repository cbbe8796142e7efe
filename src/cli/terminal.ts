/**
 * The one place that talks to people: messages, levels, colours and the progress line, all to standard error. Whoever
 * writes a message has the progress line removed first. Control characters in messages are shown as pictures, since
 * file names and data may hold escape sequences that would act on the terminal.
 */
import type { Progress, Talk } from '../pipeline/host.ts';
import { type ColorLevel, paintFor } from './color.ts';
import { ProgressLine } from './progress.ts';

export interface TerminalOptions {
  /** Writes all of the text to standard error. */
  readonly write: (text: string) => void;
  readonly level: ColorLevel;
  readonly quiet: boolean;
  readonly verbose: number;
  /** Standard error is a terminal that understands escape sequences and does not also show the data. */
  readonly drawProgress: boolean;
}

export interface Terminal {
  readonly talk: Talk;
  readonly progress: Progress | undefined;
}

/** Ready to talk; with colours, chalk has been loaded. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { write, quiet, verbose } = options;
  const paint = await paintFor(options.level);
  const progress = options.drawProgress && !quiet ? new ProgressLine(write) : undefined;
  const say = (text: string): void => {
    progress?.clear();
    write(`${text}\n`);
  };
  const talk: Talk = {
    error: (text) => say(`${paint.error('slung:')} ${printable(text)}`),
    warn: (text) => {
      if (!quiet) say(`${paint.warning('slung:')} ${printable(text)}`);
    },
    info: say,
    verbose: (level, text) => {
      if (!quiet && verbose >= level) say(paint.faint(`slung: ${printable(text)}`));
    },
  };
  return { talk, progress };
}

/** Control characters but newline and tab become visible: C0 as their Unicode pictures, the others as U+FFFD. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (char) => {
    const code = char.charCodeAt(0);
    if (code === 0x7f) return '\u2421';
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}
