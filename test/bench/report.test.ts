/** Tables and their way into files: a section is replaced, and nothing beside it. */
import { describe, expect, it } from 'vitest';
import { reporting, type Spec, taskList } from './programs.ts';

const { replaceSection, round, table } = reporting;

describe('report', () => {
  it('replaces what is between the markers', () => {
    const text = 'a\n<!-- bench:x:start -->\nold\n<!-- bench:x:end -->\nb\n<!-- bench:start -->\n<!-- bench:end -->\n';
    expect(replaceSection(text, 'x', 'new')).toBe(text.replace('old', 'new'));
    expect(replaceSection(text, '', 'table')).toBe(text.replace('<!-- bench:start -->', '<!-- bench:start -->\ntable'));
    expect(replaceSection(text, 'y', 'new')).toBeUndefined();
  });

  it('gives three digits at most, and a dash for nothing', () => {
    expect([1234.5, 99.94, 9.96, 0.0123, 0, Number.NaN].map(round)).toEqual(['1235', '99.9', '10', '0.012', '0', '–']);
  });

  it('escapes bars in cells', () => {
    expect(table(['a', 'b'], [['x|y', '1']])).toBe('| a | b |\n|---|--:|\n| x\\|y | 1 |');
  });
});

describe('tasks over own data', () => {
  const sample = { 'a.b': 1, a: { b: 2, c: [{ d: 'x' }] }, n: 5 };

  it('resolves a whole key before a path, and indexes', () => {
    const { filter, project } = taskList.customSpecs(sample, 'a.b == 1', 'a.c[0].d,n') as Record<string, Spec>;
    expect(filter).toMatchObject({ kind: 'filter', op: 'eq', value: 1, path: { steps: ['a.b'] } });
    expect(project).toMatchObject({
      columns: [
        { name: 'a.c[0].d', type: 'string', path: { steps: ['a', 'c', 0, 'd'] } },
        { name: 'n', type: 'number', path: { steps: ['n'] } },
      ],
    });
  });

  it('takes a regular expression and refuses what other tools could not be asked', () => {
    expect(taskList.customSpecs(sample, 'a.x ~ "b\\\\d\\"+"', undefined).filter).toMatchObject({
      op: 'regex',
      value: 'b\\d"+',
    });
    expect(() => taskList.customSpecs(sample, 'has(a)', undefined)).toThrow(/the bench understands/);
  });
});
