/**
 * What a Tangent plugin has output, when it is drained: its lanes have checked it (plugin/lane/output-check.ts), and
 * what they found is reported and taken out here, in the order of the output, whose lines are numbered through all
 * blocks and lanes.
 */
import type { Reject } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import { sealBytes } from '../../engine/steps.ts';
import type { Rejecting } from '../../graph/rejecting.ts';
import type { PluginLane } from './lane.ts';

export class PluginOutput {
  readonly #plugin: string;
  /** The source's name, for the rejects. */
  readonly #name: string;
  #lines = 0;
  #bytes = 0;
  /** Bad lines so far. */
  rejected = 0;

  constructor(plugin: string, name: string) {
    this.#plugin = plugin;
    this.#name = name;
  }

  /**
   * Reports the bad lines of the sealed output of a block, and makes what is left the output; blank lines go as well.
   * @returns the output's line at which the run has to stop, and behind which nothing is output; undefined for none
   */
  take(lane: PluginLane, block: number, rejecting: Rejecting): number | undefined {
    const { memory } = lane;
    const start = memory.word(block, L.B_OUT_START);
    const listed = memory.word(block, L.B_OUT_LISTED);
    let bytes = memory.segmentCount(block) > 0 ? memory.segment(block, 0).length : 0;
    const sealedBytes = bytes;
    let stoppedAt: number | undefined;
    let gaps = 0;
    for (; gaps < listed && stoppedAt === undefined; gaps++) {
      const line = memory.listedLine(block, gaps);
      if (line.code === 0) continue;
      this.#report(memory, block, line, rejecting);
      if (rejecting.left >= 0) continue;
      stoppedAt = this.#lines + line.line + 1;
      bytes = line.to + 1;
    }
    if (gaps > 0) {
      const base = memory.word(block, L.B_OUT) + start;
      const list = memory.word(block, L.B_OUT_LIST);
      sealBytes(memory, block, start, lane.scanner.closeGaps(base, bytes, list, gaps) >>> 0);
    }
    this.#lines += memory.word(block, L.B_OUT_LINES);
    this.#bytes += sealedBytes;
    return stoppedAt;
  }

  #report(memory: PluginLane['memory'], block: number, line: Reject, rejecting: Rejecting): void {
    const base = memory.word(block, L.B_OUT) + memory.word(block, L.B_OUT_START);
    this.rejected++;
    rejecting.report(memory.view(base + line.from, base + line.to), {
      sourceName: this.#name,
      line: this.#lines + line.line + 1,
      sourceOffset: this.#bytes + line.from,
      column: line.at - line.from + 1,
      code: line.code,
      lengthBytes: line.to - line.from,
      outputOf: this.#plugin,
    });
  }
}
