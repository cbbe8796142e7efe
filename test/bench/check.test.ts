/** The comparison of outputs: it must let through what only looks different, and nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checking, type Spec, taskList } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-test-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function compare(spec: Spec, expected: string, actual: string): string {
  const files = [join(folder, 'expected'), join(folder, 'actual')] as const;
  writeFileSync(files[0], expected);
  writeFileSync(files[1], actual);
  const result = checking.compareOutputs(spec, ...files);
  return 'agreement' in result ? result.agreement : result.difference;
}

const filter = taskList.specOf('flat', 'filter');
const project = taskList.specOf('flat', 'project');
const csv = taskList.customSpecs({ a: 1, b: 'x' }, undefined, 'a,b').csv as Spec;

describe('records', () => {
  it('tells same bytes from same values', () => {
    expect(compare(filter, '{"a":1.50}\n', '{"a":1.50}\n')).toBe('same bytes');
    expect(compare(filter, '{"a":1.50,"b":"é"}\n', '{"a": 1.5, "b": "\\u00e9"}\n')).toBe('same values');
  });

  it('shows the first line that differs', () => {
    expect(compare(filter, '{"a":1}\n{"a":2}\n', '{"a":1}\n{"a":3}\n')).toBe('line 2: expected {"a":2}, got {"a":3}');
    expect(compare(filter, '{"a":1}\n{"a":2}\n', '{"a":1}\n')).toBe('line 2: expected {"a":2}, got nothing');
    expect(compare(filter, '{"a":1}\n', '{"a":1}\n{"a":2}\n')).toBe('line 2: expected nothing, got {"a":2}');
  });

  it('notices another order', () => {
    expect(compare(filter, '1\n2\n', '2\n1\n')).toMatch(/^line 1/);
  });

  it('takes null for missing in a projection only', () => {
    expect(compare(project, '{"ts":"x"}\n', '{"ts":"x","msg":null}\n')).toBe('same values');
    expect(compare(filter, '{"ts":"x"}\n', '{"ts":"x","msg":null}\n')).toMatch(/^line 1/);
  });

  it('compares lines that are cut by its read blocks', () => {
    const line = (end: string): string => `{"a":"${'é'.repeat(400_000)}${end}"}\n`;
    expect(compare(filter, line('x') + line('y'), `${line('x').replace(':', ': ')}${line('y')}`)).toBe('same values');
    expect(compare(filter, line('x') + line('y'), `${line('x').replace(':', ': ')}${line('z')}`)).toMatch(/^line 2/);
  });
});

describe('CSV', () => {
  it('looks through quotes, line ends, numbers and a missing header', () => {
    expect(compare(csv, 'a,b\n1.50,x\n', '"a","b"\r\n1.5,"x"\r\n')).toBe('same values');
    expect(compare(csv, 'a,b\n1,x\n', '1,"x"\n')).toBe('same values');
  });

  it('does not look through anything else', () => {
    expect(compare(csv, 'a,b\n1,x\n', 'a,b\n1, x\n')).toMatch(/^line 1/);
    expect(compare(csv, 'a,b\n1,\n', 'a,b\n1\n')).toMatch(/^line 1/);
    expect(compare(csv, 'a,b\n1,x\n', 'a,b\n1,x\na,b\n')).toMatch(/^line 2/);
  });

  it.each([1, 2, 3, 5, 7, 100])('reads rows whose cells are cut every %i lines', (size) => {
    const text = 'a,b\n"x\n""y""\n,z",1\n\n,\n"",2';
    const pieces = text.match(new RegExp(`(?:[^\\n]*\\n){1,${size}}|[^\\n]+$`, 'g')) ?? [];
    expect(pieces.join('')).toBe(text);
    expect([...checking.csvRows(pieces)]).toEqual([['a', 'b'], ['x\n"y"\n,z', '1'], [''], ['', ''], ['', '2']]);
  });

  it('refuses a quoted cell that is never closed', () => {
    expect(() => [...checking.csvRows(['"a,b\n'])]).toThrow(/never closed/);
  });
});

describe('counts', () => {
  it('reads a bare number and the records of statistics', () => {
    expect(checking.countIn('  12 file\n')).toBe(12);
    expect(checking.countIn('{"bytes":5,"records":12}')).toBe(12);
    expect(checking.countIn('nothing')).toBeNaN();
    expect(compare({ kind: 'validate' }, '12\n', '{"records":12,"matched":12}\n')).toBe('same values');
    expect(compare({ kind: 'validate' }, '12\n', '13\n')).toBe('line 1: expected 12, got 13');
  });
});
