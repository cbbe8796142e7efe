import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { comparisonOperators } from '../../src/selector/operators.ts';
import { parseExpression } from '../../src/selector/parse.ts';

const readme = readFileSync(new URL('../../src/selector/README.md', import.meta.url), 'utf8');

test('every expression shown in the README is one', () => {
  const blocks = [...readme.matchAll(/```selector\n(.*?)```/gs)].flatMap((match) => match[1]!.trim().split('\n'));
  expect(blocks.length).toBeGreaterThan(3);
  for (const line of blocks) expect(() => parseExpression(line)).not.toThrow();
});

test('the README names every operator in its grammar and its table', () => {
  const grammar = /^operator +=.*$/m.exec(readme)![0];
  const rows = readme
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|')[1]!);
  for (const operator of comparisonOperators) {
    expect(grammar).toContain(`"${operator}"`);
    expect(rows.some((row) => row.includes(`\`${operator}\``))).toBe(true);
  }
});
