/**
 * What is said about the unit of times that are numbers: which one was decided for each column of an input (-v), and,
 * once in a run, that a time is an unlikely one in it.
 */
import type { PointEngine } from '../../engine/point-engine.ts';
import { decidedWords, oddTimeWords } from '../../engine/time-units.ts';
import type { Talk } from '../../graph/host.ts';
import { excerpt } from '../../text/printable.ts';
import type { PointPlan } from './fields.ts';

export class TimeTalk {
  readonly #engine: PointEngine;
  readonly #plan: PointPlan;
  readonly #talk: Talk;
  /** The specs whose unit was reported for this input. */
  readonly #told = new Set<number>();
  #isOddTold = false;

  constructor(engine: PointEngine, plan: PointPlan, talk: Talk) {
    this.#engine = engine;
    this.#plan = plan;
    this.#talk = talk;
  }

  /** Another input begins. */
  begin(): void {
    this.#engine.forgetUnits();
    this.#told.clear();
  }

  /** After a block. @param origin what it is of, and the lines before it */
  tell({ name, lines }: { readonly name: string; readonly lines: number }): void {
    this.#tellUnits(name);
    const odd = this.#isOddTold ? undefined : this.#engine.oddTime();
    if (odd === undefined) return;
    this.#isOddTold = true;
    const { unitFlag, times } = this.#plan;
    const unit = this.#engine.decidedUnit(odd.spec);
    const words = oddTimeWords(excerpt(times[odd.spec]!), unit, odd.timeUs, unitFlag);
    this.#talk.warn(`${excerpt(name)}:${lines + odd.line + 1}: ${words}`);
  }

  #tellUnits(name: string): void {
    this.#plan.times.forEach((field, spec) => {
      if (this.#told.has(spec)) return;
      const words = decidedWords(excerpt(field), this.#engine.decidedUnit(spec), this.#plan.unitFlag);
      if (words === undefined) return;
      this.#told.add(spec);
      this.#talk.verbose(1, `${excerpt(name)}: ${words}`);
    });
  }
}
