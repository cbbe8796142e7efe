/** man/slung-selectors.7 is what its README prints. After a change: `npx vitest run test/cli/man-selectors.test.ts -u`. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { selectorsPage } from '../../src/cli/man-selectors.ts';
import { comparisonOperators } from '../../src/selector/operators.ts';

const root = join(import.meta.dirname, '../..');
const { file, text } = selectorsPage(readFileSync(join(root, 'src/selector/README.md'), 'utf8'));
const hasGroff = spawnSync('groff', ['--version']).status === 0;

test('the page is up to date, and the package ships it', async () => {
  await expect(text).toMatchFileSnapshot(join(root, 'man', file));
  const { man } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(man).toContain(`man/${file}`);
});

test('no line is taken for a request by accident', () => {
  for (const line of text.split('\n')) {
    expect(line).not.toMatch(/^'/);
    if (line.startsWith('.')) expect(line).toMatch(/^\.(\\"|TH|SH|PP|TP|RS|RE|nf|fi|BR)( |$)/);
  }
});

test('no Markdown is left, and every operator is there', () => {
  const plain = text
    .replace(/\\f[BIR]/g, '')
    .replaceAll('\\(ha', '^')
    .replaceAll('\\(ti', '~');
  expect(plain).not.toMatch(/\*\*|^\||```|^## /m);
  for (const operator of comparisonOperators) expect(plain).toContain(operator);
  expect(text).toContain('.SH EXPRESSIONS');
});

const sample = (block: string): string => selectorsPage(`# T\n\nintro\n\n## One\n\n${block}\n`).text;

test.each([
  ['code keeps its stars', '`a *= b` and `c *= d`', '\n\\fBa *= b\\fR and \\fBc *= d\\fR\n'],
  ['bold and emphasis', '**Paths.** as *one* key', '\n\\fBPaths.\\fR as \\fIone\\fR key\n'],
  ['emphasis of the other kind', 'a_b as _one_ key', '\na_b as \\fIone\\fR key\n'],
  ['a fence is left as it is', '```ebnf\na = "b" ;\n\n.c\n```', '.nf\na = \\(dqb\\(dq ;\n\n\\&.c\n.fi\n'],
  ['two columns', '| op | true |\n|---|---|\n| `==` | is equal |', '.TP\n\\fB==\\fR\nis equal\n'],
  ['three columns', '| | X | Y |\n|---|---|---|\n| in | a | b |', '.TP\nin\n\\fIX\\fR: a. \\fIY\\fR: b.\n'],
])('%s', (_, markdown, roffText) => {
  expect(sample(markdown)).toContain(roffText);
  expect(sample(markdown)).not.toContain('intro');
});

test.skipIf(!hasGroff)('groff accepts it without a warning', () => {
  const { stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', '-P-c'], { input: text });
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
});
