/**
 * Subset construction by character class. A state is the set of instructions reachable between two characters, with
 * assertions that depend on the next character left standing in it; they are resolved when that character (or the end)
 * is known, which makes every assertion exact, Unicode word boundaries included. The search is unanchored: the start
 * is added at every step, and a state that has matched is final.
 */
import { KIND_EDGE, KINDS, OP_ASSERT, OP_CHARACTER, OP_MATCH, OP_SPLIT } from '../../engine/regex-layout.ts';
import type { Alphabet } from './alphabet.ts';
import type { Nfa } from './program.ts';

/** The states with fixed numbers. Both are final: no step leaves them. */
export const ACCEPT = 0;
export const DEAD = 1;

export interface Dfa {
  readonly start: number;
  readonly stateCount: number;
  /** For state s and class c at s × classCount + c: the state after it. Rows 0 and 1 are ACCEPT's and DEAD's. */
  readonly steps: Int32Array;
  /** 1: the text matches when it ends in this state. */
  readonly endMatches: Uint8Array;
}

/**
 * Bounds the time: one unit is one instruction looked at, about 5 ns. A pattern that needs more becomes an NFA. It is
 * counted, not timed, so that the same pattern compiles to the same image everywhere.
 */
const WORK_BUDGET = 20_000_000;

/** `after` for closures made before the next character is known. */
const UNKNOWN = -1;
const ALL_KINDS = (1 << KINDS) - 1;

/** Instructions reachable without reading, as far as `before` and `after` tell. */
interface Closure {
  readonly matched: boolean;
  /** Characters, and assertions that wait for the next character, ascending. */
  readonly items: Int32Array;
  readonly waits: boolean;
}

interface State {
  readonly items: Int32Array;
  readonly waits: boolean;
  readonly before: number;
}

class Construction {
  private readonly nfa: Nfa;
  private readonly alphabet: Alphabet;
  private readonly maxStates: number;
  /** With nothing alive the search is over only if nothing can begin later: (?m)^ waits for a newline. */
  private readonly anchored: boolean;
  private readonly states: State[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly marks: Int32Array;
  private mark = 0;
  private work = 0;

  constructor(nfa: Nfa, alphabet: Alphabet, maxStates: number) {
    this.nfa = nfa;
    this.alphabet = alphabet;
    this.maxStates = maxStates;
    this.anchored = isAnchored(nfa);
    this.marks = new Int32Array(nfa.operations.length);
    const none = { items: new Int32Array(0), waits: false, before: KIND_EDGE };
    this.states.push(none, none);
  }

  private get exhausted(): boolean {
    return this.work > WORK_BUDGET || this.states.length > this.maxStates;
  }

  run(): Dfa | undefined {
    const { count } = this.alphabet;
    const steps: number[] = [];
    for (let c = 0; c < count; c += 1) steps.push(ACCEPT);
    for (let c = 0; c < count; c += 1) steps.push(DEAD);
    const endMatches: number[] = [1, 0];
    const start = this.number([this.nfa.start], KIND_EDGE);
    if (this.exhausted) return undefined;
    for (let state = DEAD + 1; state < this.states.length; state += 1) {
      this.step(this.states[state]!, steps, endMatches);
      if (this.exhausted) return undefined;
    }
    return {
      start,
      stateCount: this.states.length,
      steps: Int32Array.from(steps),
      endMatches: Uint8Array.from(endMatches),
    };
  }

  /** Appends one state's row. */
  private step(state: State, steps: number[], endMatches: number[]): void {
    const { kinds, count, members } = this.alphabet;
    const { operations, nexts, arguments: sets, start } = this.nfa;
    const resolved: (Closure | undefined)[] = [];
    const after = (kind: number): Closure => {
      if (!state.waits) return { matched: false, items: state.items, waits: false };
      resolved[kind] ??= this.closure(state.items, state.before, kind);
      return resolved[kind];
    };
    endMatches.push(after(KIND_EDGE).matched ? 1 : 0);
    const known = new Map<string, number>();
    for (let c = 0; c < count; c += 1) {
      const { matched, items } = after(kinds[c]!);
      if (matched) {
        steps.push(ACCEPT);
        continue;
      }
      this.work += items.length + 8;
      const kernel = [start];
      for (const pc of items) {
        if (operations[pc] === OP_CHARACTER && members[sets[pc]!]![c] === 1) kernel.push(nexts[pc]!);
      }
      const key = `${kinds[c]}:${kernel.join()}`;
      let next = known.get(key);
      if (next === undefined) {
        next = this.number(kernel, kinds[c]!);
        known.set(key, next);
      }
      steps.push(next);
      if (this.exhausted) return;
    }
  }

  /** The state after `kernel` has been reached behind a character of kind `before`; a new one if need be. */
  private number(kernel: ArrayLike<number>, before: number): number {
    const { matched, items, waits } = this.closure(kernel, before, UNKNOWN);
    if (matched) return ACCEPT;
    if (items.length === 0 && this.anchored) return DEAD;
    // What came before matters only to assertions that are still to be resolved.
    const key = `${waits ? before : ''}:${items.join()}`;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.states.push({ items, waits, before }) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }

  private closure(seeds: ArrayLike<number>, before: number, after: number): Closure {
    const { operations, nexts, arguments: args } = this.nfa;
    this.mark += 1;
    const items: number[] = [];
    const stack: number[] = [];
    let matched = false;
    let waits = false;
    const visit = (pc: number): void => {
      if (this.marks[pc] === this.mark) return;
      this.marks[pc] = this.mark;
      stack.push(pc);
    };
    for (let i = 0; i < seeds.length; i += 1) visit(seeds[i]!);
    while (stack.length > 0) {
      const pc = stack.pop()!;
      this.work += 1;
      switch (operations[pc]) {
        case OP_MATCH:
          matched = true;
          break;
        case OP_SPLIT:
          visit(args[pc]!);
          visit(nexts[pc]!);
          break;
        case OP_ASSERT: {
          const allowed = (args[pc]! >> (before * KINDS)) & ALL_KINDS;
          if (allowed === ALL_KINDS || (after !== UNKNOWN && (allowed >> after) & 1)) visit(nexts[pc]!);
          else if (after === UNKNOWN && allowed !== 0) {
            items.push(pc);
            waits = true;
          }
          break;
        }
        default:
          items.push(pc);
      }
    }
    return { matched, items: Int32Array.from(items).sort(), waits };
  }
}

/** @returns undefined when the automaton would have more than `maxStates` states, or take too long to build */
export function determinize(nfa: Nfa, alphabet: Alphabet, maxStates: number): Dfa | undefined {
  return new Construction(nfa, alphabet, maxStates).run();
}

/** True when nothing can begin behind the start of the text, so a search may end as soon as nothing is alive. */
export function isAnchored(nfa: Nfa): boolean {
  const seen = new Set<number>();
  const stack = [nfa.start];
  while (stack.length > 0) {
    const pc = stack.pop()!;
    if (seen.has(pc)) continue;
    seen.add(pc);
    const operation = nfa.operations[pc]!;
    if (operation === OP_SPLIT) stack.push(nfa.nexts[pc]!, nfa.arguments[pc]!);
    // Bits from KINDS on are the pairs with a character before; none of them: holds only at the start.
    else if (operation !== OP_ASSERT) return false;
    else if (nfa.arguments[pc]! >>> KINDS !== 0) stack.push(nfa.nexts[pc]!);
  }
  return true;
}
