/** slung-query.7, printed from src/query/README.md: the language of slung query. */
import type { ManPage } from './man.ts';
import { markdownPage } from './man-markdown.ts';

/** `markdown` is the text of src/query/README.md. */
export function queryPage(markdown: string): ManPage {
  const title = {
    ...({ name: 'slung-query', section: 7, doc: 'the language of slung query and of live queries' } as const),
    origin: 'src/query/README.md by src/cli/man-query.ts',
  };
  return markdownPage(title, markdown, ['slung(1)', 'slung-query(1)', 'slung-store(1)', 'slung-plugins(7)']);
}
