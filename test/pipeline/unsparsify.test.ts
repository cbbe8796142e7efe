/**
 * `--unsparsify`: the columns of all records, as a reader with JSON.parse finds them, for any number of lanes and any
 * cut.
 */
import { appendFileSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { selectFlags } from '../../src/cli/flags/select.ts';
import { UsageError } from '../../src/config/errors.ts';
import { buildPlan } from '../../src/engine/plan.ts';
import type { ProgressState, RunHost, StopSignal } from '../../src/graph/host.ts';
import { openSource, type Sink } from '../../src/io/index.ts';
import { runSelect } from '../../src/pipeline/select.ts';
import { runTwice } from '../../src/pipeline/two-passes.ts';
import { MainLane } from '../../src/stage/lanes/main-lane.ts';
import { KeyStage } from '../../src/stage/select/all-columns.ts';
import { MOST_COLUMNS } from '../../src/stage/select/late-columns.ts';
import { SelectStage } from '../../src/stage/select/select.ts';
import { createRandom, type Random } from '../engine/conformance/mutate.ts';
import { settingsWith } from '../graph/support.ts';
import { sized } from '../support/full.ts';
import type { SelectChanges } from '../support/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-unsparsify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A file with these bytes. */
function fileOf(bytes: string | Uint8Array): string {
  const path = join(folder, `input-${files++}`);
  writeFileSync(path, bytes);
  return path;
}

/**
 * A lane whose batches are processed long before they are done, so that it knows keys of batches that are drained
 * later.
 */
class TardyLane extends MainLane {
  readonly #random: Random;

  constructor(stage: SelectStage, random: Random) {
    super(buildPlan(stage.program, { to: 'nothing' }, true), { ...stage.lanes.main.memory.options, blockCount: 3 });
    this.#random = random;
  }

  override isDone(): boolean {
    return this.#random.below(6) === 0;
  }
}

interface Options {
  readonly random?: Random;
  /** Called when an input is opened: for the n-th time, from 1. */
  readonly onOpen?: (times: number, stop: (signal: StopSignal) => void) => void;
}

/** Both runs over files. With `random`, the first one has lanes that are late. */
async function unsparsify(inputs: readonly string[], changes: SelectChanges = {}, options: Options = {}) {
  const settings = settingsWith({ to: 'csv', unsparsify: true, inputs, ...changes });
  const out: Buffer[] = [];
  const said: string[] = [];
  const progress: ProgressState[] = [];
  let ending = 'none';
  let stop: (signal: StopSignal) => void = () => {};
  let opened = 0;
  const say = (text: string): void => void said.push(text);
  const host: RunHost = {
    talk: { error: say, warn: say, info: say, guest: () => {}, verbose: () => {} },
    progress: { update: (state) => void progress.push(state), clear: () => {} },
    onSignal: (listener) => {
      stop = listener;
      return () => {
        stop = () => {};
      };
    },
    clockMs: () => performance.now(),
  };
  const sink: Sink = {
    ...{ name: 'out', closed: false, isTTY: false, isAllOrNothing: true },
    writeNow: (bytes) => out.push(Buffer.from(bytes)) * 0 + bytes.length,
    writeAll: async () => {},
    commit: () => {
      ending = 'commit';
    },
    abort: () => {
      ending = 'abort';
    },
  };
  const open = (input: string) => {
    options.onOpen?.(++opened, (signal) => stop(signal));
    return openSource(input);
  };
  const keys = new KeyStage(settings);
  for (let i = 0; i < 3 && options.random !== undefined; i++) keys.lanes.add(new TardyLane(keys, options.random));
  const ends = { openSource: open, sink, rejects: undefined, showsBadLines: true, collectGarbage: undefined };
  const outcome = await runTwice(new SelectStage(settings), host, ends, { keys });
  return { out: Buffer.concat(out).toString(), said, outcome, progress, ending };
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The same by a reader that has all records in memory. The only column of an empty cell is written "". */
function expectedCsv(texts: readonly string[], matches: (record: Record<string, unknown>) => boolean): string {
  const records = texts.flatMap((text) =>
    text.split('\n').flatMap((line) => {
      try {
        const value: unknown = JSON.parse(line);
        return typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : [];
      } catch {
        return [];
      }
    }),
  ) as Record<string, unknown>[];
  const matching = records.filter(matches);
  const names = [...new Set(matching.flatMap((record) => Object.keys(record)))];
  if (names.length === 0) return '';
  const rows = matching.map((record) => {
    const cells = names.map((name) => {
      const value = record[name];
      if (value === undefined || value === null) return '';
      return cell(typeof value === 'string' ? value : JSON.stringify(value));
    });
    return cells.length === 1 && cells[0] === '' ? '""' : cells.join(',');
  });
  return `${[names.map(cell).join(','), ...rows].join('\n')}\n`;
}

/**
 * Names that are written in more than one way, need quotes in csv, or begin alike. No array indices, which JavaScript
 * sorts.
 */
const oddNames = ['a,b', 'say "x"', 'é', 'two\nlines', '', ' ', 'n1x', 'n10', '__x'];

function randomKey(random: Random): string {
  const kind = random.below(12);
  if (kind === 0) return JSON.stringify(oddNames[random.below(oddNames.length)]);
  const name = `n${random.below(kind < 8 ? 6 : 60)}`;
  return kind === 1 ? `"\\u006e${name.slice(1)}"` : `"${name}"`;
}

function randomLine(random: Random): string {
  const kind = random.below(40);
  if (kind === 0) return ['', 'bad', '[1]', '7', '{"n1":', '{}'][random.below(6)]!;
  const values = ['1', '-2.5', '"x"', '"a,b"', '"q\\"q"', 'null', 'true', '[1,{"z":2}]', '{"in":"x"}', '""'];
  const members = new Map<string, string>();
  for (let i = random.below(5); i >= 0; i--) {
    const key = randomKey(random);
    members.set(JSON.parse(key) as string, `${key}:${values[random.below(values.length)]!}`);
  }
  if (kind === 1) members.set('pad', `"pad":"${'p'.repeat(random.below(3000))}"`);
  return `{${[...members.values()].join(',')}}`;
}

const randomText = (random: Random): string => {
  const lines = Array.from({ length: random.below(400) }, () => randomLine(random)).join('\n');
  return random.below(3) === 0 ? lines : `${lines}\n`;
};

test('the columns are those that a naive reader finds, for any cut and lanes that are late', async () => {
  for (let seed = 1; seed <= sized(60, 3000); seed++) {
    const random = createRandom(seed);
    const texts = Array.from({ length: 1 + random.below(3) }, () => randomText(random));
    const inputs = texts.map((text) => fileOf(random.below(3) === 0 ? gzipSync(text) : text));
    const isFiltered = random.below(2) === 0;
    const changes = {
      where: isFiltered ? ['has(n1)'] : [],
      batchBytes: 64 + random.below(3000),
      batchRecords: random.below(3) === 0 ? 1 + random.below(20) : undefined,
    };
    const expected = expectedCsv(texts, (record) => !isFiltered || 'n1' in record);
    const { out } = await unsparsify(inputs, changes, seed % 3 === 0 ? {} : { random });
    expect(out, `seed ${seed}`).toBe(expected);
    for (const input of inputs) rmSync(input);
  }
});

test('what the window would leave out is in the header, and all went well', async () => {
  const many = `${'{"a":1}\n'.repeat(12_000)}{"b":2}\n`;
  const input = fileOf(many);
  const { out, said, outcome } = await unsparsify([input]);
  expect([out.slice(0, 8), out.slice(-5), said, outcome]).toEqual([
    'a,b\n1,\n1',
    ',\n,2\n',
    [],
    { kind: 'done', code: 0 },
  ]);
  const without = await runSelectOver([input], { unsparsify: false });
  expect(without.said).toEqual([
    '1 column came after the header and was left out: "b" (1 record); ' +
      '--unsparsify finds all columns of files, --columns or -f can name them',
  ]);
});

test('keys of a record that no block can hold are in their place', async () => {
  const long = (key: string): string => `{"${key}":"${'x'.repeat(3 << 20)}","after-${key}":1}`;
  const text = ['{"a":1}', long('b'), '{"c":1}', long('d'), '{"e":1}'].join('\n');
  for (const random of [undefined, createRandom(5)]) {
    const { out } = await unsparsify([fileOf(text)], {}, random === undefined ? {} : { random });
    expect(out.split('\n')[0]).toBe('a,b,after-b,c,d,after-d,e');
  }
});

test('bad lines are told of once, with their places; a missing file too; the others are read', async () => {
  const inputs = [fileOf('{"a":1}\nbad\n'), join(folder, 'missing'), fileOf('{"b":1}\n')];
  const { out, said, outcome, ending } = await unsparsify(inputs);
  expect(out).toBe('a,b\n1,\n,1\n');
  expect(said).toEqual([
    `${inputs[0]}:2:1: no JSON value starts here (E02 unexpected-byte)`,
    `cannot read ${inputs[1]}: no such file (ENOENT)`,
    '1 bad line was left out; --rejects FILE keeps it',
    'out was not written, because not every input could be read',
  ]);
  expect([outcome, ending]).toEqual([{ kind: 'done', code: 1 }, 'abort']);
});

test('a run that stops at a bad line has the columns of the records before it', async () => {
  const { out, said } = await unsparsify([fileOf('{"a":1}\nbad\n{"b":1}\n')], { onError: 'fail' });
  expect(out).toBe('a\n1\n');
  expect(said.filter((text) => text.startsWith('stopped at'))).toHaveLength(1);
});

test('nothing that matches is no header, as without it', async () => {
  const { out, outcome } = await unsparsify([fileOf('{"a":1}\n')], { where: ['a > 1'] });
  expect([out, outcome]).toEqual(['', { kind: 'done', code: 0 }]);
});

test('the progress of both runs is that of one', async () => {
  const bytes = 8 * 400_000;
  const { progress } = await unsparsify([fileOf('{"a":1}\n'.repeat(400_000))]);
  expect(progress.length).toBeGreaterThan(0);
  for (const { bytesTotal } of progress) expect(bytesTotal).toBe(2 * bytes);
  const read = progress.map(({ bytesRead }) => bytesRead);
  expect(read).toEqual([...read].sort((a, b) => a - b));
});

describe('limits', () => {
  const record = (from: number, to: number): string =>
    `{${Array.from({ length: to - from }, (_, i) => `"k${from + i}":1`).join(',')}}\n`;

  test('as many columns as an engine can keep, by any number of lanes', async () => {
    for (const random of [undefined, createRandom(3)]) {
      const text = Array.from({ length: 64 }, (_, i) => record(i * 128, (i + 1) * 128)).join('');
      const { out, outcome } = await unsparsify([fileOf(text)], { batchRecords: 1 }, random && { random });
      expect(out.slice(0, out.indexOf('\n')).split(',')).toHaveLength(MOST_COLUMNS);
      expect(outcome).toEqual({ kind: 'done', code: 0 });
    }
  });

  test('is the one that the manual tells', () => {
    const flag = selectFlags.find(({ key }) => key === 'unsparsify')!;
    expect(flag.longDoc).toContain(`At most ${MOST_COLUMNS} columns.`);
  });

  test('one more is refused, and nothing is output', async () => {
    for (const random of [undefined, createRandom(3)]) {
      const text = Array.from({ length: 65 }, (_, i) => record(i * 128, (i + 1) * 128)).join('');
      const { out, said, outcome, ending } = await unsparsify(
        [fileOf(text)],
        { batchRecords: 1 },
        random && { random },
      );
      expect([out, outcome, ending]).toEqual(['', { kind: 'done', code: 1 }, 'abort']);
      expect(said).toEqual([
        'the records have more than 8 192 columns, or more than 1 MiB of names; --columns or -f can name some',
      ]);
    }
  });

  test('so are names that are too long together', async () => {
    const text = Array.from({ length: 20 }, (_, i) => `{"${'n'.repeat(60_000)}${i}":1}\n`).join('');
    const { out, outcome } = await unsparsify([fileOf(text)]);
    expect([out, outcome]).toEqual(['', { kind: 'done', code: 1 }]);
  });
});

describe('a file that changes between the runs or while it is written', () => {
  const changed = (input: string): string =>
    `cannot read ${input} twice: it was changed after its columns were looked for; ` +
    'read a copy of it, or name the columns with --columns';
  const text = '{"a":1}\n'.repeat(3);

  test.each<[string, (input: string) => void]>([
    ['has grown', (input) => appendFileSync(input, '{"b":1}\n')],
    ['has another time', (input) => utimesSync(input, 1, 1)],
    ['is another file', (input) => renameSync(fileOf(text), input)],
    ['is gone', (input) => rmSync(input)],
  ])('%s', async (_, change) => {
    for (const times of [1, 2]) {
      const input = fileOf(text);
      const onOpen = (opened: number): void => {
        if (opened === times) change(input);
      };
      const { said, outcome, ending } = await unsparsify([input], {}, { onOpen });
      expect([outcome, ending]).toEqual([{ kind: 'done', code: 1 }, 'abort']);
      expect(said[0]).toContain(`cannot read ${input}`);
    }
  });

  test('is told of in one sentence', async () => {
    const input = fileOf(text);
    const { said } = await unsparsify(
      [input],
      {},
      { onOpen: (opened) => opened === 1 && appendFileSync(input, '1\n') },
    );
    expect(said[0]).toBe(changed(input));
  });
});

test('a signal in the first run ends both: no output, and the output gets no name', async () => {
  for (const times of [1, 2]) {
    const input = fileOf('{"a":1}\n'.repeat(10));
    const onOpen = (opened: number, stop: (signal: StopSignal) => void): void => {
      if (opened === times) stop('SIGTERM');
    };
    const { out, outcome, ending } = await unsparsify([input, fileOf('{"b":1}\n')], {}, { onOpen });
    expect([outcome, ending]).toEqual([{ kind: 'signal', signal: 'SIGTERM' }, 'abort']);
    if (times === 1) expect(out).toBe('');
  }
});

/** As the command line does it, with an output in memory no more: for what is refused before anything is opened. */
async function runSelectOver(inputs: readonly string[], changes: SelectChanges = {}) {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const host: RunHost = {
    talk: { error: say, warn: say, info: say, guest: () => {}, verbose: () => {} },
    ...{ progress: undefined, onSignal: () => () => {}, clockMs: () => 0 },
  };
  const output = join(folder, `output-${files++}`);
  const settings = settingsWith({ to: 'csv', unsparsify: true, inputs, output, ...changes });
  return { outcome: await runSelect(settings, host), said, output };
}

test('what cannot be read twice is refused before anything is read', async () => {
  for (const [input, what] of [
    ['-', 'standard input'],
    ['/dev/tty', 'a device'],
  ] as const) {
    const refused = runSelectOver([fileOf('{"a":1}\n'), input]);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(`--unsparsify cannot read ${input} twice: it is ${what}`);
  }
  expect((await runSelectOver(['/dev/null'])).outcome).toEqual({ kind: 'done', code: 0 });
});
