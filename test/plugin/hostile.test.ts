/**
 * Tangent plugins that do what they must not (fixtures/plugins/hostile), through the command line: whatever a guest
 * does, the run ends by itself or goes on as asked, the message says which plugin, which records and why, and with
 * skip only the record at fault is lost, to the rejects.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { isFull } from '../support/full.ts';
import { HostileRuns, linesText, type Result, timeLimits } from '../support/hostile.ts';

const runs = new HostileRuns();
afterAll(() => runs.close());

const EVIL = 25;
const records = Array.from({ length: 40 }, (_, n) => JSON.stringify(n === EVIL ? { n, evil: ['text'] } : { n }));
const others = records.filter((_, n) => n !== EVIL);

const tangent: readonly (readonly [cause: RegExp, names: string])[] = [
  [
    /handle that it does not own/,
    'forged-handle forged-drop handle-zero handle-negative next-handle stale-handle double-drop',
  ],
  [/handle \d+ of output-stream is not held/, 'foreign-handle'],
  [/path outside its memory/, 'path-out-of-bounds path-across-end path-overflow'],
  [/path that is not valid UTF-8/, 'path-bad-utf8'],
  [/result address outside its memory/, 'area-out-of-bounds area-overflow log-area-out-of-bounds'],
  [/result address that is not aligned/, 'area-misaligned area-misaligned-list area-misaligned-len'],
  [
    /out of bounds: 64 bytes at address 4294967280/,
    'stderr-out-of-bounds config-key-out-of-bounds cache-key-out-of-bounds cache-value-out-of-bounds',
  ],
  [/not valid UTF-8/, 'config-key-bad-utf8 error-bad-utf8'],
  [/discriminant 9/, 'cache-bad-discriminant'],
  [/4294967295 requests/, 'list-4-billion'],
  [/misaligned/, 'list-misaligned result-misaligned'],
  [/reached `unreachable`.*processLogs/, 'trap grow-for-ever'],
  [/divided by zero/, 'divide'],
  [/outside of its memory/, 'wild-read'],
  [/stack is exhausted.*recurse/, 'endless-recursion'],
  [/returned 0 from cabi_realloc/, 'realloc-zero'],
  [/cabi_realloc that is not aligned/, 'realloc-misaligned'],
  [/cabi_realloc that is outside its memory/, 'realloc-out-of-bounds realloc-overflow'],
  [/called the host from inside/, 'realloc-calls-host realloc-drops post-return-calls-host'],
  [/reached `unreachable`.*cabi_/, 'realloc-trap post-return-trap'],
  [/out of bounds/, 'result-out-of-bounds result-overflow output-out-of-bounds'],
  [/discriminant 7/, 'result-discriminant'],
  [/too long: 4294967295 bytes/, 'error-out-of-bounds'],
  [/it output 4294967295 bytes .*\(--max-output\)/, 'output-4gb output-4gb-from-0'],
  [/it returned an error: evil/, 'error-plain'],
];

/** These take their time: it is limited. */
const limited = isFull ? ['endless-loop', 'realloc-loop'] : ['endless-loop'];

describe.concurrent('a Tangent plugin, with skip: the record at fault goes to the rejects, the others come through', () => {
  const expectSkipped = ({ code, out, err, rejects }: Result, cause: RegExp) => {
    expect(err).toMatch(cause);
    expect(err).toContain('<stdin>:26: plugin evil: ');
    expect(out).toBe(linesText(others));
    expect(code).toBe(1);
    expect(rejects).toHaveLength(1);
    expect(rejects[0]).toContain('evil');
  };

  test.each(tangent.flatMap(([cause, names]) => names.split(' ').map((name) => [name, cause] as const)))(
    '%s',
    async (name, cause) => {
      expectSkipped(await runs.run('tangent', name, records, ['--on-plugin-error', 'skip']), cause);
    },
  );

  test.each(limited)('%s', async (name) => {
    const result = await runs.run('tangent', name, records, ['--on-plugin-error', 'skip', ...timeLimits.sure]);
    expectSkipped(result, /did not return within 2000 ms \(--time-limit\)/);
  });
});

describe.concurrent('a Tangent plugin, with fail and pass', () => {
  const causes: readonly (readonly [name: string, cause: RegExp, flags: readonly string[]])[] = [
    ['trap', /unreachable/, []],
    ['forged-handle', /handle that it does not own/, []],
    ['output-4gb', /4294967295 bytes/, []],
    ['error-plain', /returned an error: evil/, []],
    ['endless-loop', /did not return within 2000 ms/, timeLimits.sure],
  ];

  test.each(causes)('%s: fail ends the run, and says which records the plugin had', async (name, cause, flags) => {
    const { code, out, err, rejects } = await runs.run('tangent', name, records, flags);
    expect(code).toBe(1);
    const [, from, to] = /<stdin>:(\d+)-(\d+): plugin evil: /.exec(err)!;
    expect(Number(from)).toBeLessThanOrEqual(EVIL + 1);
    expect(Number(to)).toBeGreaterThanOrEqual(EVIL + 1);
    expect(err).toMatch(cause);
    // What came out before is whole calls.
    expect(linesText(others).startsWith(out)).toBe(true);
    expect(rejects).toEqual([]);
  });

  test.each(causes)('%s: pass lets the record through as it is', async (name, cause, flags) => {
    const { code, out, err, rejects } = await runs.run('tangent', name, records, [
      '--on-plugin-error',
      'pass',
      ...flags,
    ]);
    expect(out).toBe(linesText(records));
    expect(err).toContain('<stdin>:26: plugin evil: ');
    expect(err).toMatch(cause);
    expect(code).toBe(1);
    expect(rejects).toEqual([]);
  });
});

describe.concurrent('what a Tangent plugin says and puts out without end', () => {
  test('errors of 64 KiB: the first are shown, cut, and the others counted', async () => {
    const evil = Array.from({ length: 300 }, (_, n) => JSON.stringify({ n, evil: 1 }));
    const { code, err, rejects } = await runs.run('tangent', 'error-64k', evil, ['--on-plugin-error', 'skip']);
    expect(err.match(/it returned an error: x{340,400}… \(E17 plugin-failed\)\n/g)).toHaveLength(5);
    expect(err).toContain('plugin evil failed on 300 records, which were left out (the first 5 are shown)');
    expect(err.length).toBeLessThan(8000);
    expect([code, rejects.length]).toEqual([1, 300]);
  });

  test('more than --max-output for one batch', async () => {
    const flags = ['--on-plugin-error', 'skip', '--max-output', '1MiB'];
    const { code, out, err, rejects } = await runs.run('tangent', 'output-100mb', records, flags);
    expect(err).toMatch(
      /:26: plugin evil: it output 104857600 bytes for one batch, and may .* 1048576 \(--max-output\)/,
    );
    expect([code, out, rejects.length]).toEqual([1, linesText(others), 1]);
  });

  test('much for one batch, in parts: nothing is lost or doubled where records fail', async () => {
    const many = Array.from({ length: 12_000 }, (_, n) => JSON.stringify(n % 3000 === 7 ? { n, evil: 1 } : { n }));
    const { out, err, rejects } = await runs.run('tangent', 'wide', many, ['--on-plugin-error', 'skip', '-j', '2']);
    expect(err).toContain('it reached `unreachable`');
    expect(rejects).toHaveLength(4);
    const expected = many.filter((line) => !line.includes('evil')).map((line) => `${line}\n`.repeat(64));
    expect(out === expected.join('')).toBe(true);
  });
});

describe.concurrent('a Tangent plugin that cannot be started', () => {
  const causes: readonly (readonly [cause: RegExp, names: string])[] = [
    [/did not return within 1000 ms/, 'start-loop metadata-loop probe-loop'],
    [/unreachable/, 'start-trap start-grow metadata-trap probe-trap'],
    [/stack is exhausted/, 'start-recursion metadata-recursion'],
    [/not valid UTF-8/, 'metadata-bad-utf8 probe-bad-utf8'],
    [/too long/, 'metadata-out-of-bounds probe-pred-count probe-in-count'],
    [/out of bounds/, 'metadata-nowhere probe-nowhere probe-list-out-of-bounds'],
    [/misaligned/, 'metadata-misaligned probe-list-misaligned'],
    [/4294967295 selectors/, 'probe-count'],
    [/the values of a predicate is too long: more than 200000 items/, 'probe-many-items'],
    [/discriminant 7/, 'probe-discriminant'],
    [/discriminant 9/, 'probe-scalar'],
    [/the group is never closed/, 'probe-regex'],
  ];

  test.each(causes.flatMap(([cause, names]) => names.split(' ').map((name) => [name, cause] as const)))(
    '%s',
    async (name, cause) => {
      const flags = name.endsWith('-loop') ? timeLimits.soon : [];
      const { code, out, err } = await runs.run('tangent', name, records, flags);
      expect(err).toContain('plugin evil cannot be used: ');
      expect(err).toMatch(cause);
      expect([code, out]).toEqual([3, '']);
    },
  );
});

describe.concurrent('what a Tangent plugin may do, strange as it is', () => {
  test.each([
    ['nothing', linesText(records)],
    ['realloc-grows', linesText(records)],
    ['keep-every', linesText(records)],
    // What was kept in the first call is read in the second, in front of its own records: the same bytes.
    ['keep-one', linesText([...records.slice(0, 8), records[0]!, ...records.slice(8)])],
    ['output-empty', ''],
    // A line without its end at the end of a call does not run into the next one.
    ['output-without-newline', linesText(others)],
  ])('%s', async (name, expected) => {
    const { code, out, err } = await runs.run('tangent', name, records);
    expect(err).toBe('');
    expect(out).toBe(expected);
    expect(code).toBe(0);
  });

  test('100 MB for one record', async () => {
    const { code, out, err } = await runs.run('tangent', 'output-100mb', records, ['--max-record', '128MiB']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out.length).toBe(linesText(others.slice(0, 8)).length + (100 << 20) + linesText(others.slice(EVIL)).length);
  });
});
