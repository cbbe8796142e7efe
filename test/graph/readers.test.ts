/** Several inlets of a node: each one's lines in their order, whole, also those that no block can hold. */
import { describe, expect, test } from 'vitest';
import { SinkEdge } from '../../src/graph/edge.ts';
import { Graph } from '../../src/graph/graph.ts';
import { fromStart } from '../../src/graph/inlet.ts';
import { SourceError } from '../../src/io/index.ts';
import { SelectStage } from '../../src/stage/select/select.ts';
import { hostOf } from './random-graph.ts';
import { GivenSource, inletOf, KeptSink, nodeOf, type Reading, settingsWith } from './support.ts';

/** A node over these sources, and what it outputs. */
async function over(sources: readonly (readonly Reading[])[], changes: { batchAgeMs?: number } = {}) {
  const kept = new KeptSink();
  const node = nodeOf(
    {
      stage: new SelectStage(settingsWith()),
      inlets: sources.map((readings) => inletOf(fromStart(new GivenSource(readings)))),
      edges: (stats) => [new SinkEdge(kept, stats)],
    },
    hostOf(),
    changes,
  );
  await new Graph([node], hostOf()).execute();
  return { text: kept.text, report: node.report(), end: node.end! };
}

const bytes = (text: string): Reading => Buffer.from(text);
const lineOf = (name: string, length = 0): string => `{"s":"${name}","x":"${'x'.repeat(length)}"}\n`;
/** A block has 1 MiB at least. */
const LONG = 3_000_000;

describe('several inlets', () => {
  test('one that pauses in the middle of a line goes on with it, whatever the others give meanwhile', async () => {
    const [a, b] = [lineOf('a'), lineOf('b')];
    const half = a.length >> 1;
    const first: Reading[] = [bytes(a + a.slice(0, half)), 'dry', 'dry', bytes(a.slice(half)), 'dry', bytes(a)];
    const second: Reading[] = [bytes(b), 'dry', bytes(b), 'dry', 'dry', bytes(b)];
    for (const batchAgeMs of [0, 5]) {
      const { text, report } = await over([first, second], { batchAgeMs });
      expect(text.split('\n').sort()).toEqual(`${a.repeat(3)}${b.repeat(3)}`.split('\n').sort());
      expect(report).toMatchObject({ records: 6, rejected: 0, bytesIn: text.length });
    }
  });

  test('a line that no block can hold is collected alone, and the others wait for its end', async () => {
    const [long, other] = [lineOf('long', LONG), lineOf('other', LONG)];
    const [a, b] = [lineOf('a'), lineOf('b')];
    const first: Reading[] = [bytes(a + long.slice(0, 2_000_000)), 'dry', bytes(long.slice(2_000_000) + a)];
    const second: Reading[] = [
      'dry',
      bytes(b),
      bytes(other.slice(0, 1_500_000)),
      'dry',
      bytes(other.slice(1_500_000) + b),
    ];
    const { text, report } = await over([first, second]);
    expect(text.split('\n').sort()).toEqual(`${a}${long}${a}${b}${other}${b}`.split('\n').sort());
    expect(report).toMatchObject({ records: 6, rejected: 0 });
    expect(text.indexOf(long)).toBeGreaterThanOrEqual(a.length);
  });

  test('one that cannot be read to its end does not end the others', async () => {
    const failure = new SourceError('given', 'EIO', 'cannot read given');
    const { text, end } = await over([
      [bytes(`${lineOf('a')}{"s"`), failure],
      ['dry', bytes(lineOf('b')), 'dry', bytes(lineOf('b'))],
    ]);
    expect(text.split('\n').sort()).toEqual(`${lineOf('a')}${lineOf('b').repeat(2)}`.split('\n').sort());
    expect(end.isIncomplete).toBe(true);
  });
});
