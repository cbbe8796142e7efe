/** What is wrong with a template, where it stands, and what to write instead. */
import { caretLines } from '../selector/errors.ts';
import { Exit, ExplainedError } from '../text/explained.ts';
import { excerpt, messageLine } from '../text/printable.ts';

/** A template's text, and what messages call it. */
export interface TemplateText {
  readonly name: string;
  readonly text: string;
}

/** A piece of the text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface TemplateHelp {
  /** The next step. */
  readonly hint?: string;
  /** What was probably meant. */
  readonly near?: string | undefined;
}

/** The message begins with the place: `events.json:3:12: …`. A caret is below it. */
export class TemplateError extends ExplainedError {
  override readonly name = 'TemplateError';
  readonly problem = 'usage';
  readonly exit = Exit.usage;

  constructor(template: TemplateText, { start, end }: Span, message: string, { hint, near }: TemplateHelp = {}) {
    const { text, name } = template;
    const line = text.slice(0, start).split('\n').length;
    const column = start - (start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1) + 1;
    const caret = text.trim() === '' ? [] : caretLines(text, start, Math.min(end, endOfLine(text, start)) - start);
    const help = hint === undefined ? [] : [`  ${messageLine(hint)}`];
    super(`${excerpt(name)}:${line}:${column}: ${message}`, { detail: [...caret, ...help].join('\n'), hint, near });
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
