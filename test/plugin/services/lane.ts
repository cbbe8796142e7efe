/**
 * The thread of a lane in the tests of the services: does what it is told, one message at a time, and says what came
 * of it. Bundled by the test, because not every supported Node runs TypeScript.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { PortClient, type ServicesClient } from '../../../src/plugin/services/client.ts';
import type { LaneLink } from '../../../src/plugin/services/protocol.ts';

export interface Call {
  readonly method: keyof ServicesClient;
  readonly values: readonly unknown[];
}
export type Outcome = { readonly value: unknown } | { readonly error: string };

const client = new PortClient(workerData as LaneLink);
parentPort!.on('message', (calls: readonly Call[]) => {
  const outcomes = calls.map(({ method, values }): Outcome => {
    try {
      return { value: (client[method] as (...values: unknown[]) => unknown).apply(client, [...values]) };
    } catch (error) {
      return { error: `${(error as Error).name}: ${(error as Error).message}` };
    }
  });
  parentPort!.postMessage(outcomes);
});
