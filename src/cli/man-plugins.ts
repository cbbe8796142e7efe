/** slung-plugins.7, printed from src/plugin/authoring/README.md: how to write plugins, and how to bring those of others. */
import type { ManPage } from './man.ts';
import { markdownPage } from './man-markdown.ts';

/** `markdown` is the text of src/plugin/authoring/README.md. */
export function pluginsPage(markdown: string): ManPage {
  const title = {
    ...({ name: 'slung-plugins', section: 7, doc: 'how to write plugins, and how to bring those you have' } as const),
    origin: 'src/plugin/authoring/README.md by src/cli/man-plugins.ts',
  };
  return markdownPage(title, markdown, ['slung(1)', 'slung-run(1)', 'slung-plugin(1)', 'slung-selectors(7)']);
}
