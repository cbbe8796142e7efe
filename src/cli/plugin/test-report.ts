/** The report of `slung plugin test` on a case: one line when it passed, and what differs when it did not. */
import type { DiffLine } from '../../plugin/authoring/test-diff.ts';
import { messageLine, oneLine } from '../../text/printable.ts';
import type { Paint } from '../color.ts';

/** One case as --json has it. */
export interface CaseReport {
  readonly plugin: string;
  readonly case: string;
  readonly passed: boolean;
  /** --update has written the expected output anew. */
  readonly updated: boolean;
  /** One line; empty when it passed. */
  readonly reason: string;
  readonly diff: readonly DiffLine[];
  /** What the run said: errors, warnings, the plugin's standard error. */
  readonly talk: readonly string[];
}

/** Ends with a newline. */
export function reportText(report: CaseReport, paint: Paint): string {
  const name = `${report.plugin}: ${report.case}`;
  if (report.passed) return `ok      ${messageLine(name)}${report.updated ? ' (written anew)' : ''}\n`;
  const lines = [
    `${paint.error('FAILED')}  ${messageLine(`${name}: ${report.reason}`)}`,
    ...(report.diff.length === 0 ? [] : [`        ${paint.faint('- expected, + came')}`]),
    ...report.diff.map((line) => `        ${diffText(line, paint)}`),
    ...report.talk
      .flatMap((text) => text.split('\n'))
      .map((text) => `        ${paint.faint(messageLine(`slung: ${text}`))}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** A line of a difference, as it is shown. */
export function diffText({ sign, text }: DiffLine, paint: Paint): string {
  const line = oneLine(sign === '~' ? `… ${text}` : `${sign} ${text}`);
  if (sign === '-') return paint.error(line);
  return sign === '+' ? paint.strong(line) : paint.faint(line);
}
