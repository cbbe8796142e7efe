/** Records to files by their values: each goes with its own, neighbours together, and none without a value is lost. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyedEdge, type KeyedEdgeOptions } from '../../src/graph/keyed-edge.ts';
import { Port } from '../../src/graph/port.ts';
import { Stats } from '../../src/graph/stats.ts';
import { batchOf } from './batches.ts';
import { HeldOutlet } from './outlet.ts';

const portOf = (outlet: HeldOutlet, name = 'p'): Port =>
  new Port(outlet, { name, whenFull: 'wait', onFailure: 'stop', clockMs: () => performance.now() });

function edgeTo(port: Port, options: Partial<KeyedEdgeOptions> = {}): KeyedEdge {
  return new KeyedEdge(port, {
    ...{ output: 0, keys: 1, hasHeader: false, isCsv: false, missing: '_', badTo: undefined, stats: new Stats() },
    ...options,
  });
}

/** What was sent: the values and lines of each piece. */
const sent = ({ open }: HeldOutlet): unknown[] =>
  open.flatMap(({ delivery }) => delivery.segments.map((segment, i) => [delivery.keys?.[i], String(segment)]));

test('each record goes with its values, in order, however both classes are cut', () => {
  const value = fc.constantFrom('a', 'b', '', 'tab\tand\\n', 'é');
  const record = fc.tuple(value, value, fc.integer(), fc.boolean(), fc.boolean());
  fc.assert(
    fc.property(fc.array(record, { maxLength: 20 }), (records) => {
      const pieces = (lines: readonly string[], cuts: readonly boolean[]): string[] => {
        const found: string[] = [];
        lines.forEach((line, i) => {
          if (i === 0 || cuts[i]) found.push(line);
          else found[found.length - 1] += line;
        });
        return found;
      };
      const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t');
      const lines = pieces(
        records.map((one) => `${one[2]}\n`),
        records.map((one) => one[3]),
      );
      const keys = pieces(
        records.map(([first, second]) => `${escaped(first)}\t${escaped(second)}\n`),
        records.map((one) => one[4]),
      );
      const outlet = new HeldOutlet();
      const edge = edgeTo(portOf(outlet));
      edge.offer(batchOf([lines, keys]));
      edge.flush();
      const each = (sent(outlet) as [readonly string[], string][]).flatMap(([values, text]) =>
        text
          .split('\n')
          .slice(0, -1)
          .map((line) => [values, line]),
      );
      const shown = (text: string): string => (text === '' ? '_' : text);
      expect(each).toEqual(records.map(([first, second, n]) => [[shown(first), shown(second)], String(n)]));
    }),
  );
});

test('neighbours with the same values go together, also lines in quotes', () => {
  const outlet = new HeldOutlet();
  const edge = edgeTo(portOf(outlet), { isCsv: true });
  edge.offer(batchOf([['"1\n"\n2\n3\n'], ['a\na\nb\n']]));
  edge.flush();
  expect(sent(outlet)).toEqual([
    [['a'], '"1\n"\n2\n'],
    [['b'], '3\n'],
  ]);
});

test('a record without a value is a bad one, where nothing stands for it', async () => {
  const [outlet, rejects] = [new HeldOutlet(), new HeldOutlet()];
  const port = portOf(outlet);
  const edge = edgeTo(port, { missing: undefined, badTo: portOf(rejects, 'rejects') });
  edge.offer(batchOf([['1\n2\n3\n'], ['a\n\na\n']]));
  edge.flush();
  expect([sent(outlet), rejects.taken]).toEqual([
    [
      [['a'], '1\n'],
      [['a'], '3\n'],
    ],
    ['2\n'],
  ]);
  const { isWhole, words } = await port.close({ withinMs: 0, redirectMs: 0, isWhole: true });
  expect([isWhole, words]).toEqual([
    false,
    [
      'p: 1 record was without a value that files are named after, and sent to rejects; where-missing says what stands for it',
    ],
  ]);
});
