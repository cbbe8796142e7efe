/** man/slung-query.7 is what its README prints. After a change: `npx vitest run test/cli/man-query.test.ts -u`. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { queryPage } from '../../src/cli/man-query.ts';
import { historyOperations, liveOperations } from '../../src/query/index.ts';

const root = join(import.meta.dirname, '../..');
const { file, text } = queryPage(readFileSync(join(root, 'src/query/README.md'), 'utf8'));
const hasGroff = spawnSync('groff', ['--version']).status === 0;

test('the page is up to date', async () => {
  await expect(text).toMatchFileSnapshot(join(root, 'man', file));
});

test('no line is taken for a request by accident, and no Markdown is left', () => {
  for (const line of text.split('\n')) {
    expect(line).not.toMatch(/^'/);
    if (line.startsWith('.')) expect(line).toMatch(/^\.(\\"|TH|SH|PP|TP|RS|RE|nf|fi|BR)( |$)/);
  }
  expect(text.replace(/\\f[BIR]/g, '')).not.toMatch(/\*\*|^\||```|^## /m);
});

test('every operation is there', () => {
  for (const name of [...liveOperations, ...historyOperations]) {
    expect(text).toContain(name === 'percentile' ? 'P99' : name.toUpperCase());
  }
});

test.skipIf(!hasGroff)('groff accepts it without a warning', () => {
  const { stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', '-P-c'], { input: text });
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
});
