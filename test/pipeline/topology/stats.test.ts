/** What --stats says to people of a topology's run. */
import { expect, test } from 'vitest';
import type { SourceReport, TopologyReport } from '../../../src/pipeline/topology/report.ts';
import { renderReport } from '../../../src/pipeline/topology/stats.ts';

const source: SourceReport = {
  ...{ records: 2000, bytes: 70_000, units: 1000, acked: 1000, nacked: 0, inFlight: 0, ackMs: undefined },
  ...{ dead: 0, redelivered: 0 },
};
const reportOf = (app: SourceReport): TopologyReport => ({
  ...{ sources: { app }, nodes: {}, edges: [], sinks: {}, bytesCopied: 0, seconds: 1.5 },
  worker: { name: 'web-3', host: 'machine', pid: 17 },
});

test('says who has counted', () => {
  expect(renderReport(reportOf(source)).split('\n')[0]).toBe('worker web-3: process 17 on machine');
});

test('advises blocks where messages hold few records, in one line, with the figure', () => {
  const adviceOn = (changes: Partial<SourceReport>): string[] =>
    renderReport(reportOf({ ...source, ...changes }))
      .split('\n')
      .filter((line) => line.startsWith('advice'));
  expect(adviceOn({})).toEqual([
    'advice app: 2.0 records a message; a block of 256 KiB costs a tenth a record: block: 256KiB in the nats sink that publishes, or lines put together before (docs/scale.md)',
  ]);
  expect(adviceOn({ records: 1000 })[0]).toContain('app: 1.0 records a message');
  expect(adviceOn({ records: 219_000 })).toEqual([]);
  // Too few to judge by.
  expect(adviceOn({ records: 10, units: 10 })).toEqual([]);
  // Requests of http are as their clients make them.
  expect(renderReport(reportOf({ ...source, dead: undefined, redelivered: undefined } as never))).not.toContain(
    'advice',
  );
});
