/** What all parts of the page show, and the words that they share. */

import type { TopologyReport } from '../pipeline/topology/report.ts';
import type { EndState, StatusReport } from '../pipeline/topology/status-report.ts';
import type { Figures } from './figures.ts';
import { countWords, timeWords } from './words.ts';

/** `paused`: by whoever looks. `lost`: nobody answers. */
export type Contact = 'live' | 'paused' | 'ended' | 'lost';

export interface View {
  readonly status: StatusReport;
  readonly figures: Figures;
  /** Undefined while the run starts. */
  readonly stats: TopologyReport | undefined;
  readonly contact: Contact;
}

/** A rate while the run goes on, and what it came to afterwards. */
export function flowWords(view: View, pick: (report: TopologyReport) => number): string {
  if (view.stats === undefined) return '–';
  return isOver(view) ? countWords(pick(view.stats)) : `${countWords(view.figures.rate(pick))}/s`;
}

export const isOver = ({ contact, status }: View): boolean => contact === 'ended' || status.phase === 'ended';

/** For sources and sinks, in a word. */
export function stateWords({ state, words }: EndState, waitingMs = 0): string {
  if (state === 'waiting') return `stuck for ${timeWords(waitingMs)}`;
  if (state === 'away') return words;
  return state === 'closed' ? 'closed' : waitingMs >= 1000 ? `waiting ${timeWords(waitingMs)}` : 'ok';
}
