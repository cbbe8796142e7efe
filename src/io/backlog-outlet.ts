/** What all outlets with a backlog share: its bounds, its counts, and the callers that wait for room. */
import { Backlog, type BacklogOptions } from './backlog.ts';
import type { OutletReport } from './types.ts';

export abstract class BacklogOutlet {
  protected readonly backlog: Backlog;

  constructor(options: BacklogOptions) {
    this.backlog = new Backlog(options);
  }

  get bytesCopied(): number {
    return this.backlog.bytesCopied;
  }

  get bufferPeak(): number {
    return this.backlog.peakBytes;
  }

  get buffered(): number {
    return this.backlog.bytes;
  }

  room(): Promise<void> {
    return this.backlog.room();
  }

  flush(): Promise<void> {
    return this.backlog.flush();
  }

  report(): OutletReport {
    return this.backlog.report();
  }
}
