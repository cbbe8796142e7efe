/** slung-selectors.7, printed from src/selector/README.md: the grammar and its tables. */
import type { ManPage } from './man.ts';
import { markdownPage } from './man-markdown.ts';

/** `markdown` is the text of src/selector/README.md. */
export function selectorsPage(markdown: string): ManPage {
  const title = {
    ...({ name: 'slung-selectors', section: 7, doc: 'the expressions of --where and the paths of --fields' } as const),
    origin: 'src/selector/README.md by src/cli/man-selectors.ts',
  };
  return markdownPage(title, markdown, ['slung(1)', 'slung-select(1)']);
}
