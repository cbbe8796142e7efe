/**
 * The automaton over character classes → one over bytes. A state of the former is a place between two characters; for
 * each way through the decoder's tree that it tells apart it gets states inside a character, shared by all states that
 * continue alike.
 *
 * Between characters a continuation byte changes nothing. It never comes there in a valid string, which leaves the
 * choice free, and this choice lets a step be taken as soon as it is decided: `.` and `[^"]` decide at the lead byte
 * and need no inner states, and the state that waits for a pattern's first character loops on all other bytes.
 */
import type { Alphabet } from './alphabet.ts';
import type { Decoder } from './decoder.ts';
import { DEAD, type Dfa } from './determinize.ts';

export interface ByteDfa {
  readonly start: number;
  readonly stateCount: number;
  /** For state s and byte b at s × 256 + b: the state after it. */
  readonly steps: Int32Array;
  readonly endMatches: Uint8Array;
}

class Expansion {
  private readonly dfa: Dfa;
  private readonly alphabet: Alphabet;
  private readonly decoder: Decoder;
  private readonly maxInner: number;
  /** Children of the inner states, by state number minus the number of outer states. */
  private readonly inner: Int32Array[] = [];
  private readonly byContent = new Map<string, number>();
  /** For each decoder node: what its classes lead to → the state. */
  private readonly byTargets: Map<string, number>[];

  constructor(dfa: Dfa, alphabet: Alphabet, decoder: Decoder, maxInner: number) {
    this.dfa = dfa;
    this.alphabet = alphabet;
    this.decoder = decoder;
    this.maxInner = maxInner;
    this.byTargets = decoder.nodes.map(() => new Map());
  }

  run(): ByteDfa | undefined {
    const { dfa } = this;
    const leads: Int32Array[] = [];
    for (let state = 0; state < dfa.stateCount; state += 1) {
      leads.push(this.decoder.root.map((child) => this.target(state, child)));
      if (this.inner.length > this.maxInner) return undefined;
    }
    const stateCount = dfa.stateCount + this.inner.length;
    const steps = new Int32Array(stateCount * 256).fill(DEAD);
    for (const [state, row] of leads.entries()) steps.set(row.fill(state, 0x80, 0xc0), state * 256);
    for (const [i, row] of this.inner.entries()) steps.set(row, (dfa.stateCount + i) * 256 + 0x80);
    const endMatches = new Uint8Array(stateCount);
    endMatches.set(dfa.endMatches);
    return { start: dfa.start, stateCount, steps, endMatches };
  }

  /** Where `state` goes at a place of the decoder's tree. */
  private target(state: number, child: number): number {
    const { steps } = this.dfa;
    const row = state * this.alphabet.count;
    if (child >= 0) return steps[row + child]!;
    const { children, classes } = this.decoder.nodes[-1 - child]!;
    const targets = classes.map((c) => steps[row + c]!);
    if (targets.every((target) => target === targets[0])) return targets[0]!;
    const known = this.byTargets[-1 - child]!;
    const key = targets.join();
    let target = known.get(key);
    if (target === undefined) {
      target = this.intern(children.map((below) => this.target(state, below)));
      known.set(key, target);
    }
    return target;
  }

  private intern(row: Int32Array): number {
    const key = row.join();
    let state = this.byContent.get(key);
    if (state === undefined) {
      state = this.dfa.stateCount + this.inner.push(row) - 1;
      this.byContent.set(key, state);
    }
    return state;
  }
}

/** @returns undefined when there would be more than `maxInner` states inside characters */
export function expandToBytes(dfa: Dfa, alphabet: Alphabet, decoder: Decoder, maxInner: number): ByteDfa | undefined {
  return new Expansion(dfa, alphabet, decoder, maxInner).run();
}
