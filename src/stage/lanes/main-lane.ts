/** The lane of selectors and projections on this thread: small and live inputs never pay for another one. */
import { Engine, type EngineOptions } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import type { Plan } from '../../engine/plan.ts';
import { SameThreadLane } from '../../graph/lane.ts';
import { readLines, type Stretch } from '../../io/read-lines.ts';

export class MainLane extends SameThreadLane {
  readonly memory: Engine;

  constructor(plan: Plan, options: EngineOptions) {
    super();
    this.memory = new Engine(plan, options);
  }

  submit(block: number, from: number, to: number): void {
    this.memory.process(block, from, to);
  }

  countLines(from: number, to: number): number {
    return this.memory.raw.countLines(from, to) >>> 0;
  }

  submitRange(block: number, stretch: Stretch): void {
    const { memory } = this;
    const lines = readLines(stretch, memory.buffer(), memory.inputStart(block), memory.options.blockBytes);
    if (lines === undefined) memory.setWord(block, L.B_TO, 0);
    else memory.process(block, lines.from, lines.to);
  }
}
