/** Keeps the last messages of a run for remote observers, and passes every message on to where it went before. */
import type { Talk } from '../../graph/host.ts';

/** Messages that are kept. The same words again are one message. */
const KEPT = 30;

export interface SaidWords {
  readonly level: 'error' | 'warning' | 'plugin';
  readonly text: string;
  /** How often, and how long ago for the last time. */
  readonly times: number;
  readonly agoMs: number;
}

interface Said {
  readonly level: SaidWords['level'];
  readonly text: string;
  times: number;
  atMs: number;
}

export class LastWords {
  /** Remembers what it passes on. */
  readonly talk: Talk;
  readonly #clockMs: () => number;
  /** The latest is the last. */
  readonly #said: Said[] = [];

  constructor(talk: Talk, clockMs: () => number) {
    this.#clockMs = clockMs;
    this.talk = {
      error: (text, facts) => {
        this.#note('error', text);
        talk.error(text, facts);
      },
      warn: (text, facts) => {
        this.#note('warning', text);
        talk.warn(text, facts);
      },
      guest: (plugin, line) => {
        this.#note('plugin', `${plugin}: ${line}`);
        talk.guest(plugin, line);
      },
      info: (text) => talk.info(text),
      verbose: (level, text) => talk.verbose(level, text),
    };
  }

  /** The latest first. */
  list(): readonly SaidWords[] {
    const nowMs = this.#clockMs();
    return this.#said.map(({ atMs, ...said }) => ({ ...said, agoMs: Math.round(nowMs - atMs) })).reverse();
  }

  #note(level: SaidWords['level'], text: string): void {
    const at = this.#said.findIndex((said) => said.text === text && said.level === level);
    const [known] = at < 0 ? [] : this.#said.splice(at, 1);
    this.#said.push({ level, text, times: (known?.times ?? 0) + 1, atMs: this.#clockMs() });
    if (this.#said.length > KEPT) this.#said.shift();
  }
}
