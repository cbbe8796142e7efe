/** The lane of selectors and projections on this thread: small and live inputs never pay for another one. */
import { Engine, type EngineOptions } from '../../engine/engine.ts';
import type { Plan } from '../../engine/plan.ts';
import { SameThreadLane } from '../../graph/lane.ts';

export class MainLane extends SameThreadLane {
  readonly memory: Engine;

  constructor(plan: Plan, options: EngineOptions) {
    super();
    this.memory = new Engine(plan, options);
  }

  submit(block: number, from: number, to: number): void {
    this.memory.process(block, from, to);
  }
}
