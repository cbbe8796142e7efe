/** The man pages of section 7, each printed from a README: the languages, and how to write plugins. */
import type { ManPage } from './man.ts';
import { markdownPage } from './man-markdown.ts';

interface TopicPage {
  /** The page's name; its file is man/NAME.7. */
  readonly name: string;
  /** One phrase without full stop. */
  readonly doc: string;
  /** The README that it is printed from, from the root of the project. */
  readonly source: string;
  readonly seeAlso: readonly string[];
}

export const topicPages: readonly TopicPage[] = [
  {
    name: 'slung-selectors',
    doc: 'the expressions of --where and the paths of --fields',
    source: 'src/selector/README.md',
    seeAlso: ['slung(1)', 'slung-select(1)'],
  },
  {
    name: 'slung-query',
    doc: 'the language of slung query and of live queries',
    source: 'src/query/README.md',
    seeAlso: ['slung(1)', 'slung-query(1)', 'slung-store(1)', 'slung-plugins(7)'],
  },
  {
    name: 'slung-plugins',
    doc: 'how to write plugins, and how to bring those you have',
    source: 'src/plugin/authoring/README.md',
    seeAlso: ['slung(1)', 'slung-run(1)', 'slung-plugin(1)', 'slung-selectors(7)'],
  },
  {
    name: 'slung-templates',
    doc: 'the templates of slung generate and slung bench',
    source: 'src/generate/README.md',
    seeAlso: ['slung(1)', 'slung-generate(1)'],
  },
];

/** `markdown` is the text of the page's source. */
export function topicPage({ name, doc, source, seeAlso }: TopicPage, markdown: string): ManPage {
  return markdownPage({ name, section: 7, doc, origin: `${source} by src/cli/help/man-topics.ts` }, markdown, seeAlso);
}
