/**
 * What plugins output is looked at as what is read: lines that are not JSON in UTF-8 are rejected where records are
 * meant, and told of where it may be any text. The plugin outputs the bytes that its records name, so each fault
 * stands in a record.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compilePlugin } from '../../support/plugins.ts';
import type { RunChanges } from '../../support/settings.ts';
import { type PluginRun, plugin, removeBundle, runChain } from './support.ts';

const fixture = (path: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../../fixtures/plugins/${path}`, import.meta.url)));

let verbatim: Uint8Array;
beforeAll(async () => {
  verbatim = await compilePlugin('test/plugin/lane/asm/verbatim.ts');
});
afterAll(removeBundle);

/** What one record has the plugin output: text in Latin-1, so a character is a byte. */
interface Piece {
  readonly text: string;
  readonly times?: number;
  readonly fill?: number;
}
type Pieces = readonly (string | Piece)[];

function recordOf(piece: string | Piece): string {
  const { text, ...more } = typeof piece === 'string' ? { text: piece } : piece;
  return `${JSON.stringify({ hex: Buffer.from(text, 'latin1').toString('hex'), ...more })}\n`;
}

const inputOf = (pieces: Pieces): string => pieces.map(recordOf).join('');
const run = (pieces: Pieces, changes: RunChanges = {}): Promise<PluginRun> =>
  runChain([plugin(verbatim)], inputOf(pieces), changes);

const good = '{"a":1}\n';

/** The bad lines in short: number, byte offset, column, code's name, text. */
const faultsOf = ({ rejects }: PluginRun) =>
  rejects.map(({ line, byteOffset, column, name, text }) => ({ line, byteOffset, column, name, text }));

describe('one output, decided as an input is', () => {
  const cases: readonly (readonly [what: string, pieces: Pieces, out: string, bad: readonly string[]])[] = [
    ['records', [good, ' {"b" : [ ] } \r\n'], `${good} {"b" : [ ] } \r\n`, []],
    ['two outputs glued to one line', ['{"a":1}', '{"b":2}\n', good], good, ['trailing-bytes {"a":1}{"b":2}']],
    ['a raw newline inside a string', ['{"a":"x\ny"}\n', good], good, ['E {"a":"x', 'E y"}']],
    ['nothing at all', ['', ''], '', []],
    ['a NUL in a string', ['{"a":"\0"}\n', good], good, ['E {"a":"\0"}']],
    ['a NUL behind a record', ['{"a":1}\0\n', good], good, ['E {"a":1}\0']],
    ['a byte order mark at the beginning', ['\xef\xbb\xbf{"a":1}\n', good], good + good, []],
    ['a byte order mark further on', [good, '\xef\xbb\xbf{"a":1}\n', good], good.repeat(3), []],
    ['a byte order mark alone', [good, '\xef\xbb\xbf\n', good], good + good, []],
    ['a record separator', ['\x1e {"b" : 2}\n', good], `{"b" : 2}\n${good}`, []],
    ['a byte order mark before a bad line', ['\xef\xbb\xbfoops\n', good], good, ['E \xef\xbb\xbfoops']],
    ['a lone surrogate as an escape', ['"\\ud800"\n'], '"\\ud800"\n', []],
    ['a lone surrogate as bytes', ['"\xed\xa0\x80"\n', good], good, ['bad-utf8 "\xed\xa0\x80"']],
    ['an overlong sequence', ['"\xc0\xaf"\n', good], good, ['bad-utf8 "\xc0\xaf"']],
    ['a sequence cut short by the end', [good, '"\xe2\x82'], good, ['E "\xe2\x82']],
    ['white space only', ['  \t\r\n\n \n', good, '  '], good, []],
    ['no newline at the end', [good, '{"b":2}'], `${good}{"b":2}\n`, []],
    ['words', ['hello\n', good], good, ['E hello']],
    ['scalars', ['1\n', 'true\n', '"x"\n', 'null\n'], '1\ntrue\n"x"\nnull\n', []],
    ['NaN', ['{"a":NaN}\n'], '', ['E {"a":NaN}']],
    [
      'an escape across a border of 64 bytes',
      [`"${'x'.repeat(62)}\\`, 'q"\n', good],
      good,
      [`E "${'x'.repeat(62)}\\q"`],
    ],
  ];

  test.each(cases)('%s', async (_, pieces, out, bad) => {
    const result = await run(pieces);
    expect(result.out).toBe(out);
    const texts = result.rejects.map(({ text }) => text);
    expect(texts).toEqual(bad.map((line) => line.slice(line.indexOf(' ') + 1)));
    for (const [i, line] of bad.entries()) {
      if (!line.startsWith('E ')) expect(result.rejects[i]!.name).toBe(line.slice(0, line.indexOf(' ')));
    }
    expect(result.outcome).toEqual({ kind: 'done', code: bad.length > 0 ? 1 : 0 });
    expect(result.report).toMatchObject({ rejected: bad.length, records: pieces.length, bytesOut: out.length });
    expect(result.report.plugins[0]).toMatchObject({ outputRejected: bad.length, bytesOut: out.length });
    expect(result.ended).toBe('committed');
  });

  /** All of them in one output, each behind the end of the one before. */
  const all = cases.flatMap(([, pieces]): Pieces => [...pieces, '\n']);
  const ofOutput = ({ said }: PluginRun): readonly string[] => said.filter((text) => text.includes('output'));

  test('the next plugin of a chain and --to csv decide the same, in the same words', async () => {
    // What is good and no object has no columns; the rest is judged alike.
    const allObjects = cases.flatMap(
      ([what, pieces]): Pieces =>
        ['scalars', 'a lone surrogate as an escape'].includes(what) ? [] : [...pieces, '\n'],
    );
    const alone = await run(allObjects);
    expect(alone.rejects.length).toBeGreaterThan(cases.length / 2);
    for (const [behind, changes] of [
      [[plugin(verbatim, 'q')], {}],
      [[], { to: 'csv', columns: [{ name: 'a', path: 'a' }] }],
    ] as const) {
      const other = await runChain([plugin(verbatim), ...behind], inputOf(allObjects), changes as RunChanges);
      expect(faultsOf(other)).toEqual(faultsOf(alone));
      expect(ofOutput(other)).toEqual(ofOutput(alone));
      expect(other.outcome).toEqual(alone.outcome);
      expect(other.report.plugins[0]!.outputRejected).toBe(alone.rejects.length);
    }
  });

  test('--unchecked-output passes every byte', async () => {
    const { out, outcome, said, report } = await run(all, { uncheckedOutput: true });
    expect(out).toBe(all.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join(''));
    expect({ outcome, said }).toEqual({ outcome: { kind: 'done', code: 0 }, said: [] });
    expect(report.plugins[0]!.outputRejected).toBe(0);
  });
});

describe('long lines', () => {
  const maxRecordBytes = 1 << 20;
  const long = (bytes: number): Piece => ({ text: '"', fill: bytes - 2 });

  test.each([0, 1])('one of as many bytes as a record may have, and %d more', async (more) => {
    const result = await run([good, long(maxRecordBytes + more), '"\n', good], { maxRecordBytes });
    const line = `"${'x'.repeat(maxRecordBytes + more - 2)}"`;
    expect(result.out === (more === 0 ? `${good}${line}\n${good}` : good + good)).toBe(true);
    expect(result.rejects.map(({ name, line: number, text }) => ({ name, number, isWhole: text === line }))).toEqual(
      more === 0 ? [] : [{ name: 'too-long', number: 2, isWhole: true }],
    );
  });

  test('one of 20 MB between records is rejected, whole, and nothing else is', async () => {
    const bytes = 20_000_000;
    const result = await run([good, long(bytes), '"\n', good, 'bad\n', good], { maxRecordBytes });
    expect(result.out).toBe(good + good + good);
    expect(faultsOf(result).map(({ line, name, text }) => [line, name, text.length])).toEqual([
      [2, 'too-long', bytes],
      [4, 'unexpected-byte', 3],
    ]);
    expect(result.said[0]).toMatch(
      /^warn: plugin p: output line 2, column 1048577: .* \(it has 20000000 bytes\) \(E\d+ too-long\)$/,
    );
  });

  test('one of 20 MB passes where records may be so long', async () => {
    const result = await run([good, long(20_000_000), '"\n', good], { maxRecordBytes: 32 << 20 });
    expect(result.out.length).toBe(2 * good.length + 20_000_001);
    expect(result.rejects).toEqual([]);
  });

  test('a line of nothing but brackets, as long as the longest record, and more behind it', async () => {
    const text = '['.repeat(1 << 15);
    const pieces: Pieces = [{ text, times: 32 }, '\n', { text: '[]', times: 1 << 15 }, '\n', good];
    const result = await run(pieces, { maxRecordBytes });
    expect(result.out).toBe(good);
    expect(result.rejects.map(({ line }) => line)).toEqual([1, 2]);
  });
});

describe('many bad lines', () => {
  test('are all rejected, in order, though no list has room for them; numbers go on over blocks', async () => {
    const pieces: Pieces = [{ text: 'x\n', times: 9000 }, good, { text: 'y\n \n', times: 5000 }, good];
    const result = await run(pieces, { batchRecords: 2 });
    expect(result.out).toBe(good + good);
    expect(result.rejects.map(({ text }) => text).join('')).toBe('x'.repeat(9000) + 'y'.repeat(5000));
    expect(result.rejects.map(({ line, byteOffset }) => [line, byteOffset])).toEqual([
      ...Array.from({ length: 9000 }, (_, i) => [i + 1, 2 * i]),
      ...Array.from({ length: 5000 }, (_, i) => [9002 + 2 * i, 18_000 + good.length + 4 * i]),
    ]);
    expect(result.report.plugins[0]!.outputRejected).toBe(14_000);
  });

  test('several lanes: the order and the numbers are those of one', async () => {
    const pieces: Pieces = Array.from({ length: 300 }, (_, i) => (i % 7 === 0 ? `bad ${i}\n` : `{"n":${i}}\n`));
    const one = await run(pieces, { batchRecords: 5 });
    const three = await run(pieces, { batchRecords: 5, lanes: 3 });
    expect(one.rejects).toHaveLength(43);
    expect({ out: three.out, rejects: three.rejects }).toEqual({ out: one.out, rejects: one.rejects });
  });

  test('the first five are shown, then their number; bad lines of the input are counted apart', async () => {
    const { said, report } = await runChain(
      [plugin(verbatim, 'mapper')],
      `oops\n${inputOf([good, ...Array(7).fill('{"a":}\n')])}`,
    );
    expect(said).toEqual([
      'warn: given:1:1: no JSON value starts here (E02 unexpected-byte)',
      ...Array.from(
        { length: 5 },
        (_, i) =>
          `warn: plugin mapper: output line ${i + 2}, column 6: no JSON value starts here (E02 unexpected-byte)`,
      ),
      'warn: 1 bad line was left out; --rejects FILE keeps it',
      'warn: 7 bad lines in the output of plugin mapper were left out (the first 5 are shown); --rejects FILE keeps them',
    ]);
    expect(report).toMatchObject({ rejected: 8, records: 8 });
    expect(report.plugins[0]).toMatchObject({ outputRejected: 7, records: 8 });
  });

  test('the rejects say which plugin has output the line', async () => {
    const { rejects } = await run([good, 'bad\n']);
    expect(rejects).toEqual([
      {
        ...{ file: '<p>', line: 2, byteOffset: 8, column: 1, code: 2, name: 'unexpected-byte', length: 3, text: 'bad' },
        ...{ reason: 'no JSON value starts here', outputOf: 'p' },
      },
    ]);
  });
});

describe('limits', () => {
  const pieces: Pieces = [good, 'bad\n', good, 'bad\n', good, 'bad\n', good];

  test('--on-error fail stops at the first bad line; what is before it is written', async () => {
    const result = await run(pieces, { onError: 'fail' });
    expect(result).toMatchObject({ out: good, ended: 'aborted', outcome: { kind: 'done', code: 1 } });
    expect(result.said).toContain('error: stopped at plugin p: output line 2 (--on-error fail)');
    expect(result.rejects).toHaveLength(1);
  });

  test.each([1, 1000])('--max-errors counts them with those of the input (batches of %d)', async (batchRecords) => {
    const result = await runChain([plugin(verbatim)], `oops\n${inputOf(pieces)}`, { maxErrors: 2, batchRecords });
    expect(result.out).toBe(good + good);
    expect(result.rejects.map(({ file, line }) => [file, line])).toEqual([
      ['given', 1],
      ['<p>', 2],
      ['<p>', 4],
    ]);
    expect(result.said).toContain('error: stopped at plugin p: output line 4 (--max-errors 2)');
    expect(result.outcome).toEqual({ kind: 'done', code: 1 });
  });

  test('as many as --max-errors allows do not stop it', async () => {
    const result = await run(pieces, { maxErrors: 3 });
    expect(result).toMatchObject({ out: good.repeat(4), ended: 'committed', outcome: { kind: 'done', code: 1 } });
  });

  test('far more of them than allowed, in one call', async () => {
    const result = await run([good, { text: 'x\n', times: 20_000 }, good], { maxErrors: 10_000 });
    expect(result.out).toBe(good);
    expect(result.rejects).toHaveLength(10_001);
  });

  test('between the plugins of a chain', async () => {
    const result = await runChain([plugin(verbatim, 'a'), plugin(verbatim, 'b')], inputOf(['{"hex":""}\n', 'bad\n']), {
      onError: 'fail',
    });
    expect(result.said).toContain('error: stopped at plugin a: output line 2 (--on-error fail)');
  });
});

describe('beside failures', () => {
  const trap = '{"trap":1}\n';

  test('a step that is taken again does not count its bad lines twice', async () => {
    const result = await runChain([plugin(verbatim)], inputOf(['bad\n', good]) + trap + inputOf(['bad\n', good]), {
      onPluginError: 'skip',
    });
    expect(result.out).toBe(good + good);
    expect(result.rejects.map(({ name, line }) => [name, line]).sort()).toEqual([
      ['plugin-failed', 3],
      ['unexpected-byte', 1],
      ['unexpected-byte', 3],
    ]);
    expect(result.report.plugins[0]).toMatchObject({ outputRejected: 2, failures: 2 });
  });

  test('records that pass as they are do not hide what is beside them', async () => {
    const skipped = '{"skip":1}\n';
    const input = `${skipped}${inputOf(['bad\n', good])}${skipped}${inputOf(['"\xff"\n'])}`;
    const result = await runChain([plugin(verbatim)], input, { unmatched: 'pass' });
    expect(result.out).toBe(`${skipped}${good}${skipped}`);
    expect(faultsOf(result).map(({ line, text }) => [line, text])).toEqual([
      [2, 'bad'],
      [5, '"\xff"'],
    ]);
  });
});

describe('guests that output any text', () => {
  const copy = (): ReturnType<typeof plugin> => plugin(fixture('wasi/copy.wasm'), 'copy');
  const told = ({ said }: PluginRun): readonly string[] => said.filter((text) => text.includes('output line'));

  test.each([1, 3, 1000])(
    'the first bad line is told, all are counted, all pass (batches of %d)',
    async (batchRecords) => {
      const input = '{"a":1}\n\nplain text\n"x\xff"\nmore\n[1]\n';
      const result = await runChain([copy()], [Buffer.from(input, 'latin1')], { batchRecords });
      expect(result.out).toBe(input);
      expect(result.said).toEqual([
        'warn: plugin copy: output line 3, column 1: no JSON value starts here (E02 unexpected-byte); it is passed on as it is, ' +
          'like all that follows; --unchecked-output says that the output need not be NDJSON',
      ]);
      expect(result.outcome).toEqual({ kind: 'done', code: 0 });
      expect(result.rejects).toEqual([]);
      expect(result.report).toMatchObject({ rejected: 0 });
      expect(result.report.plugins[0]!.outputRejected).toBe(3);
    },
  );

  test('lines that go over many pieces of output, and one without its end', async () => {
    const line = `{"a":"${'x'.repeat(5_000_000)}"}\n`;
    const result = await runChain([copy()], `${line}${line}{"a"`, { batchBytes: 1 << 16, maxRecordBytes: 8 << 20 });
    expect(result.out.length).toBe(2 * line.length + 5);
    expect(told(result)).toHaveLength(1);
    expect(told(result)[0]).toContain('output line 3, column 5');
    expect(result.report.plugins[0]!.outputRejected).toBe(1);
  });

  test('NDJSON says nothing', async () => {
    const result = await runChain([copy()], '{"a":1}\n'.repeat(1000), { batchRecords: 7 });
    expect({ said: result.said, bad: result.report.plugins[0]!.outputRejected }).toEqual({ said: [], bad: 0 });
  });

  test('--unchecked-output does not look', async () => {
    const result = await runChain([copy()], 'plain\n', { uncheckedOutput: true });
    expect({ said: result.said, bad: result.report.plugins[0]!.outputRejected }).toEqual({ said: [], bad: 0 });
  });

  test('a line that no record may be as long as', async () => {
    const result = await runChain([copy()], `${'x'.repeat(3000)}\n1\n`, { maxRecordBytes: 4096 });
    expect(told(result)[0]).toContain('output line 1, column 1:');
    const program = plugin(fixture('slung/script.wasm'), 'script');
    const text = await runChain([program], '', { args: ['emit|hello there', 'return|0'] });
    expect(told(text)).toHaveLength(1);
  });
});
