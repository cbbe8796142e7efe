/** What is published of a run: the tables and the headline say what is compared with what, and by which clock. */
import { cpus } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Result, taskList, throughputReport } from './programs.ts';

const { headline, nativeTable, readmeTable, section } = throughputReport;
const even = (median: number) => ({ median, min: median, max: median });

/** slung at `speed`, twice as fast as a loop, and at half of simdjson's DOM. */
function result(shape: 'flat' | 'zeek', speed: number, place = 'ext4', cores = 1): Result {
  return {
    shape,
    task: 'filter',
    spec: taskList.specOf(shape, 'filter'),
    place,
    output: 'tmpfs',
    cores,
    rows: [
      { tool: 'slung', failed: false, mbPerSecond: even(speed), cpuSeconds: 0.5, output: 'same bytes' },
      {
        tool: 'simdjson DOM',
        native: true,
        failed: false,
        mbPerSecond: even(2 * speed),
        slungTimes: even(speed / 1000),
        slungTimesCpu: even(0.25),
        output: 'same bytes',
      },
      { tool: 'JSON.parse loop', failed: false, slungTimes: even(2), slungTimesCpu: even(2) },
      { tool: 'jq', failed: false, absent: 'not installed' },
    ],
  };
}

describe('the report of a run', () => {
  const results = [result('flat', 500), result('zeek', 600), result('flat', 700, 'tmpfs', 2)];

  it('says in the headline what is compared with what, on which processor', () => {
    expect(headline(results.slice(0, 2))).toBe(
      `A filter reads 500–600 MB/s with one core of an ${cpus()[0]?.model.trim()}, files on ext4 and in the page cache, ` +
        'whole processes with their start: 2 × as fast as a `JSON.parse` loop in Node, and 0.5–0.6 × as simdjson in C++ ' +
        'when that validates all it reads (DOM), as slung does.',
    );
  });

  it('shows only tools that were measured', () => {
    expect(readmeTable(results.slice(0, 1), 'head').split('\n')).toEqual([
      '| filter | slung, MB/s | vs JSON.parse loop | vs C++ simdjson DOM |',
      '|---|--:|--:|--:|',
      '| flat: `source.name == "myservice"` | 500 | 2× | 0.5× |',
      '',
      'head',
    ]);
  });

  it('tells file systems, cores and the two clocks apart beside the native peers', () => {
    const text = nativeTable(results, { file: '', about: 'simdjson 1, cc 2' });
    expect(text).toContain('Native: simdjson 1, cc 2.');
    expect(text.split('\n').slice(2)).toEqual([
      '|  | input on | cores | slung, MB/s | CPU, s | simdjson DOM |',
      '|---|--:|--:|--:|--:|--:|',
      '| flat: filter | ext4 | 1 | 500 | 0.5 | 0.5 / 0.25 |',
      '| zeek: filter | ext4 | 1 | 600 | 0.5 | 0.6 / 0.25 |',
      '| flat: filter | tmpfs | 2 | 700 | 0.5 | 0.7 / 0.25 |',
    ]);
    expect(nativeTable(results, { missing: 'no C++ compiler' })).toBe('native simdjson: no C++ compiler');
  });

  it('says of a tool without figures why', () => {
    expect(section(result('flat', 500))).toContain('| jq | – | – | – | – | – | not installed |');
  });
});
