// @ts-check
/**
 * Prose for the `github` shape: titles, commit messages and comment bodies with what real ones contain: newlines,
 * quotes, backslashes, Markdown, code with tabs, HTML, accents, CJK and emoji.
 */

/** @typedef {import('./random.mjs').Random} Random */

const VERBS = [
  'Fix',
  'Fixes',
  'Add',
  'Update',
  'Remove',
  'Refactor',
  'Bump',
  'Revert',
  'Document',
  'feat:',
  'chore(deps):',
];
const THINGS = [
  'flaky test in the scheduler',
  'README.md',
  '"undefined" in the error message',
  'off-by-one in pagination',
  'lodash from 4.17.20 to 4.17.21',
  'memory leak when the socket closes early',
  'C:\\Windows path handling',
  'typo',
  'index.html',
  'support for `--dry-run`',
  'the <b>bold</b> markup & entities',
  'benchmarks',
];
const ODD_THINGS = ['naïve café example', '翻訳ファイル', 'опечатка', 'emoji 🚀 in titles'];
const PARAGRAPHS = [
  'When I run the command twice, the second run fails with exit code 1 and nothing is printed.',
  'Could you rebase this on main? There is a conflict in `src/index.ts`.',
  '```js\nconst value = JSON.parse("{\\"a\\": [1, 2]}");\n\tconsole.log(value.a);\n```',
  'See https://example.com/docs?tab=readme#install and the discussion in #1234.\r\n\r\n> quoted "text"\r\n',
  '| before | after |\n|---|---|\n| 12 ms | 4 ms |',
  '<!-- please keep this template -->\r\n### Steps\r\n1. open\r\n2. click\r\n3. boom',
  '    at Object.<anonymous> (C:\\repo\\test\\index.js:10:15)\n    at Module._compile (node:internal/modules/cjs/loader:1101:14)',
  'The regression came in with the last release; bisecting points at the change that made the cache shared between requests, which is not safe when two of them finish at the same time.',
];
const ODD_PARAGRAPHS = [
  'LGTM 👍',
  'Merci beaucoup, ça marche très bien maintenant !',
  'これで動作することを確認しました。ありがとうございます。',
];
/**
 * Percent of texts outside ASCII: with several texts in an event, one event in eight has some, as in the real stream.
 */
const ODD_PERCENT = 5;

/** @param {Random} random */
const paragraph = (random) => random.pick(random.chance(ODD_PERCENT) ? ODD_PARAGRAPHS : PARAGRAPHS);

/** One line of 5–70 characters. @param {Random} random */
export function title(random) {
  return `${random.pick(VERBS)} ${random.pick(random.chance(ODD_PERCENT) ? ODD_THINGS : THINGS)}`;
}

/** A subject, in a third of the cases followed by paragraphs. @param {Random} random */
export function commitMessage(random) {
  if (random.chance(12))
    return `Merge pull request #${random.int(9000)} from octo-org/${random.hex(8)}\n\n${title(random)}`;
  let text = title(random);
  if (random.chance(30)) text += `\n\n${paragraph(random)}`;
  if (random.chance(8)) text += `\n\nSigned-off-by: A. Developer <dev@example.org>`;
  return text;
}

/** 1–8 paragraphs. @param {Random} random */
export function body(random) {
  let text = paragraph(random);
  for (let more = random.run(60, 7); more > 0; more--) text += `\n\n${paragraph(random)}`;
  return text;
}
