/** Helpers for tests of outlets: deliveries that remember what became of them. */
import type { SinkError } from '../../src/io/index.ts';
import type { Delivery } from '../../src/io/types.ts';

export interface Sent extends Delivery {
  /** Undefined as long as it is not settled. */
  outcome: 'delivered' | SinkError | undefined;
  /** How often it was settled. */
  settled: number;
  /** What came back with a failure. */
  lines: readonly string[] | undefined;
}

export function delivery(text: string | readonly string[], id?: string): Sent {
  const segments = (typeof text === 'string' ? [text] : text).map((part) => Buffer.from(part));
  const sent: Sent = {
    ...{ segments, id, records: segments.join('').split('\n').length - 1, outcome: undefined, settled: 0 },
    lines: undefined,
    settle(failure, lines) {
      sent.lines = lines?.map(String);
      sent.outcome = failure ?? 'delivered';
      sent.settled++;
    },
  };
  return sent;
}

export const noRetry = { max: 0, forMs: undefined, firstMs: 1, mostMs: 1 };
export const quickRetry = { max: undefined, forMs: undefined, firstMs: 1, mostMs: 5 };
