/**
 * What must come out of the plugin test/plugin/lane/asm/unruly.ts, worked out line by line in the plainest way: no
 * steps, no blocks, no threads. Whatever these do in the real thing, it has to come to this.
 */
import type { RunChanges } from '../../support/settings.ts';

/** One line of input: a record with a command for the plugin, a bad line, or a blank one. */
export type Line = { readonly do: string; readonly do2?: string; readonly skip?: true } | 'bad' | 'blank';

/** The lines as text; `n` numbers them. */
export function textOf(lines: readonly Line[]): string {
  return lines
    .map((line, n) => {
      if (line === 'bad') return `nope ${n}\n`;
      return line === 'blank' ? ' \n' : `${JSON.stringify({ n, ...line })}\n`;
    })
    .join('');
}

export interface Rejected {
  readonly file: string;
  readonly line: number;
  readonly byteOffset: number;
  readonly name: string;
  readonly text: string;
}

export interface Expected {
  readonly out: string;
  readonly rejects: readonly Rejected[];
  readonly records: number;
  readonly blank: number;
  /** Records that the plugin wants, without those that became rejects. */
  readonly matched: number;
  /** A line at which a plugin failed and the run had to end. */
  readonly failedAt: number | undefined;
}

const failing = new Set(['trap', 'error', 'loop', 'use']);

/** What one plugin makes of its input; `name` is the input's, `field` the plugin's configuration. */
export function expectedOf(input: string, name: string, changes: RunChanges, field: 'do' | 'do2' = 'do'): Expected {
  const lines = input.split('\n').slice(0, -1);
  const limit = changes.onError === 'fail' ? 0 : (changes.maxErrors ?? Number.POSITIVE_INFINITY);
  const rejects: Rejected[] = [];
  let [out, records, blank, matched, byteOffset] = ['', 0, 0, 0, 0];
  for (const [i, text] of lines.entries()) {
    const reject = (why: string): void => {
      rejects.push({ file: name, line: i + 1, byteOffset, name: why, text });
    };
    if (text.trim() === '') blank++;
    else if (text.startsWith('nope')) reject('bad-literal');
    else {
      const record = JSON.parse(text) as { readonly skip?: true } & Record<string, string>;
      const what = record[field] ?? '';
      const isWanted = record.skip === undefined;
      if (isWanted && failing.has(what) && changes.onPluginError !== 'pass') {
        if (changes.onPluginError !== 'skip') return { out, rejects, records, blank, matched, failedAt: i + 1 };
        reject('plugin-failed');
      } else {
        records++;
        matched += Number(isWanted);
        const copies = isWanted ? (what === 'none' ? 0 : what === 'two' ? 2 : 1) : Number(changes.unmatched === 'pass');
        out += `${text}\n`.repeat(copies);
      }
    }
    if (rejects.length > limit) break;
    byteOffset += text.length + 1;
  }
  return { out, rejects, records, blank, matched, failedAt: undefined };
}
