/** A source that wants to know which lines of its units are bad hears of each, by its number in the unit. */
import { expect, test } from 'vitest';
import { SinkEdge } from '../../src/graph/edge.ts';
import { Graph } from '../../src/graph/graph.ts';
import { UnitLedger } from '../../src/graph/units.ts';
import type { Border, UnitOutcome, UnitSource } from '../../src/io/types.ts';
import { SelectStage } from '../../src/stage/select/select.ts';
import { hostOf } from './random-graph.ts';
import { GivenSource, inletOf, KeptSink, nodeOf, settingsWith } from './support.ts';

/** Units of these lines, all read at once or in small reads. */
class Requests extends GivenSource implements UnitSource {
  readonly outcomes: UnitOutcome[] = [];
  #borders: Border[];

  constructor(units: readonly (readonly string[])[], readBytes: number) {
    const texts = units.map((lines) => lines.map((line) => `${line}\n`).join(''));
    const all = Buffer.from(texts.join(''));
    super(
      Array.from({ length: Math.ceil(all.length / readBytes) }, (_, i) =>
        all.subarray(i * readBytes, (i + 1) * readBytes),
      ),
    );
    let end = 0;
    this.#borders = texts.map(({ length }, unit) => {
      end += length;
      return { end, unit: { unit } };
    });
  }

  takeBorders(): readonly Border[] {
    return this.#borders.splice(0);
  }

  settle(unit: object, outcome: UnitOutcome): void {
    this.outcomes[(unit as { unit: number }).unit] = outcome;
  }

  stop(): void {}
}

async function answers(units: readonly (readonly string[])[], batchBytes: number, maxRecordBytes?: number) {
  const source = new Requests(units, 50);
  const ledger = new UnitLedger(source, { clockMs: () => 0, tellsRows: true });
  const kept = new KeptSink();
  const limits = { batchBytes, ...(maxRecordBytes === undefined ? {} : { maxRecordBytes }) };
  const node = nodeOf(
    {
      stage: new SelectStage(settingsWith(limits)),
      inlets: [inletOf({ source, bytes: 0, lines: 0, file: undefined, units: ledger })],
      edges: (stats) => [new SinkEdge(kept, stats)],
    },
    hostOf(),
    limits,
  );
  await new Graph([node], hostOf()).execute();
  const rows = source.outcomes.map((outcome) =>
    typeof outcome === 'string'
      ? outcome
      : outcome.rejects
          .split('\n')
          .slice(0, -1)
          .map((row) => JSON.parse(row) as { line: number; further?: number }),
  );
  return { rows, text: kept.text };
}

const good = '{"a":1}';

test.each([64, 100, 4096])('whatever the batches are: of %i bytes', async (batchBytes) => {
  const units = [
    [good, 'x', good],
    [good],
    ['y', ...new Array<string>(20).fill(good), '{"a"', good],
    [good, good, '1 2'],
  ];
  const { rows, text } = await answers(units, batchBytes);
  const linesOf = (row: (typeof rows)[number]) => (typeof row === 'string' ? row : row.map(({ line }) => line));
  expect(rows.map(linesOf)).toEqual([[2], 'ok', [1, 22], [3]]);
  expect((rows[0] as object[])[0]).toEqual({
    line: 2,
    column: 1,
    code: expect.any(Number),
    name: expect.any(String),
    reason: expect.any(String),
  });
  expect(text).toBe(`${good}\n`.repeat(26));
});

test('a line that is too long is one of them, and the lines behind it have the right numbers', async () => {
  const long = JSON.stringify('z'.repeat(1_500_000));
  const { rows } = await answers([[good, long, 'x', good], ['x']], 64, 1_200_000);
  expect(rows).toMatchObject([[{ line: 2, name: 'too-long' }, { line: 3 }], [{ line: 1 }]]);
});

test('more bad lines than anybody reads are only counted', async () => {
  const { rows } = await answers([new Array<string>(130).fill('x')], 4096);
  expect((rows[0] as object[]).length).toBe(101);
  expect((rows[0] as object[]).at(-1)).toEqual({ further: 30 });
});
