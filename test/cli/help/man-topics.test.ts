/** The man pages of section 7 are roff that is understood, from READMEs that name what exists. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { flagsOf } from '../../../src/cli/flags/flags.ts';
import { topicPage, topicPages } from '../../../src/cli/help/man-topics.ts';
import { historyOperations, liveOperations } from '../../../src/query/index.ts';
import { comparisonOperators } from '../../../src/selector/operators.ts';

const root = join(import.meta.dirname, '../../..');
const hasGroff = spawnSync('groff', ['--version']).status === 0;
const readmeOf = (name: string): string => {
  const { source } = topicPages.find((page) => page.name === name)!;
  return readFileSync(join(root, source), 'utf8');
};

const texts = topicPages.map((page) => [page.name, topicPage(page, readmeOf(page.name)).text] as const);
const textOf = (name: string): string => texts.find(([known]) => known === name)![1];

describe.each(texts)('%s(7)', (_, text) => {
  test('has no line that roff would take for a request by accident', () => {
    for (const line of text.split('\n')) {
      expect(line).not.toMatch(/^'/);
      if (line.startsWith('.')) expect(line).toMatch(/^\.(\\"|TH|SH|PP|TP|RS|RE|nf|fi|BR)( |$)/);
    }
  });

  test('has no Markdown left', () => {
    const plain = text.replace(/\\f[BIR]/g, '');
    expect(plain).not.toMatch(/\*\*|^\||```|^## /m);
  });

  test.skipIf(!hasGroff)('is accepted by groff without a warning', () => {
    const { stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', '-P-c'], { input: text });
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
  });
});

test('every operator of selectors is there', () => {
  const plain = textOf('slung-selectors')
    .replace(/\\f[BIR]/g, '')
    .replaceAll('\\(ha', '^')
    .replaceAll('\\(ti', '~');
  for (const operator of comparisonOperators) expect(plain).toContain(operator);
  expect(plain).toContain('.SH EXPRESSIONS');
});

test('every operation of queries is there', () => {
  for (const name of [...liveOperations, ...historyOperations]) {
    expect(textOf('slung-query')).toContain(name === 'percentile' ? 'P99' : name.toUpperCase());
  }
});

describe('slung-plugins', () => {
  const markdown = readmeOf('slung-plugins');

  test('names only options that exist', () => {
    const known = new Set([
      ...(['run', 'plugin new', 'plugin test', 'plugin build'] as const)
        .flatMap(flagsOf)
        .map(({ long }) => `--${long}`),
      '--locale',
    ]);
    const named = markdown.match(/--[a-z]+(?:-[a-z]+)*/g) ?? [];
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test('shows the plugin that plugin new makes', () => {
    const template = readFileSync(join(root, 'src/plugin/authoring/templates/as/NAME.ts.template'), 'utf8');
    const shown = /```ts\n([\s\S]*?)```/.exec(markdown)?.[1];
    expect(template.replaceAll('{{name}}', 'mapper')).toContain(shown);
  });
});

const sample = (block: string): string => topicPage(topicPages[0]!, `# T\n\nintro\n\n## One\n\n${block}\n`).text;

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
