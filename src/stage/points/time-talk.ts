/**
 * What is said about the unit of times that are numbers: which one was decided for each column of an input (-v), and, once in
 * a run, that a time is an unlikely one in it.
 */
import * as E from '../../engine/event-layout.ts';
import type { PointEngine } from '../../engine/point-engine.ts';
import type { Talk } from '../../graph/host.ts';
import { excerpt } from '../../text/printable.ts';
import type { PointPlan } from './fields.ts';

const unitNames = new Map<number, string>([
  [E.UNIT_S, 'seconds'],
  [E.UNIT_MS, 'milliseconds'],
  [E.UNIT_US, 'microseconds'],
  [E.UNIT_NS, 'nanoseconds'],
]);
/** Half of 400 years is enough of an error for a year in a message. */
const US_PER_YEAR = 31_556_952_000_000;

export class TimeTalk {
  readonly #engine: PointEngine;
  readonly #plan: PointPlan;
  readonly #talk: Talk;
  /** The specs whose unit was told for this input. */
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
    const year = 1970 + Math.floor(Number(odd.timeUs) / US_PER_YEAR);
    const unit = unitNames.get(this.#engine.decidedUnit(odd.spec));
    const field = excerpt(times[odd.spec]!);
    this.#talk.warn(
      `${excerpt(name)}:${lines + odd.line + 1}: the time in ${field} is in the year ${year} when it is in ${unit}, as most of the first times are` +
        `\n${unitFlag} says which unit it is; this is said once.`,
    );
  }

  #tellUnits(name: string): void {
    this.#plan.times.forEach((field, spec) => {
      const unit = this.#told.has(spec) ? undefined : unitNames.get(this.#engine.decidedUnit(spec));
      if (unit === undefined) return;
      this.#told.add(spec);
      const { unitFlag } = this.#plan;
      this.#talk.verbose(
        1,
        `${excerpt(name)}: numbers in ${excerpt(field)} are ${unit} since 1970, by the first of them (${unitFlag})`,
      );
    });
  }
}
